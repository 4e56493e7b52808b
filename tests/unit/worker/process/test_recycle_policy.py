"""When a worker is recycled."""

import mmap
from pathlib import Path

import pytest

from procs.core.files.file_lock import FileLock
from procs.worker import settlement
from procs.worker.process import memory_use, recycle_policy
from procs.worker.process.recycle_policy import JobBudget
from procs.worker.process.slots import SlotLocks

ENOUGH = 1 << 60


@pytest.fixture
def places(tmp_path: Path) -> SlotLocks:
    """A worker at the only post, with a spare that follows at once."""
    mine, spare = SlotLocks(tmp_path, 1), SlotLocks(tmp_path, 1)
    mine.posts.take()
    spare.spare.take()
    mine.is_replaced = lambda: mine.left is not None  # type: ignore[method-assign]
    return mine


@pytest.fixture(autouse=True)
def grown_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recycle_policy, "YOUNGEST", 0.0)


def test_a_worker_is_recycled_after_its_jobs(places: SlotLocks) -> None:
    mine = JobBudget(10, ENOUGH, places)

    mine.spend(8)
    before = mine.is_over()
    mine.spend(4)

    assert (before, mine.is_over()) == (False, True)


def test_workers_born_together_do_not_recycle_together(places: SlotLocks) -> None:
    lives = {JobBudget(200, ENOUGH, places).left for _ in range(100)}

    assert len(lives) > 10
    assert 180 <= min(lives) <= max(lives) <= 220


def test_a_worker_above_the_ceiling_is_recycled_whatever_its_jobs(places: SlotLocks) -> None:
    assert JobBudget(1000, 1, places).is_over()


def test_a_worker_without_a_spare_stays(places: SlotLocks) -> None:
    places.leave = places.spare = FileLock(places.spare.path)

    assert not JobBudget(1, 1, places).is_over()


def test_a_worker_serves_until_its_successor_does(tmp_path: Path, places: SlotLocks) -> None:
    del places.is_replaced
    mine = JobBudget(1, 1, places)
    assert not mine.is_over()
    assert mine.leaving

    SlotLocks(tmp_path, 1).posts.take()

    assert mine.is_over()


def test_a_worker_too_young_for_supervisord_stays(
    places: SlotLocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recycle_policy, "YOUNGEST", 3600.0)

    assert not JobBudget(1, 1, places).is_over()


def test_memory_of_our_own_is_counted_and_mapped_files_are_not(tmp_path: Path) -> None:
    """Fresh pages from the kernel: the heap of a long test run has old ones to give."""
    size, page = 32 * 1024 * 1024, mmap.PAGESIZE
    (tmp_path / "film").write_bytes(bytes(size))
    before = memory_use.anonymous()

    with open(tmp_path / "film", "rb") as file:
        film = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        assert sum(film[::page]) == 0
    mapped = memory_use.anonymous() - before
    mine = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    for offset in range(0, size, page):
        mine[offset] = 1

    assert mapped < size / 4
    assert memory_use.anonymous() - before >= 0.9 * size
    film.close()
    mine.close()


def test_waits_between_attempts_grow_to_ten_minutes_and_are_spread() -> None:
    waits = [[settlement.backoff(attempt) for _ in range(300)] for attempt in (1, 4, 30)]

    assert [max(w) <= most for w, most in zip(waits, (1, 8, 600), strict=True)] == [True] * 3
    assert max(waits[2]) > 300 > min(waits[2])
