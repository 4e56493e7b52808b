"""The menu of /settings: one message that changes, made of what a person or a group set. Pure.

A page is one row of a table: which preference it sets, and with which values. The label of a value
is a text of the catalogue, `set-<page>-<value>`.
"""

from dataclasses import dataclass, field
from typing import Any

from procs.records.preference_values import ASK, MOST_LANGUAGES, GroupPreferences, Preferences
from procs.texts import i18n
from procs.texts.i18n import LocalText

#: What buttons of the menu do: show a page, set a preference, forget a site's form, set all back.
PAGE, SET, SITE, RESET = "settings-page", "settings-set", "settings-site", "settings-reset"
#: The first page, and the one that asks before all is set back.
MAIN, ASK_RESET = "main", "reset"
#: Sites on one page of them, and buttons in a row.
SITES, ROW, WIDE_ROW = 8, 2, 3
#: The mark of what is set.
MARK = "✅ "

Record = Preferences | GroupPreferences


@dataclass(frozen=True, slots=True)
class MenuButton:
    """A button before it has a token: `action` and `data` are those of its `ButtonMeaning`."""

    label: str
    action: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MenuPage:
    """What the message says, and its rows of buttons."""

    text: LocalText
    keyboard: tuple[tuple[MenuButton, ...], ...]


@dataclass(frozen=True, slots=True)
class PreferenceChoice:
    """One preference on a page: its name, and (label's end, value) of each button."""

    name: str
    values: tuple[tuple[str, Any], ...]


SWITCH = (("on", True), ("off", False))
NIGHTS = (("late", (23 * 60, 8 * 60)), ("early", (22 * 60, 7 * 60)), ("long", (21 * 60, 9 * 60)))
WORDS = (("none", ()), ("fa", ("fa",)), ("en", ("en",)), ("fa-en", ("fa", "en")))
#: Languages of subtitles that are added to those, or taken out, one by one.
MORE_WORDS = ("ar", "tr", "de", "fr", "es", "ru")
EXAMPLE_TAGS = "/tags #music #live"
FORMS = tuple((it, it) for it in (ASK, "best", "1080p", "720p", "480p", "mp3", "audio"))
CARDS = (("never", 0), ("half", 30), ("minute", 60), ("five", 300))
MIB = 1024 * 1024
SIZES = (("any", 0), ("50", 50 * MIB), ("200", 200 * MIB), ("1000", 1000 * MIB))

SPOKEN = (("client", None), *((it, it) for it in i18n.LANGUAGES))

#: The pages of a person, in the order of the first page.
PERSON: dict[str, tuple[PreferenceChoice, ...]] = {
    "language": (PreferenceChoice("language", SPOKEN),),
    "form": (PreferenceChoice("form", FORMS), PreferenceChoice("card_timeout", CARDS)),
    "sound": (
        PreferenceChoice("sound", tuple((it, it) for it in ("audio", "m4a", "mp3", "opus"))),
    ),
    "file": (PreferenceChoice("as_file", SWITCH),),
    "subtitles": (
        PreferenceChoice("subtitles", WORDS),
        PreferenceChoice("subtitles_place", (("inside", "inside"), ("beside", "beside"))),
    ),
    "captions": (PreferenceChoice("captions", SWITCH),),
    "tags": (PreferenceChoice("tags", (("none", ()),)),),
    "quiet": (
        PreferenceChoice("quiet", (("never", "never"), ("always", "always"), ("night", "night"))),
        PreferenceChoice("night", NIGHTS),
    ),
    "buttons": (PreferenceChoice("media_buttons", SWITCH),),
    "digits": (PreferenceChoice("digits", (("persian", "persian"), ("latin", "latin"))),),
    "spoiler": (PreferenceChoice("spoiler", SWITCH),),
    "tidy": (PreferenceChoice("tidy", SWITCH),),
}
GROUP_PAGES: dict[str, tuple[PreferenceChoice, ...]] = {
    "auto": (PreferenceChoice("auto", SWITCH),),
    "group-form": (PreferenceChoice("form", FORMS),),
    "largest": (PreferenceChoice("largest", SIZES),),
    "group-quiet": (PreferenceChoice("quiet", SWITCH),),
    "delete": (PreferenceChoice("delete_link", SWITCH),),
    "who": (
        PreferenceChoice("who_presses", tuple((it, it) for it in ("asker", "admins", "everyone"))),
    ),
    "progress": (PreferenceChoice("progress", (("reaction", "reaction"), ("message", "message"))),),
    "spoiler": (PreferenceChoice("spoiler", SWITCH),),
    "language": PERSON["language"],
}


def page(record: Record, name: str, language: str, *, place: int = 0) -> MenuPage:
    """A page of the menu; the first for a name that there is not. `place` counts the pages of the
    sites, from 0."""
    pages = pages_of(record)
    if name in pages:
        return choices(record, name, pages[name], language)
    if name == "sites" and isinstance(record, Preferences):
        return sites(record, language, place)
    if name == ASK_RESET:
        sure = MenuButton(i18n.say(language, "set-reset-yes"), RESET)
        return MenuPage(i18n.say(language, "set-reset"), ((sure,), (back(language),)))
    return first(record, language)


def pages_of(record: Record) -> dict[str, tuple[PreferenceChoice, ...]]:
    """The pages of a person or of a group."""
    return PERSON if isinstance(record, Preferences) else GROUP_PAGES


def first(record: Record, language: str) -> MenuPage:
    """All pages, each with what is set there."""
    buttons = [
        MenuButton(
            i18n.say(language, "set-line", name=title(language, name), value=value), PAGE, to(name)
        )
        for name, parts in pages_of(record).items()
        for value in [value_text(language, name, parts[0], getattr(record, parts[0].name))]
    ]
    if isinstance(record, Preferences):
        buttons.append(MenuButton(title(language, "sites"), PAGE, to("sites")))
    buttons.append(MenuButton(title(language, ASK_RESET), PAGE, to(ASK_RESET)))
    key = "set-main" if isinstance(record, Preferences) else "set-main-group"
    return MenuPage(i18n.say(language, key), tuple((one,) for one in buttons))


def choices(
    record: Record, name: str, parts: tuple[PreferenceChoice, ...], language: str
) -> MenuPage:
    """The values of a page, with a mark at what is set. What was set by words and has no button
    is named in the text."""
    rows: list[tuple[MenuButton, ...]] = []
    for part in parts:
        now = getattr(record, part.name)
        buttons = [
            MenuButton(
                (MARK if value == now else "") + label(language, part.name, end),
                SET,
                {"name": part.name, "value": value, **to(name)},
            )
            for end, value in part.values
        ]
        rows += [tuple(buttons[at : at + ROW]) for at in range(0, len(buttons), ROW)]
        rows += added(record, language) if part.name == "subtitles" else []
    told = value_text(language, name, parts[0], getattr(record, parts[0].name))
    text = i18n.say(language, f"set-{name}-about", value=told, example=EXAMPLE_TAGS)
    return MenuPage(text, (*rows, (back(language),)))


def added(record: Record, language: str) -> list[tuple[MenuButton, ...]]:
    """More languages of subtitles: each is added behind those that are set, or taken out."""
    now = record.subtitles if isinstance(record, Preferences) else ()
    buttons = [
        MenuButton(
            (MARK if code in now else "") + i18n.tongue(language, code),
            SET,
            {"name": "subtitles", "value": toggled(now, code), **to("subtitles")},
        )
        for code in MORE_WORDS
    ]
    return [tuple(buttons[at : at + WIDE_ROW]) for at in range(0, len(buttons), WIDE_ROW)]


def toggled(now: tuple[str, ...], code: str) -> tuple[str, ...]:
    """The languages with one added at the end or taken out; the last gives way when there are too
    many."""
    others = tuple(one for one in now if one != code)
    return others if code in now else (*others[: MOST_LANGUAGES - 1], code)


def sites(record: Preferences, language: str, place: int) -> MenuPage:
    """The sites that have a form of their own; a press forgets one."""
    if not record.sites:
        return MenuPage(i18n.say(language, "set-sites-none"), ((back(language),),))
    names = sorted(record.sites)
    last = (len(names) - 1) // SITES
    place = min(max(place, 0), last)
    rows = [
        (MenuButton(site_line(record, name, language), SITE, {"site": name, "place": place}),)
        for name in names[place * SITES : (place + 1) * SITES]
    ]
    turns = [
        MenuButton(i18n.say(language, key), PAGE, {"page": "sites", "place": there})
        for key, there in (("page-before", place - 1), ("page-next", place + 1))
        if 0 <= there <= last
    ]
    more = (tuple(turns),) if turns else ()
    return MenuPage(i18n.say(language, "set-sites-about"), (*rows, *more, (back(language),)))


def site_line(record: Preferences, name: str, language: str) -> LocalText:
    """One site with the form that is its usual one."""
    form = form_name(language, record.sites[name])
    return i18n.say(language, "set-site", site=name, form=form)


def title(language: str, name: str) -> LocalText:
    """The title of a page."""
    return i18n.say(language, f"set-{name}-title")


def value_text(language: str, page: str, part: PreferenceChoice, value: Any) -> LocalText:
    """A value in words; of one without a button, itself."""
    end = next((end for end, it in part.values if it == value), None)
    if end is not None:
        return label(language, part.name, end)
    if part.name == "form":
        return form_name(language, value)
    if part.name == "largest":
        return i18n.size(language, value)
    if part.name == "subtitles":
        return i18n.listed(language, [i18n.tongue(language, code) for code in value])
    if part.name == "tags":
        return i18n.isolated(language, " ".join(value))
    return i18n.isolated(language, str(value))


def form_name(language: str, form: str) -> LocalText:
    """A form as people say it: a height as a number, a kind of file by its own name."""
    if form[:-1].isdecimal():
        return i18n.say(language, "set-form-height", height=i18n.digits(language, form[:-1]))
    return worded(language, "form", form)


def label(language: str, name: str, end: str) -> LocalText:
    """The label of one value."""
    if end in ("on", "off"):
        return i18n.say(language, f"set-{end}")
    return form_name(language, end) if name == "form" else worded(language, name, end)


def worded(language: str, name: str, end: str) -> LocalText:
    """A value in words, as the catalogue has it; a language by its own name."""
    key = f"set-{name}-{end}"
    if name == "language" and not i18n.knows(key):
        return i18n.tongue(end, end)  # as its own readers call it
    return i18n.say(language, key) if i18n.knows(key) else i18n.isolated(language, end)


def back(language: str) -> MenuButton:
    """The button to the first page."""
    return MenuButton(i18n.say(language, "set-back"), PAGE, to(MAIN))


def to(name: str) -> dict[str, Any]:
    """What a button to a page keeps."""
    return {"page": name}
