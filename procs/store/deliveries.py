"""Sending media, so that nothing is sent twice: the random id is stored before it is used."""

import secrets

from procs.clock import Now
from procs.store.database import Database

PLAN = """
INSERT INTO deliveries (request, part, random_id) VALUES (:request, :part, :random)
    ON CONFLICT (request, part) DO NOTHING
"""
PLANNED = """
SELECT part, random_id, receipt, sent_at FROM deliveries WHERE request = :request ORDER BY part
"""
RECEIPT = """
UPDATE deliveries SET receipt = :receipt, sent_at = :now
 WHERE request = :request AND part = :part AND sent_at IS NULL
"""
#: Telegram takes a signed 64-bit number; zero would mean "none".
BITS = 63


def random_id() -> int:
    return secrets.randbits(BITS) or 1


def plan(db: Database, request: int, parts: int) -> list[tuple[int, int]]:
    """The parts that are still to be sent, as (part, random id); the same ones on every retry."""
    with db.write(full=True):
        for part in range(parts):
            db.change(PLAN, {"request": request, "part": part, "random": random_id()})
        rows = db.all(PLANNED, {"request": request})
    return [(part, random) for part, random, _, sent in rows if sent is None]


def receipt(db: Database, request: int, part: int, *, message: int | None, now: Now) -> None:
    """Keep what Telegram answered; `message` is None when it only said "already there"."""
    facts = {"request": request, "part": part, "receipt": message, "now": now.wall}
    with db.write():
        db.change(RECEIPT, facts)
