"""The largest media that the groups of a job's requests accept: admins of a group set that."""

from procs.store.database import Database
from procs.store.people import preferences

CHATS = "SELECT DISTINCT chat FROM requests WHERE job = :job AND state = 'open'"


def most(db: Database, job: int) -> int:
    """The largest size in bytes that any waiting request of a job accepts; 0 when one of them
    accepts any size."""
    chats = [int(chat) for (chat,) in db.all(CHATS, {"job": job})]
    limits = [preferences.read_group(db, chat).largest if chat < 0 else 0 for chat in chats]
    return max(limits) if limits and all(limits) else 0
