"""A button takes effect once, for its person, and what is forged never does."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from threading import Barrier

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from procs.core.clock import Now
from procs.errors import StoreError
from procs.store.database import Database
from procs.store.health import counters
from procs.store.requests import buttons
from procs.store.requests.buttons import KNOWN, LASTS, ButtonMeaning, Outcome
from tests.contract.conftest import Clock
from tests.contract.place import Place

ME, OTHER, GROUP = 7, 8, -100
MP3 = ButtonMeaning(ME, ME, "form", {"variant": "mp3"}, request=41)
FORK = get_context("fork")


def press(db: Database, token: str, clock: Clock, person: int = ME, **more: int) -> Outcome:
    facts = {"chat": ME, "shared": False} | more
    return buttons.press(db, token, person, now=clock.now(), **facts).outcome


@pytest.fixture
def token(db: Database, clock: Clock) -> str:
    return buttons.mint(db, [MP3], now=clock.now())[0]


def test_a_keyboard_has_a_token_for_each_of_its_buttons(db: Database, clock: Clock) -> None:
    meanings = [ButtonMeaning(ME, ME, "form", {"variant": one}) for one in ("720p", "mp3", "m4a")]

    tokens = buttons.mint(db, meanings, now=clock.now())

    found = [buttons.find(db, one, ME, chat=ME, now=clock.now()).button for one in tokens]
    assert [one.meaning for one in found if one] == meanings
    assert len(set(tokens)) == 3
    assert all(buttons.TOKEN.fullmatch(one) for one in tokens)


def test_a_press_tells_what_it_means(db: Database, clock: Clock, token: str) -> None:
    pressed = buttons.press(db, token, ME, chat=ME, now=clock.now())

    assert pressed.fresh
    assert pressed.button is not None
    assert pressed.button.meaning == MP3


def test_the_second_press_is_no_effect(db: Database, clock: Clock, token: str) -> None:
    assert [press(db, token, clock) for _ in range(3)] == ["fresh", "already", "already"]


def test_a_look_at_a_button_leaves_it_unpressed(db: Database, clock: Clock, token: str) -> None:
    buttons.find(db, token, ME, chat=ME, now=clock.now())

    assert press(db, token, clock) == "fresh"


def test_an_effect_that_fails_leaves_the_button_unpressed(
    db: Database, clock: Clock, token: str
) -> None:
    def effect() -> None:
        with db.write():
            assert press(db, token, clock) == "fresh"
            raise StoreError("the effect failed")

    with pytest.raises(StoreError):
        effect()

    assert press(db, token, clock) == "fresh"


def effect(place: Place, token: str, now: Now, *, dies: bool) -> None:
    """A press with its effect, in a process of its own that may be killed between them."""
    db = place.open()
    with db.write(full=True):
        if buttons.press(db, token, ME, chat=ME, now=now).fresh:
            if dies:
                os.kill(os.getpid(), signal.SIGKILL)
            counters.add(db, "effects")


@pytest.mark.parametrize("killed", [0, 1, 3])
def test_a_kill_between_press_and_effect_leaves_one_effect(
    db: Database, place: Place, clock: Clock, token: str, killed: int
) -> None:
    for dies in [True] * killed + [False, False]:
        child = FORK.Process(target=effect, args=(place, token, clock.now()), kwargs={"dies": dies})
        child.start()
        child.join()
        assert child.exitcode == (-signal.SIGKILL if dies else 0)

    assert counters.read(db)["effects"] == 1


def test_of_two_who_press_at_once_one_has_the_effect(
    place: Place, clock: Clock, token: str
) -> None:
    both = Barrier(2)

    def one_press(_: int) -> Outcome:
        db = place.open()
        both.wait()
        return buttons.press(db, token, ME, chat=ME, now=Now(clock.wall, clock.boot)).outcome

    with ThreadPoolExecutor(2) as pool:
        seen = sorted(pool.map(one_press, range(2)))

    assert seen == ["already", "fresh"]


def test_a_button_of_somebody_else_is_foreign(db: Database, clock: Clock, token: str) -> None:
    pressed = buttons.press(db, token, OTHER, chat=ME, now=clock.now())

    assert pressed == buttons.FOREIGN
    assert press(db, token, clock) == "fresh"


def test_an_admin_presses_what_is_of_their_group_only(db: Database, clock: Clock) -> None:
    (token,) = buttons.mint(db, [ButtonMeaning(ME, GROUP, "cancel")], now=clock.now())

    assert press(db, token, clock, OTHER, chat=GROUP) == "foreign"
    assert press(db, token, clock, OTHER, chat=-200, shared=True) == "foreign"
    assert press(db, token, clock, OTHER, chat=GROUP, shared=True) == "fresh"


def test_a_late_press_is_stale_and_knows_what_was_meant(
    db: Database, clock: Clock, token: str
) -> None:
    clock.skip(LASTS)

    pressed = buttons.press(db, token, ME, chat=ME, now=clock.now())

    assert pressed.outcome == "stale"
    assert pressed.button is not None
    assert pressed.button.meaning == MP3
    assert press(db, token, clock, OTHER) == "foreign"


def test_a_button_is_forgotten_a_week_after_its_end(db: Database, clock: Clock, token: str) -> None:
    clock.skip(LASTS + KNOWN - 1)
    assert buttons.prune(db, now=clock.now()) == 0
    assert press(db, token, clock) == "stale"

    clock.skip(1)
    assert press(db, token, clock) == "unknown"
    assert buttons.prune(db, now=clock.now()) == 1


FORGED = st.one_of(
    st.text(max_size=80),
    st.text(alphabet="abcXYZ019_-", min_size=16, max_size=16),
    st.binary(max_size=64).map(lambda it: it.decode("utf-8", "surrogateescape")),
    st.sampled_from(["", "\0" * 16, "' OR 1 = 1 --   ", "%" * 16, "0" * 16, "\ud800" * 16]),
)


@limits(max_examples=2000, deadline=None, suppress_health_check=list(HealthCheck))
@given(forged=FORGED, cut=st.integers(0, 15), person=st.integers(-(2**63), 2**63 - 1))
def test_what_is_forged_never_acts_and_never_raises(
    db: Database, clock: Clock, token: str, forged: str, cut: int, person: int
) -> None:
    for made in (forged, token[:cut], token + forged, token.swapcase(), token[:cut] + forged):
        if made != token:
            assert press(db, made, clock) == "unknown"
    if person != ME:
        assert press(db, token, clock, person) == "foreign"
    seen = buttons.find(db, token, ME, chat=ME, now=clock.now())
    assert seen.outcome == "fresh"
