"""A lease table of our own for one measurement, filled and worked only by the store's functions."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from procs.clock import now
from procs.job import Kind, Lane, Lease
from procs.job_payload import DeliverPayload, LinkPayload
from procs.store import seats, workers
from procs.store.database import Database, open_database
from procs.store.seats import NewJob

#: What a download's row carries, so that rows are as long as real ones.
WISH = LinkPayload(
    url="https://www.youtube.com/watch?v=dQw4w9WgXcQ", site="youtube", key="youtube:dQw4w9WgXcQ"
)
LINK = asdict(WISH)
#: Jobs in one transaction when a table is filled.
BITE = 5000


@dataclass(frozen=True)
class Table:
    """The place of one database."""

    folder: Path

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder}/chapar.db"

    @property
    def run(self) -> Path:
        return self.folder / "run"

    def make(self) -> "Table":
        # Loaded here alone: slow to load, and a worker needs nothing of it.
        from procs.store.migrate import migrate

        migrate(self.url, run=self.run)
        return self

    def open(self, *, cap: int = 2) -> Database:
        return open_database(self.url, run=self.run, cap=cap)

    @contextmanager
    def opened(self, *, cap: int = 2) -> Iterator[Database]:
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
    return payload.request if isinstance(payload, DeliverPayload) else int(payload.title)


def in_turn(users: int, each: int) -> list[NewJob]:
    """`each` downloads of every user, as if all asked at the same pace."""
    return [download(user, n=n) for n in range(each) for user in range(1, users + 1)]


def fill(db: Database, jobs: list[NewJob]) -> None:
    for start in range(0, len(jobs), BITE):
        seats.enqueue(db, jobs[start : start + BITE], now=now(), full=False)


def worker(db: Database, name: str = "w00-1") -> int:
    return workers.enter(db, name, now=now())
