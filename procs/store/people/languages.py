"""The language that is spoken to a person: the one they chose, or that of their Telegram.

The row of a user has it too, for all that is said without a message of theirs: a change of it holds
in every process from its next look.
"""

import re
from dataclasses import replace

from procs.records.job import Person
from procs.records.preference_values import LATIN
from procs.store.database import Database
from procs.store.people import preferences, users
from procs.texts import i18n

#: Letters that only Persian and its neighbours write.
PERSIAN_LETTERS = re.compile("[\u0600-\u06ff]")


def of(db: Database, person: Person, text: str = "") -> str:
    """The language of a person, with the digits that they prefer. Of one whose client tells none:
    that of the letters in their `text`, else the one in which we spoke to them before."""
    wanted = preferences.read(db, person.id)
    language = wanted.language or person.client
    if not language:
        is_persian = PERSIAN_LETTERS.search(text)
        language = "fa" if is_persian else users.last_language(db, person.id) or person.language
    return i18n.with_digits(language, latin_digits=wanted.digits == LATIN)


def speaking(db: Database, person: Person, text: str = "") -> Person:
    """The same person, who wrote a `text`, in the language that is spoken to them."""
    return replace(person, language=of(db, person, text))


def change(db: Database, person: Person) -> str:
    """Speak to a person as they prefer from now on: in which language."""
    language = of(db, person)
    users.speak(db, person.id, language)
    return language
