"""How the bot speaks: rules of both catalogues that a program can hold."""

import re
from collections.abc import Collection, Mapping

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


#: Verbs that say "we", and that name what is said of the bot.
WE = (r"\bن?می‌\w*یم\b", r"\b(?:نشد|کرد|گذاشت|نرسید|رسید|داد|بود|نبود)یم\b", r"\bن?داریم\b")
OURS = {"ما", "ماست", "خودمان", "خودمون", "مان", "برایمان"}


def words(text: str) -> set[str]:
    return set(re.findall(r"[\w\u200c]+", text))


def said(texts: Mapping[str, str], pattern: str) -> list[str]:
    """The keys of the texts in which this stands."""
    return [key for key, text in texts.items() if re.search(pattern, text)]


def used(texts: Mapping[str, str], forbidden: Collection[str]) -> list[tuple[str, set[str]]]:
    """The keys of the texts that have one of these words, with those that they have."""
    found = ((key, words(text.lower()) & set(forbidden)) for key, text in texts.items())
    return [(key, some) for key, some in found if some]


@pytest.mark.parametrize("stiff", STIFF)
def test_persian_is_as_people_speak_it(stiff):
    assert used(FA, [stiff]) == []


@pytest.mark.parametrize("stiff", ["می‌توان", "می‌خواه", "می‌دهد", "می‌کند", "می‌شود"])
def test_persian_verbs_are_as_people_speak_them_in_every_form(stiff):
    assert said(FA, stiff) == []


def test_the_object_is_marked_as_people_say_it():
    assert used(FA, ["را"]) == []


def test_digits_in_persian_are_persian():
    assert said({key: LATIN.sub("", text) for key, text in FA.items()}, "[0-9٠-٩]") == []


def test_letters_are_persian_and_not_arabic():
    assert said(FA, "[يكة]") == []


@pytest.mark.parametrize("verb", WE)
def test_the_bot_is_one_and_says_i_in_persian(verb):
    assert said(FA, verb) == []


def test_the_bot_does_not_call_itself_we_in_persian():
    assert used(FA, OURS) == []


def test_the_bot_is_one_and_says_i_in_english():
    assert used(EN, ["we", "us", "our", "ours"]) == []


def test_a_link_is_called_a_link():
    assert used(EN, ["address", "url", "addresses"]) == []


def test_what_was_asked_for_by_name():
    assert "درخواستت" in FA["no-room"]
    assert i18n.say("fa", "queued-place", place=i18n.place("fa", 1)) == "در صف · نفر اول"
    assert i18n.say("fa", "queued-place", place=i18n.place("fa", 23)) == "در صف · نفر ۲۳ام"
    assert "دریافت نشدند" in FA["list-lost"]
    assert FA["look-captions"] == "زیرنویس: فقط زیرنویس خودکار"


@pytest.mark.parametrize("texts", [FA, EN], ids=["fa", "en"])
def test_a_line_of_the_menu_fits_into_it(texts):
    """BotCommand.description takes 256 letters; a phone shows some forty of them."""
    lines = {key: text for key, text in texts.items() if key.startswith("command-")}
    assert [key for key, text in lines.items() if len(text) > 40] == []
    assert lines
