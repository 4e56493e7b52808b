"""A lease table of our own for one measurement, filled and worked only by the store's functions."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from procs.core.clock import now
from procs.records.job import Kind, Lane, Lease
from procs.records.job_payload import DeliverPayload, LinkPayload
from procs.store.database import Database, open_database
from procs.store.health import workers
from procs.store.jobs import leases, seats
from procs.store.jobs.seats import NewJob
from procs.store.sqlite.connection import Connection

#: What a download's row carries, so that rows are as long as real ones.
WISH = LinkPayload(
    url="https://www.youtube.com/watch?v=dQw4w9WgXcQ", site="youtube", key="youtube:dQw4w9WgXcQ"
)
LINK = asdict(WISH)
#: Seats of a user and downloads at once, as a new database has them.
CAP, ROOMS = 2, 8
#: Jobs in one transaction when a table is filled.
BITE = 5000


@dataclass(frozen=True)
class Table:
    """The place of one database."""

    folder: Path

    @property
    def url(self) -> str:
        """The address of the database."""
        return f"sqlite:///{self.folder}/chapar.db"

    @property
    def run(self) -> Path:
        """The folder of locks and sockets."""
        return self.folder / "run"

    def make(self) -> "Table":
        """Make the database. Returns the table."""
        # Loaded here alone: slow to load, and a worker needs nothing of it.
        from procs.store.database import migrate

        migrate(self.url, run=self.run)
        return self

    def open(self, *, cap: int | None = None) -> Connection:
        """A connection; `cap` is from then on that of every one."""
        db = open_database(self.url, run=self.run)
        assert isinstance(db, Connection)
        if cap is not None:
            seats.configure(db, cap=cap, rooms=ROOMS, now=now())
        return db

    @contextmanager
    def opened(self, *, cap: int | None = None) -> Iterator[Connection]:
        """A connection for a block."""
        db = self.open(cap=cap)
        try:
            yield db
        finally:
            db.close()


def download(user: int, n: int = 0) -> NewJob:
    """The `n`-th download of a measurement."""
    return NewJob(user, Lane.HEAVY, Kind.FETCH, replace(WISH, title=str(n)))


def delivery(user: int, n: int = 0) -> NewJob:
    """The `n`-th delivery of a measurement."""
    return NewJob(user, Lane.LIGHT, Kind.DELIVER, DeliverPayload(request=n))


def number(lease: Lease) -> int:
    """Which of its measurement's jobs a worker has."""
    payload = lease.payload
    if isinstance(payload, DeliverPayload):
        return payload.request
    assert isinstance(payload, LinkPayload)
    return int(payload.title)


def in_turn(users: int, each: int) -> list[NewJob]:
    """`each` downloads of every user, as if all asked at the same pace."""
    return [download(user, n=n) for n in range(each) for user in range(1, users + 1)]


def fill(db: Database, jobs: list[NewJob]) -> None:
    """Add jobs, BITE of them in a transaction."""
    for start in range(0, len(jobs), BITE):
        enqueue(db, jobs[start : start + BITE])


def enqueue(db: Database, jobs: Sequence[NewJob], *, full: bool = False) -> None:
    """Add jobs in one transaction, as a request does."""
    with db.write(full=full):
        for job in jobs:
            seats.add(db, job, now=now())


def turn(
    db: Database,
    *,
    worker: int,
    lane: Lane,
    room: int,
    done: Sequence[Lease] = (),
    full: bool = False,
) -> list[Lease]:
    """A worker's whole cycle, by what a worker calls: each end is a transaction of its own, which
    waits for the disk if `full`, and claims what is next (`WorkerLoop.finishing`). What is left of
    `room` is claimed by one more."""
    found: list[Lease] = []
    for lease in done:
        with db.write(full=full):
            leases.finish(db, lease, now=now())
            if len(found) < room:
                found += leases.claim(db, worker=worker, lane=lane, room=1, now=now())
    if left := room - len(found):
        found += leases.claim(db, worker=worker, lane=lane, room=left, now=now())
    return found


def worker(db: Database, name: str = "w00-1") -> int:
    """Enter a worker's row. Returns its number."""
    return workers.enter(db, name, now=now())
