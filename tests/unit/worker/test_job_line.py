"""Where a worker begins to look at the lines: at their beginning, unless that is slow."""

from dataclasses import replace

import pytest

from procs.core import clock
from procs.records.job import Kind, Lane, Lease
from procs.records.job_payload import LinkPayload
from procs.worker.job_line import OVERLAP, QUICK, WHOLE_LONGEST, WHOLE_TIMES, LineHeads

LEASE = Lease(1, 1, 1, 1, Lane.HEAVY, -1, Kind.FETCH, 1, LinkPayload("", "", ""), place=100.0)


@pytest.fixture
def steady(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The steady clock, moved by hand."""
    at = [1000.0]
    monkeypatch.setattr(clock, "steady", lambda: at[0])
    return at


def test_the_whole_line_is_looked_at_while_that_is_quick(steady: list[float]) -> None:
    heads = LineHeads()
    heads.note_claimed([LEASE])
    heads.note_whole(QUICK / 2, (), 0.0)

    assert heads.since(Lane.HEAVY) == 0.0


def test_while_it_is_slow_a_look_begins_before_the_last_claim_and_now_and_then_at_the_beginning(
    steady: list[float],
) -> None:
    heads = LineHeads()
    heads.note_claimed([LEASE, replace(LEASE, place=90.0)])
    heads.note_whole(0.1, (), 0.0)
    assert heads.since(Lane.HEAVY) == 100.0 - OVERLAP

    steady[0] += WHOLE_TIMES * 0.1
    assert heads.since(Lane.HEAVY) == 0.0

    heads.note_whole(60.0, (), 0.0)
    steady[0] += WHOLE_LONGEST
    assert heads.is_whole()


def test_a_lane_in_which_nothing_was_claimed_is_looked_at_from_when_it_was_empty(
    steady: list[float],
) -> None:
    heads = LineHeads()
    heads.note_whole(1.0, (Lane.LIGHT,), 500.0)

    assert heads.since(Lane.LIGHT) == 500.0 - OVERLAP
    assert heads.since(Lane.HEAVY) == 0.0
