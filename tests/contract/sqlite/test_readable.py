"""A person who opens the database sees words and instants where the store keeps numbers."""

import re

import pytest

from procs.core.clock import Now
from procs.core.clock import now as clock_now
from procs.records.job import Ask, Kind, Lane, State, Step
from procs.store.health import alerts
from procs.store.jobs import pauses
from procs.store.requests import request_status, requests
from procs.store.sqlite.schema_views import READABLE
from tests.contract.conftest import Desk

pytestmark = pytest.mark.sqlite
SET = "UPDATE jobs SET lane = :lane, state = :state, seat = NULL WHERE id = :job"
JOB = "SELECT lane, state FROM readable_jobs WHERE job = :job"
OF_REQUEST = "SELECT job_state FROM readable_requests WHERE job = :job"
VIEWS = re.findall(r"CREATE VIEW (\w+)", READABLE)
BREAKER = """
INSERT INTO breakers (site, egress, person, until, since) VALUES ('s', 'default', -1, :at, :at)
"""


@pytest.mark.parametrize("lane", list(Lane))
@pytest.mark.parametrize("state", list(State))
def test_every_lane_and_state_has_its_name_in_the_views(desk: Desk, lane: Lane, state: State):
    job = desk.asks(7, "film")[0].job
    with desk.db.write():
        desk.db.change(SET, {"job": job, "lane": int(lane), "state": int(state)})

    name = state.name.lower()
    assert desk.db.one(JOB, {"job": job}) == (lane.name.lower(), name)
    assert desk.db.one(OF_REQUEST, {"job": job}) == (name,)


def test_a_state_that_a_later_version_wrote_is_shown_as_its_number(desk: Desk) -> None:
    job = desk.asks(7, "film")[0].job
    with desk.db.write():
        desk.db.change(SET, {"job": job, "lane": 9, "state": 42})

    assert desk.db.one(JOB, {"job": job}) == ("9", "42")


def test_a_running_download_is_shown_with_its_person_worker_step_and_share(desk: Desk) -> None:
    desk.asks(7, "film")
    (lease,) = desk.claim(desk.worker())
    request_status.report(desk.db, [request_status.Report(lease, Step.UPLOAD, done=30, total=120)])

    shown = desk.db.all("SELECT kind, link, user_name, worker, step, share FROM readable_jobs")

    link = desk.link("film").url
    assert shown == [(Kind.FETCH.value, link, "user 7", "w00-1", Step.UPLOAD.value, "25 %")]


@pytest.mark.parametrize(
    ("seconds", "age"), [(70, "7. s"), (600, "10 min"), (3 * 3600, "3 h"), (5 * 86400, "5 d")]
)
def test_how_long_ago_somebody_asked_is_shown_in_one_unit(
    desk: Desk, seconds: float, age: str
) -> None:
    now = clock_now()
    then = Now(now.wall - seconds, now.boot)
    requests.submit(desk.db, [Ask(7, 7, 1, 0, desk.link("film"))], now=then)

    ((of_job,),) = desk.db.all("SELECT age FROM readable_jobs")
    ((of_request,),) = desk.db.all("SELECT age FROM readable_requests")

    assert re.fullmatch(age, of_job)
    assert re.fullmatch(age, of_request)


def test_instants_are_shown_as_dates(desk: Desk) -> None:
    wall = 1_790_000_000.5
    requests.submit(desk.db, [Ask(7, 7, 1, 0, desk.link("film"))], now=Now(wall, 5.0))

    assert desk.db.all("SELECT added FROM readable_jobs") == [("2026-09-21 14:13:20",)]
    assert desk.db.all("SELECT received FROM readable_requests") == [("2026-09-21 14:13:20",)]


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_shows_the_rows_of_its_table(desk: Desk, view: str) -> None:
    now = desk.clock.now()
    desk.asks(7, "film")
    desk.worker()
    alerts.note(desk.db, "bot-check", "site.example", now=now)
    with desk.db.write():
        pauses.begin(desk.db, pauses.site("site.example"), why="a test", now=now)
        desk.db.change(BREAKER, {"at": now.wall})

    assert len(desk.db.all(f"SELECT * FROM {view}")) == 1
