"""Text that pages of admins share: people and numbers of jobs."""

from procs.store.database import Database
from procs.store.people import users
from procs.texts import i18n
from procs.texts.i18n import LocalText


def person(db: Database, number: int, language: str) -> LocalText:
    """A person's name and number; the number is meant to be copied, so its digits are Latin."""
    name = users.name(db, number)
    return i18n.isolated(language, f"{name} ({number})" if name else str(number))
