"""How the bot speaks: rules of both catalogues that a program can hold."""

import re

import pytest

from procs.texts import i18n

FA, EN = i18n.catalogue("fa"), i18n.catalogue("en")
#: Words that a person types as they are, commands, and names of settings and files.
LATIN = re.compile(r"\{\w+\}|/\w+|mp3|CHAPAR_\w+|[\w.]+\.toml|chapar [a-z ]+|sessions/|https?")
#: Written Persian, and what is said instead.
STIFF = {
    "می‌توان": "می‌تون", "می‌خواه": "می‌خوا", "می‌شود": "می‌شه", "می‌کند": "می‌کنه", "می‌دهد": "می‌ده",
    "است": "ه", "دیگر": "دیگه", "اگر": "اگه", "نشانی": "لینک", "پیوند": "لینک", "آدرس": "لینک",
    "شما": "تو", "درخواستتان": "درخواستت",
}  # fmt: skip


def words(text: str) -> set[str]:
    return set(re.findall(r"[\w\u200c]+", text))


@pytest.mark.parametrize("key", FA)
def test_persian_is_as_people_speak_it(key):
    said = words(FA[key])
    assert [stiff for stiff in STIFF if stiff in said] == []
    for stiff in ("می‌توان", "می‌خواه", "می‌دهد", "می‌کند", "می‌شود"):
        assert stiff not in FA[key]


@pytest.mark.parametrize("key", FA)
def test_the_object_is_marked_as_people_say_it(key):
    assert "را" not in words(FA[key])


@pytest.mark.parametrize("key", FA)
def test_digits_in_persian_are_persian(key):
    assert not re.search(r"[0-9٠-٩]", LATIN.sub("", FA[key]))


@pytest.mark.parametrize("key", FA)
def test_letters_are_persian_and_not_arabic(key):
    assert not re.search(r"[يكة]", FA[key])


@pytest.mark.parametrize("key", FA)
def test_the_bot_is_one_and_says_i_in_persian(key):
    assert not words(FA[key]) & {"ما", "ماست", "خودمان", "خودمون", "مان", "برایمان"}
    verbs = (r"\bن?می‌\w*یم\b", r"\b(?:نشد|کرد|گذاشت|نرسید|رسید|داد|بود|نبود)یم\b", r"\bن?داریم\b")
    assert [verb for verb in verbs if re.search(verb, FA[key])] == []


@pytest.mark.parametrize("key", EN)
def test_the_bot_is_one_and_says_i_in_english(key):
    assert not {word.lower() for word in words(EN[key])} & {"we", "us", "our", "ours"}


@pytest.mark.parametrize("key", EN)
def test_a_link_is_called_a_link(key):
    assert not {word.lower() for word in words(EN[key])} & {"address", "url", "addresses"}


def test_what_was_asked_for_by_name():
    assert "درخواستت" in FA["no-room"]
    assert i18n.say("fa", "queued-place", place=i18n.place("fa", 1)) == "در صف · نفر اول"
    assert i18n.say("fa", "queued-place", place=i18n.place("fa", 23)) == "در صف · نفر ۲۳ام"
    assert "دریافت نشدند" in FA["list-lost"]
    assert FA["look-captions"] == "زیرنویس: فقط زیرنویس خودکار"


@pytest.mark.parametrize("key", [key for key in FA if key.startswith("command-")])
def test_a_line_of_the_menu_fits_into_it(key):
    """BotCommand.description takes 256 letters; a phone shows some forty of them."""
    assert len(FA[key]) <= 40
    assert len(EN[key]) <= 40
