"""Unfinished uploads: which parts Telegram has, so that another worker can resume them."""

from dataclasses import dataclass

from procs.core.clock import Now
from procs.records.job import Lease, State
from procs.store.database import Database

KEEP = f"""
INSERT INTO uploads (job, place, upload, size, parts, at)
SELECT :job, :place, :upload, :size, :parts, :now
 WHERE EXISTS (SELECT 1 FROM jobs
                WHERE id = :job AND fence = :fence AND worker = :worker AND state = {State.LEASED})
    ON CONFLICT (job, place) DO UPDATE
   SET upload = excluded.upload, size = excluded.size, parts = excluded.parts, at = excluded.at
"""
FIND = """
SELECT upload, parts FROM uploads
 WHERE job = :job AND place = :place AND size = :size AND at > :since
"""
DROP = "DELETE FROM uploads WHERE job = :job"
PRUNE = "DELETE FROM uploads WHERE at < :before"
#: For whom an upload was made when Telegram took it last: see `telegram/delivery/upload_peer.py`.
TAKEN = "SELECT peer FROM upload_peers WHERE account = :account AND dc = :dc"
TAKES = """
INSERT INTO upload_peers (account, dc, peer, at) VALUES (:account, :dc, :peer, :now)
    ON CONFLICT (account, dc) DO UPDATE SET peer = excluded.peer, at = excluded.at
"""
#: Seconds that Telegram surely keeps the parts of a file that is not complete; it says "minutes to
#: hours" (core.telegram.org/api/files).
GOOD = 1800.0


@dataclass(frozen=True, slots=True)
class UnfinishedUpload:
    """An upload's number with Telegram, and the parts that were acknowledged, one bit each."""

    upload: int
    parts: bytes


def keep(
    db: Database, lease: Lease, place: int, begun: UnfinishedUpload, *, size: int, now: Now
) -> None:
    """Store how far the upload of a job's file is. Changes nothing when the lease is lost."""
    facts = {"job": lease.job, "fence": lease.fence, "worker": lease.worker, "place": place}
    parts = {"upload": begun.upload, "parts": begun.parts, "size": size, "now": now.wall}
    with db.write():
        db.send(KEEP, {**facts, **parts})


def find(db: Database, job: int, place: int, *, size: int, now: Now) -> UnfinishedUpload | None:
    """The unfinished upload of this file, while Telegram keeps its parts."""
    facts = {"job": job, "place": place, "size": size, "since": now.wall - GOOD}
    row = db.one(FIND, facts)
    return UnfinishedUpload(*row) if row else None


def drop(db: Database, job: int) -> None:
    """Forget the upload of a job: it is whole, or its parts are too old for Telegram."""
    with db.write(only=()):
        db.send(DROP, {"job": job})


def prune(db: Database, *, now: Now) -> int:
    """Delete the uploads whose parts Telegram has deleted."""
    with db.write():
        return db.change(PRUNE, {"before": now.wall - GOOD})


def accepted_peer(db: Database, *, account: str, dc: int) -> str:
    """The kind of peer for which Telegram accepted this account's last upload, "" before the
    first."""
    row = db.one(TAKEN, {"account": account, "dc": dc})
    return str(row[0]) if row else ""


def takes(db: Database, *, account: str, dc: int, peer: str, now: Now) -> None:
    """Store the kind of peer for which Telegram accepted an upload. Raises StoreFull."""
    with db.write():
        db.send(TAKES, {"account": account, "dc": dc, "peer": peer, "now": now.wall})
