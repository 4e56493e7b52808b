"""Where a worker begins to look at the lines: at their beginning, unless that is slow."""

from dataclasses import replace
from pathlib import Path

import pytest

from procs import config
from procs.core import clock
from procs.records.job import Kind, Lane, Lease
from procs.records.job_payload import LinkPayload
from procs.store.database import open_database
from procs.worker.job_line import (
    LOOK_LONGEST,
    LOOK_TIMES,
    PAUSES,
    REACHES,
    WHOLE_LINE,
    JobLine,
    LineHeads,
)
from tests.fresh_database import fresh

LEASE = Lease(1, 1, 1, 1, Lane.HEAVY, -1, Kind.FETCH, 1, LinkPayload("", "", ""), place=100.0)


@pytest.fixture
def steady(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The steady clock, moved by hand."""
    at = [1000.0]
    monkeypatch.setattr(clock, "steady", lambda: at[0])
    return at


def test_a_worker_begins_with_a_look_at_the_whole_line(steady: list[float]) -> None:
    assert LineHeads().reach() == WHOLE_LINE


def test_looks_begin_before_the_last_claim_and_now_and_then_further_back(
    steady: list[float],
) -> None:
    heads = LineHeads()
    heads.note_claimed([LEASE, replace(LEASE, place=90.0)])
    heads.note_look(WHOLE_LINE, 0.001)
    assert heads.since(Lane.HEAVY, heads.reach()) == 100.0 - REACHES[0]

    steady[0] += PAUSES[1]
    assert heads.since(Lane.HEAVY, heads.reach()) == 100.0 - REACHES[1]
    heads.note_look(1, 0.001)
    assert heads.since(Lane.HEAVY, heads.reach()) == 100.0 - REACHES[0]

    steady[0] += PAUSES[WHOLE_LINE]
    assert heads.since(Lane.HEAVY, heads.reach()) == 0.0


@pytest.mark.parametrize(("took", "away"), [(0.1, LOOK_TIMES * 0.1), (60.0, LOOK_LONGEST)])
def test_the_whole_line_is_looked_at_the_more_seldom_the_longer_that_takes(
    steady: list[float], took: float, away: float
) -> None:
    heads = LineHeads()
    heads.note_look(WHOLE_LINE, took)

    steady[0] += away - 0.01
    assert heads.reach() < WHOLE_LINE
    steady[0] += 0.02
    assert heads.reach() == WHOLE_LINE


def test_who_goes_to_sleep_after_a_short_look_owes_one_at_the_whole_line(
    steady: list[float],
) -> None:
    heads = LineHeads()
    heads.note_look(WHOLE_LINE, 0.001)
    steady[0] += PAUSES[WHOLE_LINE]
    assert not heads.is_owed()

    heads.note_look(0, 0.001)
    assert heads.is_owed()
    heads.note_look(WHOLE_LINE, 0.001)
    steady[0] += PAUSES[WHOLE_LINE]
    assert not heads.is_owed()


def test_a_lane_in_which_nothing_was_claimed_is_looked_at_from_when_it_was_empty(
    steady: list[float],
) -> None:
    heads = LineHeads()
    heads.note_empty((Lane.LIGHT,), 500.0)
    heads.note_look(WHOLE_LINE, 0.001)

    assert heads.since(Lane.LIGHT, heads.reach()) == 500.0 - REACHES[0]
    assert heads.since(Lane.HEAVY, heads.reach()) == 0.0


def test_of_a_file_every_look_is_at_the_whole_line(tmp_path: Path) -> None:
    settings = config.load({"CHAPAR_HOME": str(tmp_path)}, None, need_telegram=False)
    fresh(settings.database_url, run=settings.run)
    db = open_database(settings.database_url, run=settings.run)
    line = JobLine(db, settings, 1)
    for _ in range(3):
        line.look()
        assert line.reach() == WHOLE_LINE
    assert not line.heads.is_owed()
    db.close()
