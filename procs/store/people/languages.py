"""The language in which the bot writes to a person: their own setting, else that of their Telegram
client.

The row of a user holds the language too, for messages that the bot sends by itself. Every process
reads a change with its next statement.
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
    """The language of a person, with the digits that they prefer. When the client reports none:
    that of the letters in their `text`, else the language in which the bot wrote to them last."""
    wanted = preferences.read(db, person.id)
    language = wanted.language or person.client
    if not language:
        is_persian = PERSIAN_LETTERS.search(text)
        language = "fa" if is_persian else users.last_language(db, person.id) or person.language
    return i18n.with_digits(language, latin_digits=wanted.digits == LATIN)


def speaking(db: Database, person: Person, text: str = "") -> Person:
    """The same person, who wrote `text`, with the language in which the bot writes to them."""
    return replace(person, language=of(db, person, text))


def change(db: Database, person: Person) -> str:
    """Store the language that a person's preferences give, and return it."""
    language = of(db, person)
    users.speak(db, person.id, language)
    return language
