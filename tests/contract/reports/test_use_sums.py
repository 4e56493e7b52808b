"""The sums of use: each request counts once, whatever is killed, and nothing is scanned."""

import multiprocessing
import os
import signal

import pytest

from procs.core.clock import Now
from procs.records.job import Lane, Person
from procs.store.database import Database
from procs.store.jobs import outcomes
from procs.store.people import users
from procs.store.reports import job_record, use_report, use_sums
from procs.store.reports.use_report import PERIODS, UseReport
from procs.store.reports.use_sums import ONE_DAY, ONE_HOUR
from tests.contract.conftest import Desk
from tests.contract.place import Place
from tests.store_acts import forget

SIZE = 3


class Use:
    """Requests that go their way, and what the sums say of them."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.db, self.clock = desk, desk.db, desk.clock
        self.worker = desk.worker()

    def delivers(self, user: int, name: str, *, waits: float = 0, takes: float = 0) -> int:
        (asked,) = self.desk.asks(user, name)
        self.clock.skip(waits)
        if asked.outcome != "cached":
            (lease,) = self.desk.claim(self.worker)
            outcomes.note_start(self.db, lease, worker="w", now=self.clock.now())
            media = self.desk.media(name)
            outcomes.finish_download(self.db, lease, media, keys={media.key}, now=self.clock.now())
        self.clock.skip(takes)
        (lease,) = self.desk.claim(self.worker, lane=Lane.LIGHT)
        outcomes.note_start(self.db, lease, worker="w", now=self.clock.now())
        outcomes.finish_delivery(self.db, lease, asked.request, worker="w", now=self.clock.now())
        return asked.request

    def fails(self, user: int, name: str, *, error: str = "media-gone") -> int:
        self.desk.asks(user, name)
        (lease,) = self.desk.claim(self.worker)
        outcomes.fail(self.db, lease, error=error, say="gone", now=self.clock.now())
        return lease.job

    def counts(self, period: str = "24h") -> UseReport:
        use_sums.fold(self.db, now=self.clock.now())
        return use_report.read(self.db, PERIODS[period], now=self.clock.now())


@pytest.fixture
def use(desk: Desk) -> Use:
    return Use(desk)


def test_a_delivery_counts_with_its_bytes_and_one_from_the_cache_as_such(use: Use) -> None:
    use.delivers(1, "a")
    use.delivers(2, "a")

    total = use.counts().total

    assert total.sums["received"] == total.sums["delivered"] == 2
    assert total.sums["bytes"] == 2 * SIZE
    assert total.share("kept", "delivered") == 0.5


@pytest.mark.parametrize("period", PERIODS)
def test_each_period_says_the_same_of_the_last_minutes(use: Use, period: str) -> None:
    use.delivers(1, "a")
    use.fails(2, "b")

    total = use.counts(period).total

    assert (total.sums["received"], total.sums["delivered"], total.sums["failed"]) == (2, 1, 1)


def test_what_was_counted_is_not_counted_again(use: Use) -> None:
    use.delivers(1, "a")
    use.counts()

    assert use.counts().total.sums["delivered"] == 1
    assert use_sums.fold(use.db, now=use.clock.now()) == 0


def test_failures_are_told_by_class_and_by_site(use: Use) -> None:
    for name in "abc":
        use.fails(1, name)
    use.fails(2, "d", error="site-busy")

    total = use.counts().total

    assert total.failed_by(0, 5) == [("media-gone", 3), ("site-busy", 1)]
    assert total.failed_by(1, 5) == [("site.example", 4)]


def test_a_failure_that_is_retried_and_fails_otherwise_counts_as_both(use: Use) -> None:
    job = use.fails(1, "a")
    use.counts()
    use.clock.skip(60)
    assert job_record.retry(use.db, job, now=use.clock.now())
    (lease,) = use.desk.claim(use.worker)
    outcomes.fail(use.db, lease, error="site-busy", say="busy", now=use.clock.now())

    assert dict(use.counts().total.failed_by(0, 5)) == {"media-gone": 1, "site-busy": 1}


def test_what_was_on_its_way_counts_in_the_hour_of_its_end(use: Use) -> None:
    use.desk.asks(1, "a")
    use.counts()
    use.clock.skip(ONE_HOUR)
    (lease,) = use.desk.claim(use.worker)
    outcomes.fail(use.db, lease, error="media-gone", say="gone", now=use.clock.now())

    points = [one for one in use.counts().points.values() if one.sums]

    assert [(one.sums["received"], one.sums["failed"]) for one in points] == [(1, 0), (0, 1)]


def test_times_are_told_within_nine_percent(use: Use) -> None:
    for name in "abcdefghij":
        use.delivers(1, name, waits=4, takes=16)
    use.delivers(1, "slow", waits=100, takes=300)

    total = use.counts().total

    assert total.seconds("waited", 0.5) == pytest.approx(4, rel=0.1)
    assert total.seconds("took", 0.5) == pytest.approx(20, rel=0.1)
    assert total.seconds("took", 0.95) == pytest.approx(400, rel=0.1)


def test_nothing_measured_is_no_time(use: Use) -> None:
    assert use.counts().total.seconds("took", 0.5) is None


def test_a_person_is_active_once_in_each_hour_and_new_once(use: Use) -> None:
    use.delivers(1, "a")
    use.delivers(1, "b")
    use.clock.skip(ONE_HOUR)
    use.delivers(1, "c")
    use.delivers(2, "d")

    report = use.counts()

    assert [p.sums["active"] for p in report.points.values() if p.sums] == [1, 2]
    assert report.total.sums["new"] == 2
    assert report.people == 2


def test_people_of_a_week_are_counted_once_however_often_they_came(use: Use) -> None:
    for day in range(3):
        use.delivers(1, f"a{day}")
        use.clock.skip(ONE_DAY)
    use.delivers(2, "b")

    report = use.counts("7d")

    assert report.people == 2
    assert sum(one.sums["active"] for one in report.points.values()) == 4


def test_somebody_is_new_on_the_day_they_came_first_not_of_their_first_link(use: Use) -> None:
    users.remember(use.db, Person(7, "fa", "seven"), now=use.clock.now())
    use.clock.skip(ONE_DAY)
    use.delivers(7, "a")

    points = list(use.counts("7d").points.values())

    assert [one.sums["new"] for one in points[-2:]] == [1, 0]


def test_a_list_counts_as_one_request_and_its_entries_as_deliveries(use: Use) -> None:
    parent = use.delivers(1, "list")
    child = use.delivers(1, "entry")
    with use.db.write():
        use.db.change(
            "UPDATE requests SET parent = :parent WHERE id = :child",
            {"parent": parent, "child": child},
        )

    total = use.counts().total

    assert (total.sums["received"], total.sums["delivered"]) == (1, 1)


def test_more_than_a_bite_is_counted_whole(use: Use, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(use_sums, "BITE", 3)
    for number in range(10):
        use.delivers(number + 1, f"n{number}")

    assert use.counts().total.sums["delivered"] == 10


def test_sites_of_strangers_do_not_fill_the_sums(use: Use, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(use_sums, "SITES", 2)
    for number in range(5):
        use.fails(1, f"n{number}", error=f"e{number}")
        use.counts()

    sites = dict(use.counts().total.failed_by(1, 9))

    assert sites == {"site.example": 2, use_sums.OTHER_SITES: 3}


def test_hours_and_days_are_pruned_and_days_last_longer(use: Use) -> None:
    use.delivers(1, "a")
    use.counts()
    use.clock.skip(use_sums.KEPT[ONE_HOUR] + ONE_DAY)
    use_sums.prune(use.db, now=use.clock.now())

    grains = {row[0] for row in use.db.all("SELECT grain FROM use_sums")}

    assert grains == {ONE_DAY}


def test_a_deleted_person_leaves_no_row_and_the_sums_stay(use: Use) -> None:
    use.delivers(5, "a")
    use.counts()
    forget(use.db, 5, now=use.clock.now())

    report = use.counts()

    assert (report.people, report.total.sums["delivered"]) == (0, 1)


def fold_for_ever(place: Place) -> None:
    db, start = place.open(), Now(1_790_000_000.0, 5000.0)
    use_sums.BITE = 1
    while True:
        use_sums.fold(db, now=start)


def test_kills_in_the_middle_count_nothing_twice_and_lose_nothing(
    use: Use, place: Place, db: Database
) -> None:
    context = multiprocessing.get_context("fork")
    for round_ in range(6):
        before = use_report.read(db, PERIODS["24h"], now=use.clock.now()).total.sums["received"]
        keeper = context.Process(target=fold_for_ever, args=(place,))
        keeper.start()
        for number in range(6):
            use.delivers(number + 1, f"{round_}-{number}")
        while _received(use) == before and keeper.is_alive():
            pass
        os.kill(keeper.pid or 0, signal.SIGKILL)
        keeper.join()

    total = use.counts().total

    assert (total.sums["received"], total.sums["delivered"]) == (36, 36)
    assert total.sums["bytes"] == 36 * SIZE


def _received(use: Use) -> int:
    return use_report.read(use.db, PERIODS["24h"], now=use.clock.now()).total.sums["received"]


def test_a_week_of_many_requests_is_read_without_looking_at_them(use: Use) -> None:
    use.delivers(1, "a")
    use.counts()
    with use.db.write():
        use.db.change("DELETE FROM requests", {})

    assert use.counts("7d").total.sums["delivered"] == 1
