"""A day at the table that is copied for each crash, and a child that kills itself at a point."""

import itertools
import multiprocessing
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from procs.core.clock import Now
from procs.records.job import Ask, Lane, Lease
from procs.store.database import Database, open_database
from procs.store.jobs import leases, outcomes, pause_control, pauses
from procs.store.requests import requests
from tests.contract.conftest import Clock, Desk
from tests.contract.place import FAST
from tests.fresh_database import fresh

FORK = multiprocessing.get_context("fork")


class Scene:
    """A day at the table: jobs in every state, two workers, one of them dead."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock = folder, Clock()
        fresh(url_of(folder), run=folder / "run")
        self.desk = Desk(open_of(folder), self.clock)
        self.worker, self.dead = self.desk.worker(), self.desk.worker("w01-2")
        self.fill()
        self.before = Now(self.clock.wall, self.clock.boot)

    def fill(self) -> None:
        desk, db, clock = self.desk, self.desk.db, self.clock
        desk.asks(3, "known")
        (lease,) = desk.claim(self.worker)
        outcomes.finish_download(
            db, lease, desk.media("known"), keys={"url:known"}, now=clock.now()
        )
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
        outcomes.fail(db, bad, error="x", say="failed-gone", now=clock.now())
        self.bad = bad.job
        pause_control.pause(db, pauses.user(5), now=clock.now())
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


def open_of(folder: Path) -> Database:
    return open_database(url_of(folder), run=folder / "run")


def url_of(folder: Path) -> str:
    return f"sqlite:///{folder}/chapar.db"


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="ch-", dir=FAST))
    yield folder
    shutil.rmtree(folder)


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


def each_point(
    run: Callable[[Callable[[], None]], object], renew: Callable[[], object], *, every: int = 1
) -> Iterator[int]:
    """After each crash, at the first point, the second (or the next after `every` so many), and so
    on; at last after the whole run."""
    for point in itertools.count(1, every):
        renew()
        died = killed_at(point, run)
        yield point
        if not died:
            return
