"""The leaky bucket: what any stretch of time holds of the cells that come as soon as they may."""

from itertools import pairwise

from procs.core import gcra

GAP, SLACK = 2.0, 6.0


def as_soon_as_they_may(count: int) -> list[float]:
    begins, empty_at = [], 0.0
    for _ in range(count):
        begins.append(max(begins[-1] if begins else 0.0, gcra.earliest(empty_at, slack=SLACK)))
        empty_at = gcra.after(empty_at, begins[-1], gap=GAP)
    return begins


def test_a_burst_goes_at_once_and_the_rest_by_the_gap():
    begins = as_soon_as_they_may(8)

    assert begins[:4] == [0.0] * 4
    assert [after - before for before, after in pairwise(begins[3:])] == [GAP] * 4


def test_an_empty_bucket_owes_nothing_for_the_time_before():
    assert gcra.after(5.0, 100.0, gap=GAP) == 100.0 + GAP


def test_several_cells_at_once_cost_as_many_gaps():
    assert gcra.after(5.0, 1.0, gap=GAP, cells=3) == 5.0 + 3 * GAP
