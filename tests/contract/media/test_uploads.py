"""How far an upload is, for whoever goes on with it."""

from procs.store.jobs import recovery
from procs.store.media import uploads
from procs.store.media.uploads import GOOD, UnfinishedUpload
from tests.contract.conftest import Clock, Desk

BEGUN = UnfinishedUpload(7, b"\x05")


def find(desk: Desk, job: int, size: int = 100) -> UnfinishedUpload | None:
    return uploads.find(desk.db, job, 0, size=size, now=desk.clock.now())


def test_what_was_sent_is_found_by_the_next_holder_of_the_job(desk: Desk, dead_worker: int) -> None:
    desk.asks(1, "a")
    (lease,) = desk.claim(dead_worker)
    uploads.keep(desk.db, lease, 0, BEGUN, size=100, now=desk.clock.now())
    recovery.release_dead(desk.db, now=desk.clock.now())
    (again,) = desk.claim(desk.worker())

    assert find(desk, again.job) == BEGUN
    assert find(desk, again.job, size=101) is None

    uploads.keep(desk.db, lease, 0, UnfinishedUpload(8, b""), size=100, now=desk.clock.now())
    assert find(desk, again.job) == BEGUN


def test_parts_are_good_for_a_while_only(desk: Desk, clock: Clock) -> None:
    desk.asks(1, "a")
    (lease,) = desk.claim(desk.worker())
    uploads.keep(desk.db, lease, 0, BEGUN, size=100, now=clock.now())
    clock.skip(GOOD + 1)

    assert find(desk, lease.job) is None
    assert uploads.prune(desk.db, now=clock.now()) == 1
