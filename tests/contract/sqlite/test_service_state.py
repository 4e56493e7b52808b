"""When the keeper says that the service goes on, over a real store."""

import os
from pathlib import Path

import pytest

from procs import config
from procs.core import clock
from procs.core.files import event_file
from procs.keeper.metrics import service_report
from procs.keeper.metrics.readiness import TRIP_LIFE
from procs.keeper.metrics.service_state import ServiceState
from procs.records.job import Ask, Link, State
from procs.store.database import open_database
from procs.store.health import round_trips, workers
from procs.store.jobs.leases import LEASE
from procs.store.requests import requests
from tests.fresh_database import fresh

pytestmark = pytest.mark.sqlite


@pytest.fixture
def state(short_home):
    run = short_home / "run"
    url = f"sqlite:///{short_home}/chapar.db"
    fresh(url, run=run)
    environ = {"CHAPAR_HOME": str(short_home), "CHAPAR_WORKERS": "1"}
    settings = config.load(environ, Path(os.devnull), need_telegram=False)
    db = open_database(url, run=run)
    yield ServiceState(db, settings)
    db.close()


def reported(state):
    state.report()
    found = service_report.read(state.settings.run)
    assert found is not None
    return found


def works(state, *, ago=0.0):
    """A worker that served, and renewed its leases so many seconds ago."""
    now = clock.now()
    worker = workers.enter(state.db, "w00-1", now=now)
    workers.serve(state.db, worker, slot=0, now=clock.Now(now.wall, now.boot - ago))
    return worker


def test_a_start_without_workers_and_telegram_is_not_stale(state):
    found = reported(state)
    assert (found.stale, found.serves) == ((), False)
    assert found.line == "0/1 workers, 0 running, 0 waiting, no backup yet"


def test_reports_of_an_idle_service_commit_nothing(state):
    reported(state)
    watcher = state.db.twin()
    watcher.changed()

    for _ in range(10):
        reported(state)

    assert not watcher.changed()
    watcher.close()


def steps(state):
    """How many steps SQLite takes for one report, in tens."""
    taken = []
    state.db.connection.set_progress_handler(lambda: taken.append(1), 10)
    reported(state)
    state.db.connection.set_progress_handler(None, 0)
    return len(taken)


def test_a_report_takes_no_longer_for_what_is_over(state):
    reported(state)
    before = steps(state)
    for number in range(200):
        link = Link(f"https://site.example/{number}", "site.example", f"url:{number}")
        (asked,) = requests.submit(state.db, [Ask(1, 1, number, 0, link)], now=clock.now())
        requests.close(state.db, asked.request, now=clock.now())
    with state.db.write():
        state.db.change("UPDATE jobs SET state = :state, seat = NULL", {"state": State.DONE})
        state.db.change("UPDATE requests SET state = 'delivered'")

    assert steps(state) <= before + 10


def test_a_worker_that_beat_once_and_stopped_is_missed(state):
    worker = works(state)
    assert reported(state).serves
    now = clock.now()
    workers.beat(state.db, worker, jobs=0, now=clock.Now(now.wall, now.boot - LEASE - 1))
    assert reported(state).stale == ("claims",)


def test_nobody_is_missed_while_everything_is_stopped(state):
    works(state, ago=LEASE + 1)
    state.joined.add("claims")
    missed = reported(state).stale
    run = state.settings.run
    event_file.append(run / event_file.STATES, event_file.SERVICE, event_file.STOPS)
    assert (missed, reported(state).stale) == (("claims",), ())


def test_a_bot_whose_round_trips_end_is_missed(state):
    now = clock.now()
    round_trips.note(state.db, round_trips.ANSWERED, now=now)
    assert reported(state).stale == ()
    old = clock.Now(now.wall, now.boot - TRIP_LIFE - 1)
    round_trips.note(state.db, round_trips.ANSWERED, now=old)
    assert reported(state).stale == ("telegram",)


def test_an_outage_of_telegram_is_said_and_no_reason_to_restart(state):
    round_trips.note(state.db, round_trips.AWAY, now=clock.now())
    found = reported(state)
    assert found.stale == ()
    assert found.line.endswith("Telegram cannot be reached")


def test_a_full_disk_keeps_no_report_back(state):
    reported(state)
    run = state.settings.run
    (run / ".service-report.new").symlink_to("/dev/full")

    state.words = None
    works(state)

    assert reported(state).line.startswith("1/1 workers")
