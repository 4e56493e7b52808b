"""A worker killed at any statement of a look's end, a keeper at any of what follows from it: each
follower gets each new entry once."""

from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from procs.core.clock import Now
from procs.store.database import Database
from procs.store.follows import follow_requests, sources
from procs.store.jobs import leases
from procs.store.requests.allowances import Allowance
from tests.contract.conftest import Clock, Desk
from tests.contract.crash_scene import copy_tree, each_point, open_of, place, url_of
from tests.contract.follows.conftest import FollowDesk, entries
from tests.contract.jobs.test_crash_points import with_points
from tests.fresh_database import fresh

__all__ = ["place"]
pytestmark = pytest.mark.sqlite


def desk_of(db: Database, clock: Clock) -> FollowDesk:
    desk = Desk(db, clock)
    return FollowDesk(desk, desk.worker())


@pytest.mark.parametrize("step", ["look", "bring"])
def test_a_kill_between_look_and_requests_brings_each_entry_once(place: Path, step: str) -> None:
    start, crash, clock = place / step / "start", place / step / "crash", Clock()
    (start / "run").mkdir(parents=True)
    fresh(url_of(start), run=start / "run")
    with closing(open_of(start)) as db:
        it = desk_of(db, clock)
        it.follow(7)
        it.follow(8)
        it.looks("a")
        it.later()
        lease = it.claims()
        if step == "bring":
            it.settles(lease, "c", "b", "a")
        db.checkpoint(truncate=True)

    def run(pass_point: Callable[[], None]) -> None:
        db = with_points(open_of(crash), pass_point)
        if step == "look":
            settles(db, lease, clock.now())
        follow_requests.bring(db, Allowance(), now=clock.now())

    points = 0
    for _ in each_point(run, partial(copy_tree, start, crash)):
        points += 1
        with closing(open_of(crash)) as db:
            begun_again(db, lease, step, clock.now())
            it = FollowDesk(Desk(db, clock), 0)
            assert (it.brought(7), it.brought(8)) == (["b", "c"], ["b", "c"])
    assert points > 15, "it was killed at many statements"


def settles(db: Database, lease: leases.Lease, now: Now) -> None:
    seen = sources.SeenList("A list", entries(("c", "b", "a")))
    sources.finish_look(db, lease, seen, least=1800.0, now=now)


def begun_again(db: Database, lease: leases.Lease, step: str, now: Now) -> None:
    """What the next worker and the next keeper do."""
    held = db.one("SELECT 1 FROM jobs WHERE id = :job AND state = 1", {"job": lease.job})
    if step == "look" and held:
        settles(db, lease, now)
    while follow_requests.bring(db, Allowance(), now=now):
        pass
