"""Every operation killed before and after each of its statements: nothing torn, nothing lost.

A child, forked for each point, kills itself there. What it leaves must be what was before the
operation or what is after it, must pass the audit, and all of its jobs must still end, each once.
"""

import itertools
import multiprocessing
import os
import shutil
import signal
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from procs import errors
from procs.clock import Now
from procs.job import Ask, Kind, Lane, Lease, Link, State, Step
from procs.job_payload import LinkPayload
from procs.rules import Rate, Rules
from procs.store import (
    breakers,
    cookies,
    deliveries,
    glances,
    holding,
    leases,
    lists,
    looks,
    outcomes,
    pauses,
    pruning,
    record,
    requests,
    schema,
    seats,
    upkeep,
    visits,
    workers,
)
from procs.store.breakers import Way
from procs.store.database import Database, open_database
from procs.store.glances import Report
from procs.store.migrate import migrate
from tests.contract.audit import audit
from tests.contract.conftest import Clock, Desk

pytestmark = pytest.mark.sqlite
WAY = Way("site.example")
FORK = multiprocessing.get_context("fork")
FAST = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
#: What is compared; random numbers are left out.
FACTS = (
    "SELECT id, user_id, lane, state, at, seat, fence, attempt, deaths, blame, worker, stop "
    "FROM jobs",
    "SELECT id, state, job, closed_at FROM requests",
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


class Scene:
    """A day at the table: jobs in every state, two workers, one of them dead."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock = folder, Clock()
        migrate(url_of(folder), run=folder / "run")
        self.desk = Desk(open_of(folder), self.clock)
        self.worker, self.dead = self.desk.worker(), self.desk.worker("w01-2")
        self.fill()
        self.before = Now(self.clock.wall, self.clock.boot)

    def fill(self) -> None:
        desk, db, clock = self.desk, self.desk.db, self.clock
        desk.asks(3, "known")
        (lease,) = desk.claim(self.worker)
        outcomes.fetched(db, lease, desk.media("known"), keys={"url:known"}, now=clock.now())
        self.one = desk.asks(1, "a", "b", "c", "d")
        desk.asks(2, "x", "y", "z", "c")
        self.a, self.b, *_ = desk.claim(self.worker, room=2)
        desk.asks(3, "a", "known", "known")
        (self.light,) = desk.claim(self.worker, lane=Lane.LIGHT)
        desk.claim(self.dead, room=2)
        with db.write():
            db.change("UPDATE workers SET started = -1 WHERE id = :id", {"id": self.dead})
        (self.folder_job,) = self.into_folder("f")
        *_, self.bad_request = (one.request for one in desk.asks(4, "later", "bad"))
        later, bad = desk.claim(self.worker, room=2)
        leases.retry(db, later, delay=5, now=clock.now(), error="x")
        outcomes.failed(db, bad, error="x", say="failed-gone", now=clock.now())
        self.bad = bad.job
        holding.pause(db, pauses.user(5), now=clock.now())
        desk.asks(5, "p", "q", "r")
        self.six = desk.asks(6, "m", "n", "o", "o2")
        #: Of acts that look at a list: its request, the look, and an entry that runs.
        self.list, self.look, self.entry = 0, self.a, self.a

    def into_folder(self, name: str) -> list[Lease]:
        ask = Ask(8, 8, 999, 0, self.desk.link(name), folder=True)
        requests.submit(self.desk.db, [ask], now=self.clock.now())
        return self.desk.claim(self.worker)


#: Calls what it is given at each of its points.
Run = Callable[[Callable[[], None]], object]
Act = Callable[[Database, Scene, Now], Any]


def nobody_wants_b(db: Database, scene: Scene, now: Now) -> None:
    record.cancel(db, scene.b.job, now=now)


def order_of(db: Database, scene: Scene) -> requests.Order:
    order = requests.order(db, scene.light.delivery.request)
    assert order is not None
    return order


def learn(db: Database, lease: Lease) -> None:
    lease.progress.size = 1
    leases.note(db, lease, full=True)


def three_downloads() -> list[seats.NewJob]:
    return [seats.NewJob(9, Lane.HEAVY, Kind.FETCH, LinkPayload(key=f"url:{n}")) for n in "stu"]


def everything_was_said_of_the_failed(db: Database, scene: Scene, now: Now) -> None:
    deliveries.plan(db, scene.bad_request, 2)
    requests.close(db, scene.bad_request, now=now)


def the_breaker_is_half_open(db: Database, scene: Scene, now: Now) -> None:
    before = Now(now.wall - 9, now.boot)
    breakers.failed(db, scene.a, WAY, errors.SiteBusy("429", wait=1.0), now=before)
    why = f"{breakers.WAITS} site-busy"
    leases.retry(db, scene.b, delay=99, now=before, error=why, free=True)


def somebody_waits_for_a_to_leave(db: Database, scene: Scene, now: Now) -> None:
    visits.enter(db, scene.a, WAY.site, most=1, now=now)
    visits.enter(db, scene.b, WAY.site, most=1, now=now)
    leases.postpone(db, scene.b, delay=30, now=now, why=visits.FULL)


def a_list_is_looked_at(db: Database, scene: Scene, now: Now) -> None:
    """Somebody chose two of its entries."""
    ask = Ask(7, 7, 700, 0, scene.desk.link("list", "best#1-2"))
    scene.list = requests.submit(db, [ask], now=now)[0].request
    (scene.look,) = leases.claim(db, worker=scene.worker, lane=Lane.LOOK, room=1, now=now)


def a_list_is_spread(db: Database, scene: Scene, now: Now) -> None:
    """One of its entries runs, one is wanted by another too."""
    a_list_is_looked_at(db, scene, now)
    lists.spread(db, scene.look, entries(scene, "e", "a"), title="A list", now=now)
    (scene.entry,) = leases.claim(db, worker=scene.worker, lane=Lane.HEAVY, room=1, now=now)


def one_entry_of_a_list_is_left(db: Database, scene: Scene, now: Now) -> None:
    a_list_is_looked_at(db, scene, now)
    lists.spread(db, scene.look, entries(scene, "b"), title="A list", now=now)


def entries(scene: Scene, *names: str) -> list[tuple[int, Link]]:
    return [(place, scene.desk.link(name)) for place, name in enumerate(names, 1)]


#: What is done before, and the operation.
ACTS: dict[str, tuple[Act | None, Act]] = {
    "submit": (
        None,
        lambda db, s, now: requests.submit(
            db,
            [Ask(7, 7, 500, n, s.desk.link(to)) for n, to in enumerate(("known", "c", "e", "g"))],
            now=now,
        ),
    ),
    "enqueue": (
        None,
        lambda db, s, now: seats.enqueue(
            db,
            [seats.NewJob(9, Lane.HEAVY, Kind.FETCH, LinkPayload(key=f"url:{n}")) for n in "stu"],
            now=now,
        ),
    ),
    "claim": (
        None,
        lambda db, s, now: leases.claim(db, worker=s.worker, lane=Lane.HEAVY, room=3, now=now),
    ),
    "renew": (None, lambda db, s, now: leases.renew(db, worker=s.worker, now=now)),
    "note": (None, lambda db, s, now: learn(db, s.a)),
    "turn": (
        nobody_wants_b,
        lambda db, s, now: leases.turn(
            db, worker=s.worker, lane=Lane.HEAVY, room=2, now=now, done=[s.b]
        ),
    ),
    "finish": (nobody_wants_b, lambda db, s, now: leases.finish(db, s.b, now=now)),
    "retry": (
        None,
        lambda db, s, now: leases.retry(db, s.a, delay=1, now=now, error="x"),
    ),
    "postpone": (
        None,
        lambda db, s, now: leases.postpone(db, s.a, delay=1, now=now, why="turn"),
    ),
    "release": (None, lambda db, s, now: leases.release(db, s.a, now=now)),
    "release_stopped": (nobody_wants_b, lambda db, s, now: leases.release(db, s.b, now=now)),
    "release_all": (None, lambda db, s, now: leases.release_all(db, [s.a, s.b], now=now)),
    "fetched": (
        None,
        lambda db, s, now: outcomes.fetched(db, s.a, s.desk.media("a"), keys={"url:a"}, now=now),
    ),
    "delivered": (
        None,
        lambda db, s, now: outcomes.delivered(
            db, s.light, s.light.delivery.request, worker="w", now=now
        ),
    ),
    "failed": (
        None,
        lambda db, s, now: outcomes.failed(db, s.a, error="x", say="failed-gone", now=now),
    ),
    "placed": (None, lambda db, s, now: requests.placed(db, s.folder_job, now=now)),
    "fetch_anew": (
        None,
        lambda db, s, now: requests.fetch_anew(db, s.light, order_of(db, s), now=now),
    ),
    "cancel_queued": (
        None,
        lambda db, s, now: requests.cancel(db, s.six[0].request, user=6, now=now),
    ),
    "cancel_running": (
        None,
        lambda db, s, now: requests.cancel(db, 3, user=1, now=now),
    ),
    "leave_it_to_another": (
        None,
        lambda db, s, now: requests.cancel(db, s.one[0].request, user=1, now=now),
    ),
    "cancel_for_all": (None, lambda db, s, now: record.cancel(db, s.six[1].job, now=now)),
    "revive": (None, lambda db, s, now: record.retry(db, s.bad, now=now)),
    "pause_user": (None, lambda db, s, now: holding.pause(db, pauses.user(6), now=now)),
    "pause_site": (
        None,
        lambda db, s, now: holding.pause(db, pauses.site("site.example"), now=now),
    ),
    "resume": (None, lambda db, s, now: holding.resume(db, pauses.user(5), now=now)),
    "set_cap": (None, lambda db, s, now: seats.set_cap(db, 6, 4, now=now)),
    "set_cap_of_all": (None, lambda db, s, now: seats.set_cap_of_all(db, 3, now=now)),
    "release_dead": (None, lambda db, s, now: upkeep.release_dead(db, now=now)),
    "reap": (
        None,
        lambda db, s, now: upkeep.reap(db, now=Now(now.wall, now.boot + leases.LEASE + 1)),
    ),
    "bring_due": (None, lambda db, s, now: upkeep.bring_due(db, now=Now(now.wall + 9, now.boot))),
    "prune": (
        None,
        lambda db, s, now: sum(pruning.bites(db, before=now.wall, kinds=[pruning.OLD_JOBS])),
    ),
    "site_failed": (
        None,
        lambda db, s, now: breakers.failed(db, s.a, WAY, errors.BotCheck("no"), now=now),
    ),
    "site_worked": (
        the_breaker_is_half_open,
        lambda db, s, now: breakers.worked(db, s.a, WAY, whole=True, now=now),
    ),
    "site_proven": (
        the_breaker_is_half_open,
        lambda db, s, now: breakers.proven(db, WAY, now=now),
    ),
    "site_disproven": (
        the_breaker_is_half_open,
        lambda db, s, now: breakers.disproven(db, WAY, -1, errors.SiteBroken("no"), now=now),
    ),
    "visit_booked": (
        None,
        lambda db, s, now: visits.book(db, WAY, Rules(rate=Rate(9, 60.0), gap=1.0), now=now),
    ),
    "visit_ended": (
        somebody_waits_for_a_to_leave,
        lambda db, s, now: visits.leave(db, s.a, WAY.site, most=1, now=now),
    ),
    "cookies_refused": (
        None,
        lambda db, s, now: cookies.refused(db, WAY.site, "a.txt", "bot-check", now=now),
    ),
    "list_spread": (
        a_list_is_looked_at,
        lambda db, s, now: lists.spread(
            db, s.look, entries(s, "e", "known", "a"), title="A list", now=now
        ),
    ),
    "list_shown": (
        a_list_is_looked_at,
        lambda db, s, now: lists.listed(db, s.look, "{}", title="A list", now=now),
    ),
    "list_was_none": (
        a_list_is_looked_at,
        lambda db, s, now: lists.known(db, s.look, "best", now=now),
    ),
    "list_cancelled": (
        a_list_is_spread,
        lambda db, s, now: requests.cancel(db, s.list, user=7, now=now),
    ),
    "last_entry_failed": (
        one_entry_of_a_list_is_left,
        lambda db, s, now: outcomes.failed(db, s.b, error="x", say="failed-gone", now=now),
    ),
    "look_kept": (None, lambda db, s, now: looks.keep(db, "url:a", "direct", b"read", now=now)),
    "prune_requests": (
        everything_was_said_of_the_failed,
        lambda db, s, now: list(
            pruning.bites(db, before=now.wall + 1, kinds=[pruning.OLD_REQUESTS])
        ),
    ),
    "plan": (None, lambda db, s, now: deliveries.plan(db, order_of(db, s).id, 3)),
    "report": (None, lambda db, s, now: glances.report(db, [Report(s.a.job, Step.FETCH, 1, 2)])),
    "close": (None, lambda db, s, now: requests.close(db, 1, now=now)),
    "enter": (None, lambda db, s, now: workers.enter(db, "w02-3", now=now)),
    "leave": (None, lambda db, s, now: workers.leave(db, s.worker, why="stopped", now=now)),
}
#: Seconds after which every lease is over and every retry due.
LATER_DUE = 1000.0
SHAPE = """
SELECT type, name, sql FROM sqlite_schema
 WHERE sql IS NOT NULL AND tbl_name NOT LIKE '%migrations' ORDER BY type, name
"""


def open_of(folder: Path) -> Database:
    return open_database(url_of(folder), run=folder / "run", cap=2)


def url_of(folder: Path) -> str:
    return f"sqlite:///{folder}/chapar.db"


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="ch-", dir=FAST))
    yield folder
    shutil.rmtree(folder)


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


def copy(scene: Scene, to: Path) -> Path:
    """The scene's file alone: its log was moved into it."""
    shutil.rmtree(to, ignore_errors=True)
    (to / "run").mkdir(parents=True)
    shutil.copy(scene.folder / "chapar.db", to)
    return to


def copy_tree(start: Path, to: Path) -> None:
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(start, to)


def killed_at(point: int, run: Run) -> bool:
    """Fork a child that does `run` and kills itself at its `point`-th call of what it is given.
    False when it got to the end."""
    child = FORK.Process(target=live, args=(point, run))
    child.start()
    child.join()
    assert child.exitcode in (0, -signal.SIGKILL)
    return child.exitcode != 0


def live(point: int, run: Run) -> None:
    left = iter(range(point - 1, -1, -1))

    def pass_point() -> None:
        if next(left) == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    run(pass_point)
    os._exit(0)


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


def each_point(
    run: Callable[[Callable[[], None]], object], renew: Callable[[], object]
) -> Iterator[int]:
    """After each crash, at the first point, the second, and so on; at last after the whole run."""
    for point in itertools.count(1):
        renew()
        died = killed_at(point, run)
        yield point
        if not died:
            return


def everything_ends_once(db: Database, now: Now) -> None:
    """Carry all jobs to their end, as workers would."""
    clock = Clock()
    clock.wall, clock.boot = now.wall + LATER_DUE, now.boot + LATER_DUE
    desk = Desk(db, clock)
    alive = {job for (job,) in db.all("SELECT id FROM jobs WHERE state < 20 AND stop = 0")}
    for scope, _, _ in pauses.listed(db):
        holding.resume(db, scope, now=clock.now())
    upkeep.reap(db, now=clock.now())
    upkeep.bring_due(db, now=clock.now())
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
        outcomes.delivered(desk.db, lease, lease.delivery.request, worker="w", now=now)
    elif lease.kind is Kind.LOOK:
        lists.known(desk.db, lease, "best", now=now)
    else:
        key = lease.link.key
        media = desk.media(key)
        outcomes.fetched(desk.db, lease, media, keys={key}, now=now)


@pytest.mark.parametrize("steps", [0, 1])
def test_a_migration_that_was_killed_anywhere_is_completed_by_the_next(
    place: Path, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    """From nothing, and from the database of the first version."""
    old, folder, whole = place / f"old-{steps}", place / "migrating", place / f"whole-{steps}"
    old.mkdir()
    if steps:
        with monkeypatch.context() as patch:
            patch.setattr("procs.store.migrate.STEPS", schema.STEPS[:steps])
            patch.setattr("procs.store.migrate.VERSION", steps)
            migrate(url_of(old), run=old / "run")
    migrate(url_of(whole), run=whole / "run")

    for point in each_point(
        lambda pass_point: traced(folder, pass_point), lambda: copy_tree(old, folder)
    ):
        migrate(url_of(folder), run=folder / "run")
        assert shape(folder) == shape(whole), point
        open_of(folder).close()


def shape(folder: Path) -> list[Any]:
    """The tables and indexes of a sound database; not those of the library that migrates, which
    may miss an index of its own."""
    with closing(sqlite3.connect(folder / "chapar.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return db.execute(SHAPE).fetchall()


def traced(folder: Path, pass_point: Callable[[], None]) -> None:
    """Migrate with a point before each statement, SQLite's own ones included."""
    connect = sqlite3.connect

    def watched(*args: Any, **facts: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*args, **facts)
        connection.set_trace_callback(lambda _: pass_point())
        return connection

    sqlite3.connect = watched  # type: ignore[assignment]
    migrate(url_of(folder), run=folder / "run")
