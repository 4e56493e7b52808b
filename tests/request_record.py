"""What became of the latest requests, as a test or the demo looks at the whole."""

from dataclasses import dataclass

from procs.core import codec
from procs.store.database import Database, Row

TABLE = """
SELECT r.id, r.user_id, r.url, r.variant, r.state, r.cached, COALESCE(r.say, ''),
       COALESCE(r.code, ''), COALESCE(r.worker, ''), r.received_at, r.answered_at, r.started_at,
       r.ended_at,
       COALESCE((SELECT m.parts FROM media_keys k JOIN media m ON m.id = k.media
                  WHERE k.key = r.key AND k.variant = r.variant AND r.state = 'delivered'), '[]')
  FROM requests r ORDER BY r.id DESC LIMIT :most
"""


@dataclass(frozen=True, slots=True)
class Past:
    """One request in the record. Instants are wall time, `size` the bytes that were delivered."""

    request: int
    user: int
    url: str
    variant: str
    state: str
    cached: bool
    say: str
    code: str
    worker: str
    received_at: float
    answered_at: float | None
    started_at: float | None
    ended_at: float | None
    size: int


def latest(db: Database, most: int = 50) -> list[Past]:
    """The latest requests, newest first."""
    rows = db.all(TABLE, {"most": most})
    return [Past(*cells) for cells in (_cells(row) for row in rows)]


def _cells(row: Row) -> Row:
    size = sum(part["size"] for part in codec.load(row[-1]))
    return (*row[:5], bool(row[5]), *row[6:-1], size)
