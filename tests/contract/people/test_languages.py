"""The language that is spoken to people whom Telegram shows in part, or not at all."""

import pytest

from procs.records.job import Person
from procs.store.people import languages, users

PART = Person(7, "en", "", 0, client="")


@pytest.mark.parametrize(("text", "language"), [("hello", "en"), ("این رو می‌خوام", "fa")])
def test_nobody_tells_the_language_of_a_stranger_but_their_letters(db, text, language):
    assert languages.of(db, PART, text) == language


def test_who_was_spoken_to_before_is_spoken_to_so_again(db, clock):
    users.remember(db, Person(7, "fa", "Ali", 55, client="fa"), now=clock.now())
    assert languages.speaking(db, PART).language == "fa"


def test_what_is_not_told_of_a_person_stays_as_it_was(db, clock):
    users.remember(db, Person(7, "fa", "Ali", 55, client="fa"), now=clock.now())
    users.remember(db, PART, now=clock.now())
    row = db.one("SELECT name, access FROM users WHERE id = 7", {})
    assert row == ("Ali", 55)


def test_the_client_is_believed_once_it_tells(db, clock):
    users.remember(db, Person(7, "fa", "Ali", 55), now=clock.now())
    assert languages.of(db, Person(7, "en", "Ali", 55, client="en")) == "en"
