"""Every operation killed before and after each of its statements: nothing torn, nothing lost.

A child, forked for each point, kills itself there. What it leaves must be what was before the
operation or what is after it, must pass the audit, and all of its jobs must still end, each once.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from procs.core.clock import Now
from procs.records.job import Kind, Lane, Lease, State
from procs.store.backups.invariants import audit
from procs.store.database import Database
from procs.store.jobs import outcomes, pause_control, pauses, recovery
from procs.store.requests import lists
from tests.contract.conftest import Clock, Desk
from tests.contract.crash_acts import ACTS
from tests.contract.crash_scene import Scene, copy, copy_tree, each_point, open_of, place

__all__ = ["place"]
pytestmark = pytest.mark.sqlite
#: What is compared; random numbers are left out.
FACTS = (
    "SELECT id, user_id, lane, state, at, seat, fence, attempt, deaths, blame, worker, stop "
    "FROM jobs",
    "SELECT id, state, job, closed_at, say FROM requests",
    "SELECT request, part, receipt FROM deliveries",
    "SELECT id FROM media",
    "SELECT * FROM media_keys",
    "SELECT id, state FROM workers",
    "SELECT job, step FROM progress",
    "SELECT scope FROM pauses",
    "SELECT site, egress, person, failures, until, latest FROM breakers",
    "SELECT * FROM verdicts",
    "SELECT * FROM visits",
    "SELECT * FROM paces",
    "SELECT site, file, until FROM cookies",
    "SELECT name, value FROM settings",
    "SELECT id, cap FROM users",
    "SELECT key, way, until FROM looks",
)


#: Seconds after which every lease is over and every retry due.
LATER_DUE = 1000.0


@pytest.fixture(scope="module")
def scene(place: Path) -> Scene:
    scene = Scene(place / "scene")
    assert audit(scene.desk.db) == []
    assert {state for (state,) in scene.desk.db.all("SELECT DISTINCT state FROM jobs")} == {
        *(State.QUEUED, State.LEASED, State.LATER, State.HELD, State.WAITING),
        *(State.DONE, State.FAILED),
    }
    scene.desk.db.checkpoint(truncate=True)
    return scene


def with_points(db: Database, pass_point: Callable[[], None]) -> Database:
    """The same database, with a point before and after each statement."""
    run = db._run

    def counted(sql: str, facts: Any = None) -> sqlite3.Cursor:
        pass_point()
        cursor = run(sql, facts)
        pass_point()
        return cursor

    db._run = counted  # type: ignore[method-assign]
    return db


@pytest.mark.parametrize("name", ACTS)
def test_a_crash_anywhere_tears_nothing_and_loses_nothing(
    scene: Scene, place: Path, name: str
) -> None:
    prepare, act = ACTS[name]
    start, crash = copy(scene, place / "start"), place / "crash"
    if prepare:
        with closing(open_of(start)) as db:
            prepare(db, scene, scene.before)
            db.checkpoint(truncate=True)

    def run(pass_point: Callable[[], None]) -> None:
        act(with_points(open_of(crash), pass_point), scene, scene.before)

    seen: list[Any] = []
    for _ in each_point(run, partial(copy_tree, start, crash)):
        with closing(open_of(crash)) as db:
            assert db.all("PRAGMA integrity_check") == [("ok",)]
            assert audit(db) == []
            if (left := [db.all(select) for select in FACTS]) not in seen:
                seen.append(left)
                everything_ends_once(db, scene.before)

    assert len(seen) <= 2, "something between before and after was seen"


def everything_ends_once(db: Database, now: Now) -> None:
    """Carry all jobs to their end, as workers would."""
    clock = Clock()
    clock.wall, clock.boot = now.wall + LATER_DUE, now.boot + LATER_DUE
    desk = Desk(db, clock)
    alive = {job for (job,) in db.all("SELECT id FROM jobs WHERE state < 20 AND stop = 0")}
    for scope, _, _ in pauses.listed(db):
        pause_control.resume(db, scope, now=clock.now())
    recovery.reap(db, now=clock.now())
    recovery.bring_due(db, now=clock.now())
    me, ended = desk.worker("w09-9"), []
    while found := [lease for lane in Lane for lease in desk.claim(me, room=9, lane=lane)]:
        for lease in found:
            end(desk, lease)
            ended.append(lease.job)

    assert len(ended) == len(set(ended))
    assert alive <= set(ended)
    assert db.all("SELECT id FROM jobs WHERE state < 20") == []
    assert db.all("SELECT id FROM requests WHERE state = 'open'") == []


def end(desk: Desk, lease: Lease) -> None:
    now = desk.clock.now()
    if lease.kind is Kind.DELIVER:
        outcomes.finish_delivery(desk.db, lease, lease.delivery.request, worker="w", now=now)
    elif lease.kind is Kind.LOOK:
        lists.give_variant(desk.db, lease, "best", now=now)
    else:
        key = lease.link.key
        media = desk.media(key)
        outcomes.finish_download(desk.db, lease, media, keys={key}, now=now)
