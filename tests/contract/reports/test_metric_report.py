"""What a scrape reads: depth and age of what lives, and counters that only grow."""

from collections import Counter

from procs.core.clock import Now
from procs.records.job import Lane
from procs.store.database import Database
from procs.store.health import counters, histograms, workers
from procs.store.jobs import outcomes
from procs.store.limits import flood_waits
from procs.store.reports import metric_report, use_sums
from procs.store.reports.metric_report import LaneDepth
from procs.store.requests import requests
from tests.contract.conftest import Desk


def depth(desk: Desk, lane: str, state: str) -> LaneDepth:
    report = metric_report.read(desk.db, now=desk.clock.now())
    return next(one for one in report.depths if (one.lane, one.state) == (lane, state))


def test_depth_and_age_are_told_by_lane_and_state(desk: Desk) -> None:
    desk.asks(1, "a", "b", "c", "d")
    desk.clock.skip(10)
    desk.claim(desk.worker())

    found = {
        state: depth(desk, "heavy", state) for state in ("queued", "leased", "waiting", "later")
    }

    assert [one.jobs for one in found.values()] == [1, 1, 2, 0]
    assert [round(one.age) for one in found.values()] == [10, 10, 10, 0]


def test_what_is_over_counts_nowhere(desk: Desk) -> None:
    desk.asks(1, "a")
    (lease,) = desk.claim(desk.worker())
    outcomes.fail(desk.db, lease, error="media-gone", say="gone", now=desk.clock.now())

    assert sum(one.jobs for one in metric_report.read(desk.db, now=desk.clock.now()).depths) == 0


def test_the_longest_silence_ends_with_the_answer(desk: Desk) -> None:
    (asked,) = desk.asks(1, "a")
    desk.clock.skip(40)
    before = metric_report.read(desk.db, now=desk.clock.now())
    requests.note_answered(
        desk.db, asked.request, message=9, shown="x", shown_at=desk.clock.wall, now=desk.clock.now()
    )
    after = metric_report.read(desk.db, now=desk.clock.now())

    assert (before.open, round(before.unanswered)) == (1, 40)
    assert (after.open, after.unanswered) == (1, 0)


def fails_after(desk: Desk, worker: int, *, answer: float, wait: float) -> None:
    (asked,) = desk.asks(1, f"n{desk.messages}")
    desk.clock.skip(answer)
    requests.note_answered(
        desk.db, asked.request, message=9, shown="x", shown_at=desk.clock.wall, now=desk.clock.now()
    )
    desk.clock.skip(wait)
    (lease,) = desk.claim(worker)
    outcomes.note_start(desk.db, lease, worker="w", now=desk.clock.now())
    outcomes.fail(desk.db, lease, error="media-gone", say="gone", now=desk.clock.now())


def test_times_of_requests_are_counted_once_and_outlive_their_rows(desk: Desk) -> None:
    worker = desk.worker()
    for _ in range(3):
        fails_after(desk, worker, answer=3, wait=17)
    for _ in range(2):
        use_sums.fold(desk.db, now=desk.clock.now())
    desk.clock.skip(500 * 86400)
    use_sums.prune(desk.db, now=desk.clock.now())

    counts = counters.read(desk.db)
    said, waited = (histograms.read(counts, room)["failed"] for room in ("response", "wait"))
    assert (counts["requests.received"], counts["requests.ended.failed"]) == (3, 3)
    assert (said.count, said.within(2.0), said.within(4.0)) == (3, 0, 3)
    assert (waited.count, waited.within(16.0), waited.within(32.0)) == (3, 0, 3)
    assert 9 <= said.seconds < 9.1


def test_a_bound_holds_what_is_equal_to_it(db: Database) -> None:
    counts: Counter[str] = Counter()
    for seconds in (0.0, 1.0, 1.001, -5.0, 1e9):
        histograms.note(counts, "run.fetch.done", seconds)
    counters.add_all(db, counts)

    (times,) = histograms.read(counters.read(db), "run").values()
    assert [times.within(bound) for bound in (0.0625, 1.0, 2.0, 16384.0)] == [2, 3, 4, 4]
    assert times.count == 5


def test_ends_of_workers_and_waits_of_telegram_are_counted_once(desk: Desk) -> None:
    worker, now = desk.worker(), desk.clock.now()
    for _ in range(2):
        workers.leave(desk.db, worker, why="recycle", now=now)
        flood_waits.note_wait(desk.db, "bot", now.wall + 30)

    counts = counters.read(desk.db)
    report = metric_report.read(desk.db, now=Now(now.wall + 10, now.boot))
    assert (counts["workers.left.recycle"], counts["flood_waits"]) == (1, 1)
    assert (report.flood_waits, round(report.flood_left)) == (1, 20)


def test_lanes_are_told_apart(desk: Desk) -> None:
    desk.asks(1, "a")

    assert {one.lane for one in metric_report.read(desk.db, now=desk.clock.now()).depths} == {
        lane.name.lower() for lane in Lane
    }
    assert depth(desk, "light", "queued").jobs == 0
