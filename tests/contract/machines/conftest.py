"""What tests of machines that share a database have in common."""

from collections.abc import Callable

import pytest

from procs.core.machine import machine_name
from procs.records.job import Lane
from procs.records.job_progress import Unfinished
from procs.store.jobs import leases
from procs.store.machines import machine_rows


@pytest.fixture
def on(monkeypatch) -> Callable[[str], None]:
    """Go on as a process of another machine."""
    return lambda name: monkeypatch.setattr(machine_name.HERE, "told", name)


@pytest.fixture
def beats(db, clock) -> Callable[..., None]:
    def beat(*names: str, roles: str = "worker,keeper") -> None:
        for name in names:
            facts = {"boot": "b", "home": f"/srv/{name}", "roles": roles, "slots": 2}
            machine_rows.beat(db, name, **facts, version="1", now=clock.now())

    return beat


def claims(desk, name: str, lane: Lane = Lane.HEAVY) -> list[leases.Lease]:
    return leases.claim(desk.db, worker=desk.worker(name), lane=lane, room=4, now=desk.clock.now())


def begun(desk, on) -> leases.Lease:
    """A download that began on the first machine, with files there."""
    on("m1")
    desk.asks(1, "film")
    (lease,) = claims(desk, "w00-1-m1")
    lease.progress.unfinished = Unfinished("1-1", "b")
    leases.note(desk.db, lease)
    return lease
