"""Text that pages of admins share: people and numbers of jobs."""

from procs.store.database import Database
from procs.store.people import users
from procs.texts import i18n
from procs.texts.i18n import LocalText

#: The users of our own jobs (broadcasts, trials, sources) are below zero and above this; those of
#: who writes in the name of a channel or group are below it.
OWN_LOWEST = -1_000_000_000


def person(db: Database, number: int, language: str) -> LocalText:
    """Somebody by name and number; the number is one to copy, so its digits are Latin. Of our own
    jobs, whose users are nobody, that they are ours."""
    if OWN_LOWEST < number <= 0:
        return i18n.say(language, "admin-own-work")
    name = users.name(db, number)
    return i18n.isolated(language, f"{name} ({number})" if name else str(number))
