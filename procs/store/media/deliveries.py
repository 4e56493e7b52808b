"""Deliveries: the random id is stored before the message is sent, so that nothing is sent twice."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from procs.core.clock import Now
from procs.records.job import Ask
from procs.store.database import Database

PLAN = """
INSERT INTO deliveries (request, part, random_id) VALUES (:request, :part, :random)
    ON CONFLICT (request, part) DO NOTHING
"""
#: What is said of a request has ids that come of its own.
SEED = "SELECT status_random, key, variant FROM requests WHERE id = :request"
PLANNED = """
SELECT part, random_id, receipt, sent_at FROM deliveries WHERE request = :request ORDER BY part
"""
#: Of a media that has fewer parts than the one for which they were planned.
DROP = "DELETE FROM deliveries WHERE request = :request AND part >= :parts AND sent_at IS NULL"
RECEIPT = """
UPDATE deliveries SET receipt = :receipt, sent_at = :now
 WHERE request = :request AND part = :part AND sent_at IS NULL
"""
SHOWN = """
INSERT INTO copies (media, part, chat, access, message)
SELECT :media, :part, :chat, :access, :message
 WHERE EXISTS (SELECT 1 FROM media WHERE id = :media)
    ON CONFLICT (media, part) DO UPDATE
   SET chat = excluded.chat, access = excluded.access, message = excluded.message
"""
COPIES = "SELECT part, chat, access, message FROM copies WHERE media = :media"
#: Telegram takes a signed 64-bit number; zero would mean "none".
BITS = 63


def random_id() -> int:
    """A random id for one message, as Telegram takes it: never 0. Telegram refuses the second
    message with the same id."""
    return secrets.randbits(BITS) or 1


def derived_id(*what: object) -> int:
    """A random id computed from its arguments, the same at every call. A database restored from a
    backup does not know what was sent since then: it sends again under the same ids, Telegram
    answers with the first messages, and no person receives a second one."""
    digest = hashlib.sha256(repr(what).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1 or 1


def random_of(ask: Ask) -> int:
    """The random id from which the ids of all messages of a request are derived. A link that
    arrives again after a restore, in the same message and with the same wish, has the same one;
    files for a folder have a random one."""
    if ask.folder or not ask.message:
        return random_id()
    place = (ask.chat, ask.message, ask.ordinal)
    return derived_id("request", *place, ask.link.key, ask.link.variant)


def plan(db: Database, request: int, parts: int) -> list[tuple[int, int]]:
    """The parts that are still to be sent, as (part, random id); the same ones on every retry."""
    with db.write(full=True, only=()):
        seed = db.one(SEED, {"request": request})
        for part in range(parts):
            random = derived_id("delivery", *seed, part) if seed else random_id()
            db.send(PLAN, {"request": request, "part": part, "random": random})
        rows = db.all(PLANNED, {"request": request})
        # Seldom: what was to be sent is fetched anew, and is another file now.
        if len(rows) > parts:
            db.send(DROP, {"request": request, "parts": parts})
    return [(part, random) for part, random, _, sent in rows if sent is None and part < parts]


@dataclass(frozen=True, slots=True)
class SentCopy:
    """A message that shows a part of a media."""

    chat: int
    access: int
    message: int


def receipts(
    db: Database, request: int, media: int, given: Mapping[int, SentCopy | None], *, now: Now
) -> None:
    """Store Telegram's answers by part, in one transaction. None stands for a part that Telegram
    reports as sent, but that no search found: uncertain. A message that was found can yield fresh
    references."""
    with db.write(only=()):
        for part, copy in given.items():
            facts = {"request": request, "part": part, "now": now.wall}
            db.send(RECEIPT, {**facts, "receipt": copy.message if copy else None})
            if copy:
                db.send(SHOWN, {"media": media, "part": part, **asdict(copy)})


def receipt_messages(db: Database, request: int) -> set[int]:
    """The ids of messages that are receipts of this request already."""
    rows = db.all(PLANNED, {"request": request})
    return {receipt for _, _, receipt, _ in rows if receipt}


def copies(db: Database, media: int) -> dict[int, SentCopy]:
    """For each part of a media, a message that shows it, where one is stored."""
    return {part: SentCopy(*rest) for part, *rest in db.all(COPIES, {"media": media})}
