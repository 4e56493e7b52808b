"""What is news of a list, when it is looked at again, and that one look serves all."""

import pytest

from procs.config.rules import Rate, Rules
from procs.errors import LeaseLost
from procs.records.job import Lane, State
from procs.store.follows import follow_notices, follows, source_rhythm, sources
from procs.store.jobs import claimable, leases, outcomes, recovery
from tests.contract.follows.conftest import FollowDesk, Link

DUE = "SELECT due_at - looked_at FROM sources"
HOUR, DAY = 3600.0, 24 * 3600.0


def test_a_lists_first_look_brings_nothing_old(desk_of_follows: FollowDesk) -> None:
    it = desk_of_follows
    it.follow(7)
    assert (it.looks("c", "b", "a"), it.brings(), it.brought(7)) == (0, 0, [])


def test_a_new_entry_comes_once_to_each_follower_by_one_look(desk_of_follows: FollowDesk) -> None:
    it = desk_of_follows
    it.follow(7)
    it.follow(8)
    it.looks("b", "a")
    it.later()
    assert it.looks("c", "b", "a") == 1
    assert (it.brings(), it.brings()) == (2, 0)
    assert (it.brought(7), it.brought(8)) == (["c"], ["c"])
    (job,) = {row[0] for row in it.desk.db.all("SELECT job FROM requests WHERE message < 0")}
    assert it.desk.claim(it.worker, room=4)[0].job == job, "one download serves both"


def test_several_new_entries_come_the_oldest_first(desk_of_follows: FollowDesk) -> None:
    it = desk_of_follows
    it.follow(7)
    it.looks("b", "a")
    it.later()
    it.looks("d", "c", "b", "a", "z")
    it.brings()
    assert it.brought(7) == ["c", "d", "z"]


@pytest.mark.parametrize("seen", [("a", "c", "b"), ("c", "a"), ("b",), ()])
def test_a_list_in_another_order_or_shorter_is_no_news(
    desk_of_follows: FollowDesk, seen: tuple[str, ...]
) -> None:
    it = desk_of_follows
    it.follow(7)
    it.looks("c", "b", "a")
    it.later()
    assert it.looks(*seen) == 0
    it.later()
    assert it.looks("c", "b", "a") == 0, "what comes back was there before"


def test_what_comes_into_sight_at_the_end_of_a_long_list_is_no_news(
    desk_of_follows: FollowDesk,
) -> None:
    """A film at the head was taken away, so that an old one moves up into what is read."""
    it = desk_of_follows
    it.follow(7)
    it.looks("d", "c", "b", partly=True)
    it.later()
    assert it.looks("d", "b", "a", partly=True) == 0
    it.later()
    assert it.looks("e", "d", "b", partly=True) == 1


def test_a_long_list_that_is_sorted_anew_is_no_news(desk_of_follows: FollowDesk) -> None:
    it = desk_of_follows
    it.follow(7)
    names = [f"n{n}" for n in range(200)]
    it.looks(*names[:100], partly=True)
    it.later()
    assert it.looks(*names[::-2], partly=True) == 0


def test_who_comes_later_gets_what_is_new_for_them(desk_of_follows: FollowDesk) -> None:
    it = desk_of_follows
    it.follow(7)
    it.looks("a")
    it.later()
    it.follow(8)
    it.looks("b", "a")
    it.brings()
    it.later()
    it.looks("c", "b", "a")
    it.brings()
    assert (it.brought(7), it.brought(8)) == (["b", "c"], ["c"])


def test_a_look_whose_worker_died_is_done_again_and_finds_the_same(
    desk_of_follows: FollowDesk, dead_worker: int
) -> None:
    it = desk_of_follows
    it.follow(7)
    it.looks("a")
    it.later()
    sources.plan(it.desk.db, now=it.desk.clock.now())
    (lost,) = it.desk.claim(dead_worker, lane=Lane.SOURCE)
    recovery.release_dead(it.desk.db, now=it.desk.clock.now())
    (again,) = it.desk.claim(it.worker, lane=Lane.SOURCE)
    assert it.settles(again, "b", "a") == 1
    with pytest.raises(LeaseLost):
        it.settles(lost, "b", "a")
    it.brings()
    assert it.brought(7) == ["b"]


def test_a_source_that_seldom_has_news_is_looked_at_less_often(desk_of_follows: FollowDesk) -> None:
    it = desk_of_follows
    it.follow(7)
    it.looks("a")
    assert it.desk.db.one(DUE) == pytest.approx((1800.0,))
    it.later(7 * DAY)
    it.looks("a")
    assert it.desk.db.one(DUE) == pytest.approx((DAY,), abs=1)


def test_of_the_looks_at_a_source_one_stays_in_the_record(desk_of_follows: FollowDesk) -> None:
    it = desk_of_follows
    it.follow(7)
    for _ in range(5):
        it.looks("a")
        it.later()
    assert it.desk.db.all("SELECT COUNT(*), MAX(id) FROM jobs") == [(1, 5)]


def test_the_interval_is_that_of_the_rhythm_and_the_sites_rules() -> None:
    weekly = source_rhythm.rhythm(0.0, 7 * DAY, 1)
    assert source_rhythm.every(weekly, 0.0, 1800.0) == DAY
    assert source_rhythm.every(HOUR, 0.0, 1800.0) == 1800.0
    assert source_rhythm.every(6 * HOUR, 0.0, 1800.0) == HOUR
    assert source_rhythm.least(1800.0, Rules(), 1000) == 1800.0
    assert source_rhythm.least(1800.0, Rules(gap=10.0), 100) == 10_000.0
    assert source_rhythm.least(1800.0, Rules(rate=Rate(300, HOUR)), 300) > 10 * HOUR
    assert source_rhythm.after_failure(1800.0, 20) == 12 * HOUR


def test_one_source_of_a_site_is_looked_at_at_a_time(desk_of_follows: FollowDesk) -> None:
    it = desk_of_follows
    it.follow(7)
    it.follow(7, Link("https://site.example/other", "site.example", "url:other"))
    it.follow(7, Link("https://else.example/", "else.example", "url:else"))
    now = it.desk.clock.now()
    assert (sources.plan(it.desk.db, now=now), sources.plan(it.desk.db, now=now)) == (2, 0)


def fails(it: FollowDesk) -> None:
    """A look that ends for good without having worked."""
    lease = it.claims()
    outcomes.fail(it.desk.db, lease, error="gone", say="failed-gone", now=it.desk.clock.now())
    assert sources.collect(it.desk.db, lambda site: 1800.0, now=it.desk.clock.now()) == 1


def test_a_source_that_fails_for_days_says_so_once_and_rests(desk_of_follows: FollowDesk) -> None:
    it = desk_of_follows
    it.follow(7)
    it.looks("a")
    told = []
    for _ in range(12):
        it.later(8 * DAY)
        fails(it)
        told += [one.text for one in follow_notices.unsaid(it.desk.db)]
        for one in follow_notices.unsaid(it.desk.db):
            follow_notices.mark_sent(it.desk.db, one)
    assert told == [follow_notices.RESTS]
    assert follows.listed(it.desk.db, 7)[0].rests
    it.later(8 * DAY)
    assert it.looks("b", "a") == 1, "what is there again brings its news"
    assert not follows.listed(it.desk.db, 7)[0].rests


def test_few_failures_are_no_rest_however_long_nothing_ran(desk_of_follows: FollowDesk) -> None:
    it = desk_of_follows
    it.follow(7)
    it.looks("a")
    for _ in range(2):
        it.later(30 * DAY)
        fails(it)
    assert not follows.listed(it.desk.db, 7)[0].rests


def test_a_link_that_is_no_list_is_followed_by_nobody(desk_of_follows: FollowDesk) -> None:
    it = desk_of_follows
    it.follow(7)
    sources.no_list(it.desk.db, it.claims(), now=it.desk.clock.now())
    (notice,) = follow_notices.unsaid(it.desk.db)
    assert (notice.text, follows.listed(it.desk.db, 7)) == (follow_notices.NO_LIST, [])
    follow_notices.mark_sent(it.desk.db, notice)
    assert follow_notices.unsaid(it.desk.db) == []
    assert sources.prune(it.desk.db, now=it.desk.clock.now()) == 1


def test_what_could_not_be_read_at_all_is_followed_by_nobody(desk_of_follows: FollowDesk) -> None:
    it = desk_of_follows
    it.follow(7)
    fails(it)
    (notice,) = follow_notices.unsaid(it.desk.db)
    assert (notice.text, follows.listed(it.desk.db, 7)) == (follow_notices.UNREAD, [])


def test_a_look_leaves_the_lanes_of_people_alone(desk_of_follows: FollowDesk) -> None:
    it = desk_of_follows
    it.follow(7)
    sources.plan(it.desk.db, now=it.desk.clock.now())
    lanes = [lane for lane in Lane if claimable.ready(it.desk.db, lane)]
    assert lanes == [Lane.SOURCE]
    (lease,) = it.desk.claim(it.worker, lane=Lane.SOURCE)
    leases.end(it.desk.db, lease, State.CANCELLED, now=it.desk.clock.now())
    assert sources.collect(it.desk.db, lambda site: 1800.0, now=it.desk.clock.now()) == 1
