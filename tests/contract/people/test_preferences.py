"""What a person sets holds in every process at once, is checked, and can be set back."""

from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

import pytest

from procs.core import codec
from procs.records.preference_values import (
    CHECKS,
    DEFAULTS,
    BadPreference,
    GroupPreferences,
    Preferences,
    checked,
)
from procs.store.database import Database
from procs.store.people import preferences
from tests.contract.conftest import Clock
from tests.contract.place import Place

ME, GROUP = 7, -100
#: A value of each that is not its default.
OTHERS = {
    "language": "fa", "form": "720p", "sites": {"youtube": "mp3"}, "sound": "mp3", "as_file": True,
    "subtitles": ("fa", "en"), "subtitles_place": "beside", "captions": False, "quiet": "night",
    "night": (1380, 400), "media_buttons": False, "digits": "latin", "card_timeout": 60,
    "spoiler": False, "tags": ("#music",), "tidy": True,
}  # fmt: skip
GROUP_OTHERS = {
    "language": "en", "auto": True, "largest": 2**20, "form": "ask", "quiet": True,
    "delete_link": True, "who_presses": "everyone", "progress": "message", "spoiler": False,
}  # fmt: skip
NONSENSE = [
    "",
    "x",
    3.5,
    -1,
    10**20,
    None,
    [],
    ["x"],
    {},
    {"y": "z"},
    "\ud800",
    b"x",
    [1, 1],
    "720p ",
]


def rows(db: Database) -> list[dict[str, object]]:
    return [codec.load(body) for (body,) in db.all("SELECT body FROM preferences")]


def test_who_set_nothing_has_the_defaults_and_no_row(db: Database) -> None:
    assert preferences.read(db, ME) == Preferences()
    assert preferences.read_group(db, GROUP) == GroupPreferences()
    assert rows(db) == []


@pytest.mark.parametrize(("name", "value"), OTHERS.items())
def test_a_change_holds_in_another_process_at_once(
    db: Database, place: Place, clock: Clock, name: str, value: object
) -> None:
    other = place.open()
    preferences.read(other, ME)

    preferences.change(db, ME, name, value, now=clock.now())

    assert getattr(preferences.read(other, ME), name) == value
    assert preferences.read(other, ME + 1) == Preferences()


@pytest.mark.parametrize(("name", "value"), GROUP_OTHERS.items())
def test_a_group_has_its_own(db: Database, clock: Clock, name: str, value: object) -> None:
    preferences.change_group(db, GROUP, name, value, now=clock.now())

    assert getattr(preferences.read_group(db, GROUP), name) == value
    assert preferences.read(db, GROUP) == Preferences()


def test_every_preference_is_tried_here() -> None:
    assert OTHERS.keys() == CHECKS[Preferences].keys() == DEFAULTS[Preferences].keys()
    assert GROUP_OTHERS.keys() == CHECKS[GroupPreferences].keys()
    assert CHECKS[GroupPreferences].keys() == DEFAULTS[GroupPreferences].keys()


@pytest.mark.parametrize("kind", [Preferences, GroupPreferences])
def test_every_default_is_allowed(kind: type) -> None:
    assert {name: checked(kind, name, it) for name, it in DEFAULTS[kind].items()} == DEFAULTS[kind]


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("value", NONSENSE, ids=repr)
def test_nonsense_is_refused_and_changes_nothing(
    db: Database, clock: Clock, name: str, value: object
) -> None:
    allowed = {("language", None), ("subtitles", ()), ("tags", ()), ("tags", ("#x",)), ("sites", 0)}
    try:
        preferences.change(db, ME, name, value, now=clock.now())
    except BadPreference:
        assert rows(db) == []
    else:
        kept = getattr(preferences.read(db, ME), name)
        assert (name, kept or 0 if isinstance(kept, dict) else kept) in allowed


def test_a_name_that_there_is_not_is_refused(db: Database, clock: Clock) -> None:
    for name in ("", "__class__", "auto", "form_of"):
        with pytest.raises(BadPreference):
            preferences.change(db, ME, name, True, now=clock.now())


def test_only_what_differs_is_stored(db: Database, clock: Clock) -> None:
    preferences.change(db, ME, "form", "mp3", now=clock.now())
    preferences.change(db, ME, "captions", False, now=clock.now())
    preferences.change(db, ME, "form", "ask", now=clock.now())
    assert rows(db) == [{"captions": False}]

    preferences.change(db, ME, "captions", True, now=clock.now())
    assert rows(db) == []


def test_what_a_newer_version_wrote_is_kept_and_not_obeyed(db: Database, clock: Clock) -> None:
    body = codec.dump({"hologram": 3, "sound": "flac", "form": "mp3"})
    facts = {"kind": "person", "peer": ME, "body": body, "now": 1.0}
    with db.write():
        db.change(preferences.ADD, facts)

    preferences.change(db, ME, "tidy", True, now=clock.now())

    assert preferences.read(db, ME) == Preferences(form="mp3", tidy=True)
    assert rows(db) == [{"hologram": 3, "sound": "flac", "form": "mp3", "tidy": True}]


def test_a_site_has_its_own_form(db: Database, clock: Clock) -> None:
    preferences.change_site(db, ME, "youtube", "720p", now=clock.now())
    preferences.change_site(db, ME, "soundcloud", "mp3", now=clock.now())
    preferences.change_site(db, ME, "youtube", None, now=clock.now())

    mine = preferences.read(db, ME)

    assert [mine.form_of(site) for site in ("youtube", "soundcloud")] == ["ask", "mp3"]
    with pytest.raises(BadPreference):
        preferences.change_site(db, ME, "no site", "720p", now=clock.now())


def test_a_reset_takes_all_of_one_back(db: Database, clock: Clock) -> None:
    for person in (ME, ME + 1):
        preferences.change(db, person, "form", "mp3", now=clock.now())

    preferences.reset(db, ME)

    assert preferences.read(db, ME) == Preferences()
    assert preferences.read(db, ME + 1).form == "mp3"


def test_changes_of_two_processes_are_both_kept(place: Place, clock: Clock) -> None:
    def one(name: str) -> None:
        db = place.open()
        for value in (OTHERS[name], DEFAULTS[Preferences][name], OTHERS[name]):
            preferences.change(db, ME, name, value, now=clock.now())

    names = ("form", "sound", "tidy", "quiet")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, names))

    mine = preferences.read(place.open(), ME)
    assert [getattr(mine, name) for name in names] == [OTHERS[name] for name in names]


@pytest.mark.parametrize(
    ("quiet", "minute", "silent"),
    [
        *(("never", 60, False), ("always", 720, True), ("night", 1380, True), ("night", 0, True)),
        *(("night", 479, True), ("night", 480, False), ("night", 1379, False)),
    ],
)
def test_the_night_goes_over_midnight(quiet: str, minute: int, silent: bool) -> None:
    assert Preferences(quiet=quiet).is_silent(minute) is silent


def test_a_night_within_a_day() -> None:
    nap = Preferences(quiet="night", night=(60, 120))
    assert [nap.is_silent(minute) for minute in (59, 60, 119, 120)] == [False, True, True, False]


def test_a_read_is_short_enough_to_keep_nothing_in_memory(db: Database, clock: Clock) -> None:
    """8 µs with one value among 20,000 rows; the limit leaves room for a busy machine."""
    for name, value in OTHERS.items():
        preferences.change(db, ME, name, value, now=clock.now())
    took = []
    for _ in range(300):
        begin = perf_counter()
        preferences.read(db, ME)
        took.append(perf_counter() - begin)

    assert min(took) < 0.001
