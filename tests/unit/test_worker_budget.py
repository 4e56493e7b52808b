"""When a worker is recycled."""

import pytest

from procs.worker import budget, memory, settling
from procs.worker.budget import Budget


@pytest.fixture
def drained() -> list[str]:
    return []


@pytest.fixture(autouse=True)
def grown_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "YOUNGEST", 0.0)


def test_a_worker_is_recycled_after_its_jobs(drained: list[str]) -> None:
    mine = Budget(10, 1 << 60, lambda: True)

    mine.spend(8)
    mine.look(drained.append)
    assert drained == []
    mine.spend(4)
    mine.look(drained.append)

    assert drained == ["recycle"]


def test_workers_born_together_do_not_recycle_together() -> None:
    lives = {Budget(200, 1 << 60, lambda: True).left for _ in range(100)}

    assert len(lives) > 10
    assert 180 <= min(lives) <= max(lives) <= 220


def test_a_worker_above_the_ceiling_is_recycled_whatever_its_jobs(drained: list[str]) -> None:
    Budget(1000, 1, lambda: True).look(drained.append)

    assert drained == ["recycle"]


def test_a_worker_that_may_not_leave_stays(drained: list[str]) -> None:
    Budget(1, 1, lambda: False).look(drained.append)

    assert drained == []


def test_a_worker_too_young_for_supervisord_stays(
    drained: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget, "YOUNGEST", 3600.0)

    Budget(1, 1, lambda: True).look(drained.append)

    assert drained == []


def test_memory_of_our_own_is_counted_and_mapped_files_are_not(tmp_path: object) -> None:
    before = memory.anonymous()

    mine = bytearray(32 * 1024 * 1024)

    assert memory.anonymous() - before >= 0.9 * len(mine)


def test_waits_between_attempts_grow_to_ten_minutes_and_are_spread() -> None:
    waits = [[settling.backoff(attempt) for _ in range(300)] for attempt in (1, 4, 30)]

    assert [max(w) <= most for w, most in zip(waits, (1, 8, 600), strict=True)] == [True] * 3
    assert max(waits[2]) > 300 > min(waits[2])
