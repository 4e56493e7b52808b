"""Words that pages of admins share: people, instants."""

from datetime import datetime

from procs.store.database import Database
from procs.store.people import users
from procs.texts import i18n
from procs.texts.i18n import LocalText


def moment(language: str, wall: float) -> LocalText:
    """A day and an hour, as people there write them."""
    zone, _ = i18n.PLACES[language]
    day = i18n.date(i18n.base(language), datetime.fromtimestamp(wall, zone).date())
    return i18n.digits(language, f"{day} {i18n.hour(language, wall)}")


def person(db: Database, number: int, language: str) -> LocalText:
    """Somebody by name and number; the number is one to copy, so its digits are Latin."""
    name = users.name(db, number)
    return i18n.isolated(language, f"{name} ({number})" if name else str(number))
