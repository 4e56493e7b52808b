"""Words that pages of admins share: people and numbers of jobs."""

from procs.store.database import Database
from procs.store.people import users
from procs.texts import i18n
from procs.texts.i18n import LocalText


def person(db: Database, number: int, language: str) -> LocalText:
    """Somebody by name and number; the number is one to copy, so its digits are Latin."""
    name = users.name(db, number)
    return i18n.isolated(language, f"{name} ({number})" if name else str(number))
