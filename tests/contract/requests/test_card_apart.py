"""The numbered button of a message that asks about several links: its link has a card of its own,
once, whatever dies between the press and its effect."""

import multiprocessing
import os
import signal
from dataclasses import replace

import pytest

from procs.core import codec
from procs.core.clock import Now
from procs.records.card_values import CardTerms
from procs.records.job import Ask, Lane, Link
from procs.store.cards import card_choices
from procs.store.cards.card_choices import Looked
from procs.store.database import Database
from procs.store.health import workers
from procs.store.jobs import leases
from procs.store.media import cards
from procs.store.requests import buttons, link_groups, renewals, requests
from procs.store.requests.allowances import Allowance
from procs.store.requests.buttons import ButtonMeaning
from procs.store.requests.renewals import RenewalAsker
from tests.contract.conftest import Clock
from tests.contract.place import Place
from tests.sandbox.card_parts import told

ANN = 5
FORK = multiprocessing.get_context("fork")
LAST = "SELECT MAX(id) FROM requests"
STATES = "SELECT state, say, speaker IS NULL FROM requests ORDER BY id"


def two_cards(db: Database, clock: Clock) -> int:
    """Two links of one message are looked at, and their person is asked. Returns the second."""
    terms = CardTerms()
    asks = [
        Ask(ANN, ANN, 1, n, Link(f"https://tube.example/{n}", "tube.example", f"url:{n}", "look"))
        for n in (1, 2)
    ]
    made = requests.submit(db, [replace(one, card=terms) for one in asks], now=clock.now())
    worker = workers.enter(db, "w00-1", now=clock.now())
    for lease in leases.claim(db, worker=worker, lane=Lane.LOOK, room=2, now=clock.now()):
        facts = told(key=lease.link.key)
        looked = Looked(codec.dump(facts), facts["title"], frozenset(), is_list=False, offers=True)
        card_choices.finish_look(db, lease, looked, now=clock.now())
    return made[1].request


def opens(place: Place, token: str, now: Now, *, dies: bool) -> None:
    """What a press of `🎛 2` does, as one transaction."""
    db = place.open()
    with db.write(full=True):
        pressed = buttons.press(db, token, ANN, chat=ANN, now=now)
        if pressed.fresh and pressed.button:
            request = pressed.button.meaning.request or 0
            ask = renewals.origin(db, request, RenewalAsker(ANN, ANN, 0))
            card = cards.read(db, request)
            assert ask is not None
            assert card is not None
            if link_groups.part(db, request, now=now):
                asked = replace(ask, card=card.terms)
                renewals.renew(db, asked, "look", allowance=Allowance(), now=now)
        if dies:
            os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("killed", [0, 1, 3])
def test_a_kill_between_the_press_and_the_card_leaves_one_card(
    db: Database, place: Place, clock: Clock, killed: int
) -> None:
    second = two_cards(db, clock)
    meaning = ButtonMeaning(ANN, ANN, "card-apart", {}, second)
    (token,) = buttons.mint(db, [meaning], now=clock.now())
    for dies in [True] * killed + [False, False]:
        facts = {"args": (place, token, clock.now()), "kwargs": {"dies": dies}}
        child = FORK.Process(target=opens, **facts)
        child.start()
        child.join()
        assert child.exitcode == (-signal.SIGKILL if dies else 0)
    assert db.all(STATES) == [
        ("choosing", None, 0),
        ("cancelled", "card-apart", 0),
        ("choosing", None, 1),
    ]
    ((last,),) = db.all(LAST)
    fresh = cards.read(db, last)
    assert fresh is not None
    assert codec.load(fresh.found)["title"] == "How lighthouses work"
