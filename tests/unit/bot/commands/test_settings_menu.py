"""The menu of /settings: every page in both languages, and each button a change that is allowed."""

import pytest

from procs.bot.commands import settings_menu
from procs.bot.commands.settings_menu import (
    GROUP_PAGES,
    MAIN,
    MARK,
    PAGE,
    PERSON,
    SET,
    MenuButton,
    MenuPage,
)
from procs.records.preference_values import CHECKS, GroupPreferences, Preferences, checked
from procs.store.requests.buttons import ButtonMeaning

MINE = Preferences(sites={f"site{n}.example": "720p" for n in range(19)} | {"youtube": "mp3"})
RECORDS = (Preferences(), MINE, GroupPreferences())
ALL = [
    (record, name, language)
    for record in RECORDS
    for name in (MAIN, "sites", "reset", *settings_menu.pages_of(record))
    for language in ("fa", "en")
]


def buttons(page: MenuPage) -> list[MenuButton]:
    return [one for row in page.keyboard for one in row]


@pytest.mark.parametrize(("record", "name", "language"), ALL)
def test_every_page_has_words_and_buttons(record, name, language):
    page = settings_menu.page(record, name, language)

    assert page.text.strip()
    assert all(0 < len(one.label) <= 64 for one in buttons(page))
    assert len(buttons(page)) <= 100


@pytest.mark.parametrize(("record", "name", "language"), ALL)
def test_every_button_is_a_change_that_is_allowed_or_a_page(record, name, language):
    for one in buttons(settings_menu.page(record, name, language)):
        assert ButtonMeaning(1, 1, one.action, one.data).data == one.data
        if one.action == SET:
            value = one.data["value"]
            assert checked(type(record), one.data["name"], value) == value
        if one.action == PAGE:
            pages = {MAIN, "sites", "reset", *settings_menu.pages_of(record)}
            assert one.data["page"] in pages


@pytest.mark.parametrize("record", [Preferences(), GroupPreferences()])
def test_every_page_but_the_first_leads_back(record):
    for name in settings_menu.pages_of(record):
        assert buttons(settings_menu.page(record, name, "en"))[-1].data == {"page": MAIN}


def test_every_preference_stands_in_the_menu_or_is_set_elsewhere():
    mine = {part.name for parts in PERSON.values() for part in parts}
    group = {part.name for parts in GROUP_PAGES.values() for part in parts}
    assert CHECKS[Preferences].keys() - mine == {"sites"}
    assert CHECKS[GroupPreferences].keys() == group


def test_what_is_set_has_the_mark():
    page = settings_menu.page(Preferences(form="720p"), "form", "fa")
    assert [one.label for one in buttons(page) if one.label.startswith(MARK)] == [
        f"{MARK}کیفیت ۷۲۰",
        f"{MARK}همیشه منتظر بمون",
    ]


def test_the_first_page_says_what_is_set():
    labels = [one.label for one in buttons(settings_menu.page(Preferences(), MAIN, "en"))]
    assert "🎬 Form: ask me" in labels
    assert "🔕 Without sound: never" in labels


@pytest.mark.parametrize("value", ["opus", "2160p", "file"])
def test_what_was_set_by_words_is_named_too(value):
    text = settings_menu.page(Preferences(form=value), "form", "en").text
    assert value in text


def test_languages_without_a_button_are_named():
    page = settings_menu.page(Preferences(subtitles=("de", "ar")), "subtitles", "fa")
    assert "آلمانی و عربی" in page.text


def test_tags_are_shown_with_how_they_are_set_and_taken_away_by_a_button():
    page = settings_menu.page(Preferences(tags=("#music", "#live")), "tags", "fa")
    assert "#music #live" in page.text
    assert "/tags" in page.text
    assert [one.data["value"] for row in page.keyboard for one in row if one.action == SET] == [()]


def values(page, label):
    """What a button of a page sets."""
    (button,) = [one for row in page.keyboard for one in row if one.label.endswith(label)]
    return button.data["value"], button.label.startswith(settings_menu.MARK)


def test_a_language_of_subtitles_is_added_behind_the_others_and_taken_out():
    before = settings_menu.page(Preferences(subtitles=("fa",)), "subtitles", "en")
    assert values(before, "Arabic") == (("fa", "ar"), False)
    after = settings_menu.page(Preferences(subtitles=("fa", "ar")), "subtitles", "en")
    assert values(after, "Arabic") == (("fa",), True)


def test_no_more_languages_of_subtitles_are_set_than_there_may_be():
    full = Preferences(subtitles=("fa", "en", "de", "ar"))
    value, _ = values(settings_menu.page(full, "subtitles", "en"), "Turkish")
    assert value == ("fa", "en", "de", "tr")
    assert checked(Preferences, "subtitles", value) == value


@pytest.mark.parametrize(("place", "count"), [(-5, 8), (0, 8), (1, 8), (2, 4), (99, 4)])
def test_sites_come_in_pages(place, count):
    found = buttons(settings_menu.page(MINE, "sites", "fa", place=place))
    assert len([one for one in found if one.action == settings_menu.SITE]) == count


def test_a_page_that_there_is_not_is_the_first():
    assert settings_menu.page(MINE, "no-page", "fa") == settings_menu.page(MINE, MAIN, "fa")
    assert settings_menu.page(GroupPreferences(), "sites", "fa").text.startswith("⚙️")
