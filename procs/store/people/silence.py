"""Whether a message makes a sound in its chat."""

from procs.core.clock import Now
from procs.store.database import Database
from procs.store.people import preferences
from procs.texts import i18n

#: The night is that of Tehran, where most people who set it live.
PLACE = "fa"


def is_silent(db: Database, chat: int, *, now: Now) -> bool:
    """Whether the setting of the private chat's person, or of the group's admins, makes messages
    silent at this instant."""
    if chat < 0:
        return preferences.read_group(db, chat).quiet
    return preferences.read(db, chat).is_silent(i18n.minute_of_day(PLACE, now.wall))
