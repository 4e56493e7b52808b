"""How large a media may be for those who wait for a download: the admins of groups set that."""

from procs.store.database import Database
from procs.store.people import preferences

CHATS = "SELECT DISTINCT chat FROM requests WHERE job = :job AND state = 'open'"


def most(db: Database, job: int) -> int:
    """Bytes above which nobody who waits for a job takes it; 0 where somebody takes all."""
    chats = [int(chat) for (chat,) in db.all(CHATS, {"job": job})]
    limits = [preferences.read_group(db, chat).largest if chat < 0 else 0 for chat in chats]
    return max(limits) if limits and all(limits) else 0
