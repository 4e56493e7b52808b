"""A commit whose answer never came back: it is looked up, and was one, or is made anew; never
twice."""

import os
import signal
from contextlib import closing

import pytest

from procs.errors import StoreAway
from procs.store.database import Database
from tests import postgresql_server
from tests.contract.place import Place
from tests.contract.postgresql.cutting_proxy import AFTER, BEFORE, CuttingProxy
from tests.contract.postgresql.test_server_faults import PUT, put, until_there

pytestmark = pytest.mark.postgresql
COUNT_UP = """
INSERT INTO counters (name, value) VALUES ('commits', 1)
    ON CONFLICT (name) DO UPDATE SET value = counters.value + 1
"""
COUNT = "SELECT value FROM counters WHERE name = 'commits'"


def count_up(db: Database, *, full: bool) -> None:
    with db.write(full=full):
        db.change(COUNT_UP)


@pytest.mark.parametrize("where", [BEFORE, AFTER])
def test_a_full_commit_that_is_cut_off_happens_once(
    cut_db: Database, proxy: CuttingProxy, where: str
) -> None:
    count_up(cut_db, full=True)
    for _ in range(5):
        proxy.cut = where
        count_up(cut_db, full=True)

    assert proxy.cuts == 5
    assert cut_db.one(COUNT) == (6,)


def test_a_commit_that_changed_nothing_needs_no_answer(
    cut_db: Database, proxy: CuttingProxy
) -> None:
    proxy.cut = AFTER
    with cut_db.write(full=True):
        cut_db.all(COUNT)

    assert proxy.cuts == 1


def test_a_commit_that_no_server_remembers_is_told_as_unknown(
    cut_db: Database, proxy: CuttingProxy
) -> None:
    """As after a standby took the place of the server: its numbers mean something else."""
    cut_db.timeline = "another"
    proxy.cut = AFTER
    with pytest.raises(StoreAway, match="undone"):
        count_up(cut_db, full=True)

    assert cut_db.one(COUNT) == (1,)


@pytest.mark.session
@pytest.mark.parametrize("is_given_again", [True, False])
def test_a_commit_that_a_server_forgot_as_it_crashed_is_told_as_unknown(
    db: Database, place: Place, is_given_again: bool
) -> None:
    """One of its processes was killed: all are begun anew, and the number of a transaction of which
    nothing was on the disk is given to the next one, which commits."""
    postgresql_server.running().answer("CHECKPOINT")
    with closing(place.open()) as other:
        ((backend,),) = other.all("SELECT PG_BACKEND_PID()")

        def crash_amid() -> None:
            with db.write(full=True):
                db.change(PUT, {"scope": "mine"})
                os.kill(backend, signal.SIGKILL)
                until_there(other)
                if is_given_again:
                    put(other, "theirs")

        with pytest.raises(StoreAway, match="undone"):
            crash_amid()

    assert until_there(db) == ([("theirs",)] if is_given_again else [])
