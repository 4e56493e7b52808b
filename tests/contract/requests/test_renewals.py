"""A request made anew by a button: once, whatever dies between the press and its effect."""

import multiprocessing
import os
import signal

import pytest

from procs.core import clock
from procs.core.clock import Now
from procs.records.job import Ask, Link
from procs.store.database import Database
from procs.store.requests import buttons, renewals, requests
from procs.store.requests.allowances import FULL, Allowance
from procs.store.requests.buttons import ButtonMeaning
from procs.store.requests.renewals import RenewalAsker
from tests.contract.conftest import Clock
from tests.contract.place import Place

ANN, BEN = 5, 6
FORK = multiprocessing.get_context("fork")
COUNT = "SELECT COUNT(*) FROM requests WHERE variant = 'mp3'"


def asked(db: Database, now: Now, *, variant: str = "best") -> int:
    link = Link("https://example.org/a", "example.org", "url:a", variant)
    return requests.submit(db, [Ask(ANN, ANN, 1, 0, link)], now=now)[0].request


def again(db: Database, token: str, now: Now, *, dies: bool = False) -> None:
    """What a press of `🎧 mp3` does."""
    with db.write(full=True):
        pressed = buttons.press(db, token, ANN, chat=ANN, now=now)
        if pressed.fresh and pressed.button:
            asker = RenewalAsker(ANN, ANN, 0)
            ask = renewals.origin(db, pressed.button.meaning.request or 0, asker)
            assert ask is not None
            renewals.renew(db, ask, "mp3", allowance=Allowance(), now=now)
        if dies:
            os.kill(os.getpid(), signal.SIGKILL)


def effect(place: Place, token: str, now: Now, *, dies: bool) -> None:
    again(place.open(), token, now, dies=dies)


@pytest.mark.parametrize("killed", [0, 1, 3])
def test_a_kill_between_a_press_and_its_request_leaves_one_request(
    db: Database, place: Place, clock: Clock, killed: int
) -> None:
    meaning = ButtonMeaning(ANN, ANN, "request-again", {"variant": "mp3"}, asked(db, clock.now()))
    (token,) = buttons.mint(db, [meaning], now=clock.now())
    for dies in [True] * killed + [False, False]:
        facts = {"args": (place, token, clock.now()), "kwargs": {"dies": dies}}
        child = FORK.Process(target=effect, **facts)
        child.start()
        child.join()
        assert child.exitcode == (-signal.SIGKILL if dies else 0)
    assert db.all(COUNT) == [(1,)]


def test_each_renewal_has_a_number_of_its_own_under_the_message(db: Database) -> None:
    request, now = asked(db, clock.now()), clock.now()
    for form in ("mp3", "480p"):
        ask = renewals.origin(db, request, RenewalAsker(ANN, ANN, 0))
        assert ask is not None
        done = renewals.renew(db, ask, form, allowance=Allowance(), now=now)
        assert done.outcome == "queued"


def test_nobody_asks_anew_from_another_chat(db: Database) -> None:
    request = asked(db, clock.now())
    assert renewals.origin(db, request, RenewalAsker(BEN, BEN, 0)) is None


def test_what_is_too_much_for_the_moment_is_not_kept(db: Database) -> None:
    request = asked(db, clock.now())
    ask = renewals.origin(db, request, RenewalAsker(ANN, ANN, 0))
    assert ask is not None
    done = renewals.renew(db, ask, "mp3", allowance=Allowance(1), now=clock.now())
    assert (done.request, done.outcome) == (0, FULL)


def test_an_offer_that_is_made_again_keeps_its_token(db: Database) -> None:
    request, now = asked(db, clock.now()), clock.now()
    forms = [
        ButtonMeaning(ANN, ANN, "request-again", {"variant": it}, request) for it in ("mp3", "file")
    ]
    first = buttons.offer(db, forms, now=now)
    assert buttons.offer(db, forms, now=now) == first
    assert len(set(first)) == 2


def test_a_button_whose_effect_was_refused_can_be_pressed_again(db: Database) -> None:
    now = clock.now()
    (token,) = buttons.mint(db, [ButtonMeaning(ANN, ANN, "request-again")], now=now)
    with db.write():
        buttons.press(db, token, ANN, chat=ANN, now=now)
        buttons.release(db, token)
    assert buttons.find(db, token, ANN, chat=ANN, now=now).fresh
