"""What looks read, kept for an hour: a choice made meanwhile asks no site again."""

from procs.core.clock import Now
from procs.store.database import Database

#: Seconds in which people choose. Addresses of most sites last for hours; where they ran out, the
#: download asks the site for new ones.
LASTS = 3600.0

KEEP = """
INSERT INTO looks (key, way, until, body) VALUES (:key, :way, :until, :body)
    ON CONFLICT (key, way) DO UPDATE SET until = excluded.until, body = excluded.body
"""
FIND = "SELECT body FROM looks WHERE key = :key AND way = :way AND until > :now"
WAY = "SELECT way FROM looks WHERE key = :key AND until > :now ORDER BY until DESC LIMIT 1"
FORGET = "DELETE FROM looks WHERE key = :key"
DROP = "DELETE FROM looks WHERE key = :key AND way = :way"
PRUNE = "DELETE FROM looks WHERE until <= :now"


def keep(db: Database, key: str, way: str, body: bytes, *, now: Now) -> None:
    """Keep what was read of a link's media by a way: addresses may be good for one visitor only."""
    with db.write():
        db.change(KEEP, {"key": key, "way": way, "until": now.wall + LASTS, "body": body})


def find(db: Database, key: str, way: str, *, now: Now) -> bytes:
    """The result of a look that is not too old; None without one."""
    row = db.one(FIND, {"key": key, "way": way, "now": now.wall})
    return bytes(row[0]) if row else b""


def way(db: Database, key: str, *, now: Now) -> str:
    """By which way it was read last, if lately."""
    row = db.one(WAY, {"key": key, "now": now.wall})
    return str(row[0]) if row else ""


def drop(db: Database, key: str, way: str) -> None:
    """It is not to be relied upon any more."""
    with db.write():
        db.change(DROP, {"key": key, "way": way})


def forget(db: Database, key: str) -> None:
    """What was read of a media is not to be relied upon any more, by whatever way."""
    with db.write():
        db.change(FORGET, {"key": key})


def prune(db: Database, *, now: Now) -> int:
    """Forget what is too old."""
    with db.write():
        return db.change(PRUNE, {"now": now.wall})
