"""What the keeper does while its database is at rest: seldom, and at once when there is news."""

from pathlib import Path

import pytest

from procs.core import clock
from procs.core.files import rest_file
from procs.core.files.rest_file import RestingView
from procs.keeper.schedule import PeriodicTask


class Steady:
    """The steady clock, moved by hand."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def steady(monkeypatch: pytest.MonkeyPatch) -> Steady:
    steady = Steady()
    monkeypatch.setattr(clock, "steady", steady)
    return steady


def times(task: PeriodicTask, steady: Steady, rest: int | None, seconds: int) -> int:
    """How often a task runs within so many seconds, looked at each second."""
    runs: list[None] = []
    task.work = lambda: runs.append(None)
    for _ in range(seconds):
        task.run(steady(), rest)
        steady.at += 1.0
    return len(runs)


def test_a_round_is_seldom_while_nothing_changes_and_usual_otherwise(steady: Steady) -> None:
    task = PeriodicTask(1, lambda: None, at_rest=60)

    assert times(task, steady, None, 10) == 10
    assert times(task, steady, 7, 60) == 1
    assert times(task, steady, 7, 60) == 1
    assert times(task, steady, 8, 1) == 1
    assert times(task, steady, 8, 10) == 0


def test_a_round_that_has_no_other_interval_keeps_its_own(steady: Steady) -> None:
    assert times(PeriodicTask(5, lambda: None), steady, 7, 60) == 12


def test_the_file_holds_the_mark_until_it_is_old_or_a_commit_is_younger(
    tmp_path: Path, steady: Steady
) -> None:
    assert rest_file.read(tmp_path) is None
    rest_file.write(tmp_path, 7, steady())

    assert rest_file.read(tmp_path) == 7
    assert rest_file.bot_until(tmp_path) == 0.0
    assert rest_file.read(tmp_path, since=steady() + 0.5) is None
    steady.at += rest_file.LIFE
    assert rest_file.read(tmp_path) is None


@pytest.mark.parametrize("words", ["", " 1000.0", "seven 1000.0", "7", "7 soon"])
def test_a_file_that_says_nothing_is_no_rest(tmp_path: Path, steady: Steady, words: str) -> None:
    (tmp_path / rest_file.REST_NAME).write_text(words)

    assert rest_file.read(tmp_path) is None


def test_a_database_of_no_mark_is_always_looked_at(steady: Steady) -> None:
    view = RestingView(60)

    assert [view.holds(None) for _ in range(3)] == [False] * 3
