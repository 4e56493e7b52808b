"""From the link in a message to the last word about it."""

from procs.records.job import Ask, Lane, State
from procs.store.backups.invariants import audit
from procs.store.jobs import leases, outcomes, recovery
from procs.store.media import deliveries, references
from procs.store.requests import link_groups, request_status, requests
from tests.contract.conftest import Clock, Desk


def fetched(desk: Desk, name: str) -> None:
    (lease,) = desk.claim(desk.worker())
    outcomes.finish_download(
        desk.db, lease, desk.media(name), keys={f"url:{name}"}, now=desk.clock.now()
    )


def test_the_same_message_twice_is_one_request(desk: Desk, clock: Clock) -> None:
    ask = Ask(1, 1, 77, 0, desk.link("a"))
    (first,) = requests.submit(desk.db, [ask], now=clock.now())

    (again,) = requests.submit(desk.db, [ask], now=clock.now())

    assert (again.request, again.outcome) == (first.request, "again")


def test_two_users_with_the_same_link_share_one_download(desk: Desk) -> None:
    (one,) = desk.asks(1, "a")
    (two,) = desk.asks(2, "a")

    assert (one.outcome, two.outcome, two.job) == ("queued", "joined", one.job)
    assert len(desk.claim(desk.worker(), room=9)) == 1


def test_other_variants_of_a_link_are_downloads_of_their_own(desk: Desk, clock: Clock) -> None:
    desk.asks(1, "a")
    mp3 = Ask(2, 2, 99, 0, desk.link("a", "mp3"))

    assert requests.submit(desk.db, [mp3], now=clock.now())[0].outcome == "queued"


def test_a_finished_download_makes_one_delivery_for_each_who_waits(desk: Desk) -> None:
    desk.asks(1, "a")
    desk.asks(2, "a")

    fetched(desk, "a")

    light = desk.claim(desk.worker(), room=9, lane=Lane.LIGHT)
    assert [lease.delivery.request for lease in light] == [1, 2]


def test_a_known_link_is_only_delivered(desk: Desk) -> None:
    desk.asks(1, "a")
    fetched(desk, "a")

    (again,) = desk.asks(2, "a")

    assert again.outcome == "cached"
    assert desk.claim(desk.worker(), room=9) == []


def test_a_known_link_is_called_by_its_title_from_the_start(desk: Desk) -> None:
    desk.asks(1, "a")
    fetched(desk, "a")

    assert desk.status(desk.asks(2, "a")[0].request).title == "a"


def test_links_of_one_message_are_one_group_and_a_repeated_message_changes_none(desk: Desk) -> None:
    asked = desk.asks(1, "a", "b", "c")
    alone = desk.asks(1, "d")[0].request
    first = asked[0].request

    assert [desk.status(one.request).speaker for one in asked] == [first] * 3
    assert desk.status(alone).speaker == 0

    desk.messages -= 2
    assert [one.outcome for one in desk.asks(1, "a", "b", "c")] == ["again"] * 3
    assert [desk.status(one.request).speaker for one in asked] == [first] * 3


def test_cancelling_a_group_ends_what_is_open_of_it_and_nothing_else(desk: Desk) -> None:
    asked = [one.request for one in desk.asks(1, "a", "b", "c")]
    other = desk.asks(1, "d")[0].request
    requests.cancel(desk.db, asked[1], user=1, now=desk.clock.now())

    assert not link_groups.cancel(desk.db, asked[0], user=2, now=desk.clock.now())
    assert link_groups.cancel(desk.db, asked[0], user=1, now=desk.clock.now())
    assert not link_groups.cancel(desk.db, asked[0], user=1, now=desk.clock.now())

    assert [desk.status(one).state for one in asked] == ["cancelled"] * 3
    assert desk.status(other).state == "open"
    assert audit(desk.db) == []


def test_a_link_in_another_users_line_moves_to_the_free_seat_of_who_asks_too(desk: Desk) -> None:
    desk.asks(1, "a", "b", "c")
    desk.asks(2, "c")

    taken = [(lease.user, lease.link.key) for lease in desk.claim(desk.worker(), room=9)]

    assert taken == [(1, "url:a"), (1, "url:b"), (2, "url:c")]


def test_the_job_ends_with_the_last_who_leaves(desk: Desk, clock: Clock) -> None:
    (one,) = desk.asks(1, "a")
    (two,) = desk.asks(2, "a")

    requests.cancel(desk.db, one.request, user=1, now=clock.now())
    assert desk.status(two.request).job_state is State.QUEUED
    requests.cancel(desk.db, two.request, user=2, now=clock.now())

    assert desk.status(two.request).job_state is State.CANCELLED
    assert desk.claim(desk.worker()) == []


def test_only_its_owner_cancels_a_request(desk: Desk, clock: Clock) -> None:
    (one,) = desk.asks(1, "a")

    assert not requests.cancel(desk.db, one.request, user=2, now=clock.now())
    assert desk.status(one.request).state == "open"


def test_a_running_job_is_asked_to_stop(desk: Desk, clock: Clock) -> None:
    (one,) = desk.asks(1, "a")
    worker = desk.worker()
    desk.claim(worker)

    requests.cancel(desk.db, one.request, user=1, now=clock.now())

    assert [held.stop for held in leases.renew(desk.db, worker=worker, now=clock.now())] == [True]


def test_a_download_that_is_stopping_goes_on_for_who_asks_for_it_now(
    desk: Desk, clock: Clock
) -> None:
    (one,) = desk.asks(1, "a")
    (lease,) = desk.claim(desk.worker())
    requests.cancel(desk.db, one.request, user=1, now=clock.now())
    (two,) = desk.asks(2, "a")

    leases.release(desk.db, lease, now=clock.now())  # what a worker does that was told to stop

    assert [one.job for one in desk.claim(desk.worker())] == [two.job]


def test_cancelling_a_queued_job_hands_its_seat_on(desk: Desk, clock: Clock) -> None:
    first = desk.asks(1, "a", "b", "c")[0]

    requests.cancel(desk.db, first.request, user=1, now=clock.now())

    keys = [lease.link.key for lease in desk.claim(desk.worker(), room=9)]
    assert keys == ["url:b", "url:c"]


def test_a_failure_is_told_to_each_who_waits_with_one_code(desk: Desk, clock: Clock) -> None:
    (one,) = desk.asks(1, "a")
    (two,) = desk.asks(2, "a")
    (lease,) = desk.claim(desk.worker())

    code = outcomes.fail(desk.db, lease, error="gone", say="failed-gone", now=clock.now())

    told = [desk.status(r.request) for r in (one, two)]
    assert [(g.state, g.say, g.code) for g in told] == [("failed", "failed-gone", code)] * 2


def test_random_ids_are_the_same_on_every_retry(desk: Desk) -> None:
    first = deliveries.plan(desk.db, 1, parts=3)

    assert deliveries.plan(desk.db, 1, parts=3) == first


def test_a_part_with_a_receipt_is_not_planned_again(desk: Desk, clock: Clock) -> None:
    deliveries.plan(desk.db, 1, parts=2)
    there = deliveries.SentCopy(chat=1, access=0, message=55)
    deliveries.receipts(desk.db, 1, 1, {0: there}, now=clock.now())

    assert [part for part, _ in deliveries.plan(desk.db, 1, parts=2)] == [1]


def test_a_stale_reference_is_forgotten_and_fetched_anew(desk: Desk, clock: Clock) -> None:
    (asked,) = desk.asks(1, "a")
    fetched(desk, "a")
    (lease,) = desk.claim(desk.worker(), lane=Lane.LIGHT)
    order = requests.order(desk.db, asked.request)
    assert order is not None

    requests.fetch_anew(desk.db, lease, order, now=clock.now())

    assert references.find(desk.db, "url:a", "best") is None
    assert [one.link.key for one in desk.claim(desk.worker())] == ["url:a"]


def test_the_number_of_a_forgotten_media_is_never_given_to_another(
    desk: Desk, clock: Clock
) -> None:
    desk.asks(1, "a")
    fetched(desk, "a")
    desk.asks(2, "a")
    lease, other = desk.claim(desk.worker(), room=2, lane=Lane.LIGHT)
    references.forget(desk.db, lease.delivery.media)
    desk.asks(3, "b")
    fetched(desk, "b")

    assert references.read(desk.db, other.delivery.media) is None


def test_places_are_counted_in_fair_order(desk: Desk) -> None:
    big = desk.asks(1, *(f"big{n}" for n in range(6)))
    (small,) = desk.asks(2, "small")

    places = [desk.status(one.request).place for one in (*big, small)]

    assert places == [0, 0, 4, 5, 6, 7, 0]  # rooms are free for who is behind nobody of their own


def test_a_request_that_was_closed_is_no_longer_listed(desk: Desk, clock: Clock) -> None:
    (asked,) = desk.asks(1, "a")

    requests.close(desk.db, asked.request, now=clock.now())

    assert request_status.open_statuses(desk.db, now=clock.now()) == []


def test_a_job_nobody_wants_any_more_ends_with_its_worker(
    desk: Desk, clock: Clock, dead_worker: int
) -> None:
    (one,) = desk.asks(1, "a")
    desk.claim(dead_worker)
    requests.cancel(desk.db, one.request, user=1, now=clock.now())

    recovery.release_dead(desk.db, now=clock.now())

    assert desk.claim(desk.worker()) == []
    assert desk.status(one.request).job_state is State.CANCELLED


def test_a_forgotten_link_is_fetched_anew_in_every_form(desk: Desk, clock: Clock) -> None:
    worker = desk.worker()
    desk.asks(1, "a")
    (lease,) = desk.claim(worker)
    keys = {"url:a", "site:1"}
    outcomes.finish_download(desk.db, lease, desk.media("a"), keys=keys, now=clock.now())

    assert references.forget_link(desk.db, "url:a") == ["best"]

    assert references.find(desk.db, "site:1", "best") is None
    assert references.forget_link(desk.db, "url:a") == []
    assert [one.outcome for one in desk.asks(2, "a")] == ["queued"]


def test_what_was_fetched_for_a_request_is_not_older_than_it(desk: Desk, clock: Clock) -> None:
    (first,) = desk.asks(1, "a")
    (lease,) = desk.claim(desk.worker())
    outcomes.finish_download(desk.db, lease, desk.media("a"), keys={"url:a"}, now=clock.now())
    known = references.find(desk.db, "url:a", "best")
    assert known is not None
    (second,) = desk.asks(2, "a")

    assert not references.is_older(desk.db, known.id, first.request)
    assert references.is_older(desk.db, known.id, second.request)
