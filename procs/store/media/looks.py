"""What looks read, kept for an hour: a choice made meanwhile asks no site again."""

from procs.core.clock import Now
from procs.store.database import Database

#: Seconds for which a look is kept. Addresses of most sites last for hours; when they expired, the
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
    """Store what a look read of a link's media by a way. The addresses in it may be valid for that
    way only."""
    with db.write():
        db.change(KEEP, {"key": key, "way": way, "until": now.wall + LASTS, "body": body})


def find(db: Database, key: str, way: str, *, now: Now) -> bytes:
    """The stored look, None when there is none or it is too old."""
    row = db.one(FIND, {"key": key, "way": way, "now": now.wall})
    return bytes(row[0]) if row else b""


def way(db: Database, key: str, *, now: Now) -> str:
    """The name of the way by which a link was looked at last; None without a stored look."""
    row = db.one(WAY, {"key": key, "now": now.wall})
    return str(row[0]) if row else ""


def drop(db: Database, key: str, way: str) -> None:
    """Delete one stored look: it turned out to be useless."""
    with db.write():
        db.change(DROP, {"key": key, "way": way})


def forget(db: Database, key: str) -> None:
    """Delete the stored looks at a media by every way."""
    with db.write():
        db.change(FORGET, {"key": key})


def prune(db: Database, *, now: Now) -> int:
    """Delete the looks that are too old."""
    with db.write():
        return db.change(PRUNE, {"now": now.wall})
