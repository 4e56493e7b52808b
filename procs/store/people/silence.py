"""Whether what is sent into a chat makes a sound there."""

from procs.core.clock import Now
from procs.store.database import Database
from procs.store.people import preferences
from procs.texts import i18n

#: The night is one of Tehran, where most who set one live.
PLACE = "fa"


def is_silent(db: Database, chat: int, *, now: Now) -> bool:
    """As the person of a private chat set it, or the admins of a group."""
    if chat < 0:
        return preferences.read_group(db, chat).quiet
    return preferences.read(db, chat).is_silent(i18n.minute_of_day(PLACE, now.wall))
