"""Many processes at one site at the same moment: one trial, no more visitors than allowed, and no
two turns at the same time."""

import multiprocessing
from collections.abc import Callable
from functools import partial
from itertools import chain
from typing import Any

import pytest

from procs import errors
from procs.config.rules import Rules
from procs.core import codec
from procs.core.clock import Now
from procs.records.job import Lease
from procs.store.database import Database
from procs.store.sites import breakers, visits
from procs.store.sites.breakers import EVERYBODY, Way
from tests.contract.conftest import Desk
from tests.contract.place import Place

PROCESSES, JOBS = 4, 24
WAY = Way("youtube")
FORK = multiprocessing.get_context("fork")

Act = Callable[[Database, Lease, Now], Any]


def tries(db: Database, lease: Lease, now: Now) -> bool:
    return breakers.ask(db, lease, WAY, patience=9.0, now=now) is None


def enters(db: Database, lease: Lease, now: Now) -> bool:
    return visits.enter(db, lease, WAY.site, most=5, now=now)


def books(db: Database, lease: Lease, now: Now) -> float:
    return visits.book(db, WAY, Rules(gap=2.0), now=now) - now.wall


def in_a_process(place: Place, act: Act, now: Now, found: list[Lease]) -> Any:
    """What each of these jobs is answered, through a connection of this process's own."""
    db = place.open()
    answers = [act(db, lease, now) for lease in found]
    db.close()
    return answers


@pytest.fixture
def crowd(desk: Desk, place: Place) -> Callable[[Act], list[Any]]:
    """Do it for jobs of as many users, in several processes at once."""

    def crowd(act: Act) -> list[Any]:
        for user in range(1, JOBS + 1):
            desk.asks(user, f"link {user}")
        found = desk.claim(desk.worker(), room=JOBS)
        if act is tries:
            breakers.note_failure(
                desk.db, found[0], WAY, errors.SiteBusy("", wait=1.0), now=desk.clock.now()
            )
            desk.clock.skip(2)
        shares = [found[n::PROCESSES] for n in range(PROCESSES)]
        work = partial(in_a_process, place, act, desk.clock.now())
        with FORK.Pool(PROCESSES) as pool:
            return list(chain.from_iterable(pool.map(work, shares, chunksize=1)))

    return crowd


def test_one_trial_is_made_for_all(crowd: Callable[[Act], list[Any]], desk: Desk) -> None:
    assert sum(crowd(tries)) == 0

    made = desk.db.all("SELECT payload FROM jobs WHERE kind = 'trial'")
    assert sorted(codec.load(payload)["person"] for (payload,) in made) == [EVERYBODY, 1]


def test_no_more_get_in_than_allowed(crowd: Callable[[Act], list[Any]]) -> None:
    assert sum(crowd(enters)) == 5


def test_each_turn_is_given_once(crowd: Callable[[Act], list[Any]]) -> None:
    turns = sorted(crowd(books))

    assert turns == pytest.approx([2.0 * n for n in range(JOBS)], abs=1e-3)
