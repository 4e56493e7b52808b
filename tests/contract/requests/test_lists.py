"""Requests for lists: shown, spread over their entries, ended with the last of them."""

import pytest

from procs.records.job import Ask, Lane, Lease, State
from procs.store.backups.invariants import audit
from procs.store.jobs import leases, outcomes
from procs.store.media import looks
from procs.store.requests import lists, requests
from tests.contract.conftest import Desk
from tests.store_acts import listed


def asks(desk: Desk, user: int, variant: str) -> int:
    desk.messages += 1
    ask = Ask(user, user, desk.messages, 0, desk.link("list", variant))
    return requests.submit(desk.db, [ask], now=desk.clock.now())[0].request


def looked(desk: Desk) -> Lease:
    """The look at a list, in a worker's hands."""
    (lease,) = desk.claim(desk.worker(), lane=Lane.LOOK)
    return lease


def spread(desk: Desk, lease: Lease, *names: str) -> None:
    entries = [(place, desk.link(name)) for place, name in enumerate(names, 1)]
    lists.spread(desk.db, lease, entries, title="A list", now=desk.clock.now())


def ends(desk: Desk, worker: int, *, fails: bool) -> None:
    """The next download of the user is over."""
    (lease,) = desk.claim(worker)
    if fails:
        outcomes.fail(desk.db, lease, error="gone", say="failed-gone", now=desk.clock.now())
        return
    media = desk.media(lease.link.key.removeprefix("url:"))
    outcomes.finish_download(desk.db, lease, media, keys={media.key}, now=desk.clock.now())
    (lease,) = desk.claim(worker, lane=Lane.LIGHT)
    request = lease.delivery.request
    outcomes.finish_delivery(desk.db, lease, request, worker="w00-1", now=desk.clock.now())


def test_a_choice_is_looked_at_first_and_takes_no_seat_of_downloads(desk: Desk) -> None:
    asks(desk, 7, "best#1-3")
    assert looked(desk).kind == "look"
    assert desk.claim(desk.worker()) == []


def test_what_was_looked_at_ends_as_listed(desk: Desk) -> None:
    request = asks(desk, 7, "look")
    listed(desk.db, looked(desk), '{"kind": "list"}', title="A list", now=desk.clock.now())
    status = desk.status(request)
    assert (status.state, status.title, status.found) == ("listed", "A list", '{"kind": "list"}')
    assert audit(desk.db) == []


def test_every_entry_is_a_job_of_its_own_within_the_users_seats(desk: Desk) -> None:
    parent = asks(desk, 7, "best#1-3")
    spread(desk, looked(desk), "a", "b", "c")
    assert len(desk.claim(desk.worker(), room=9)) == 2
    status = desk.status(parent)
    assert (status.state, status.entries, status.sent, status.lost) == ("open", 3, 0, "")
    assert status.found == ""
    assert [row.request for row in desk.open_statuses()] == [parent]


@pytest.mark.parametrize(
    ("fails", "state", "sent", "lost"),
    [
        ((False, False), "delivered", 2, ""),
        ((False, True), "delivered", 1, "2"),
        ((True, True), "failed", 0, "1, 2"),
    ],
)
def test_a_list_ends_with_its_last_entry(desk: Desk, fails, state, sent, lost) -> None:
    parent, worker = asks(desk, 7, "best#1-2"), desk.worker()
    spread(desk, looked(desk), "a", "b")
    ends(desk, worker, fails=fails[0])
    assert desk.status(parent).state == "open"
    ends(desk, worker, fails=fails[1])
    status = desk.status(parent)
    assert (status.state, status.sent, status.lost) == (state, sent, lost)
    assert bool(status.code) == any(fails)
    assert audit(desk.db) == []


def test_cancelling_a_list_cancels_what_nobody_else_wants(desk: Desk) -> None:
    parent, worker = asks(desk, 7, "best#1-4"), desk.worker()
    spread(desk, looked(desk), "a", "b", "c", "d")
    (running,) = desk.claim(worker)
    desk.asks(8, "c")
    assert requests.cancel(desk.db, parent, user=7, now=desk.clock.now())
    assert desk.status(parent).state == "cancelled"
    (held,) = leases.renew(desk.db, worker=worker, now=desk.clock.now())
    assert (held.job, held.stop) == (running.job, True)
    rows = desk.db.all("SELECT state FROM jobs WHERE kind = 'fetch' ORDER BY id")
    assert [State(row[0]).name for row in rows] == ["LEASED", "CANCELLED", "QUEUED", "CANCELLED"]
    assert audit(desk.db) == []


def test_two_people_may_look_at_once_and_each_gets_the_entries(desk: Desk) -> None:
    parents = [asks(desk, 7, "best#1-2"), asks(desk, 8, "best#1-2")]
    spread(desk, looked(desk), "a", "b")
    assert [desk.status(parent).entries for parent in parents] == [2, 2]
    assert len(desk.claim(desk.worker(), room=9)) == 2


def test_one_media_leaves_nothing_to_choose(desk: Desk) -> None:
    request = asks(desk, 7, "mp3#2")
    lists.give_variant(desk.db, looked(desk), "mp3", now=desk.clock.now())
    (lease,) = desk.claim(desk.worker())
    assert (lease.link.variant, lease.kind) == ("mp3", "fetch")
    assert desk.status(request).state == "open"
    assert audit(desk.db) == []


def test_an_entry_that_is_a_list_itself_fails_and_a_link_to_it_is_shown(desk: Desk) -> None:
    parent, worker = asks(desk, 7, "best#1"), desk.worker()
    spread(desk, looked(desk), "inner")
    own = desk.asks(7, "inner")[0].request
    (lease,) = desk.claim(worker)
    listed(desk.db, lease, "{}", title="Inner", now=desk.clock.now())
    assert (desk.status(own).state, desk.status(parent).state) == ("listed", "failed")


def test_a_choice_without_a_link_means_what_was_shown_last(desk: Desk) -> None:
    request = asks(desk, 7, "look")
    assert lists.latest(desk.db, 7, 7, now=desk.clock.now()) is None
    listed(desk.db, looked(desk), "{}", title="A list", now=desk.clock.now())
    shown = lists.latest(desk.db, 7, 7, now=desk.clock.now())
    assert (desk.status(request).url, shown and shown.key) == (shown and shown.url, "url:list")
    assert lists.latest(desk.db, 7, 8, now=desk.clock.now()) is None
    desk.clock.skip(lists.MEANT)
    assert lists.latest(desk.db, 7, 7, now=desk.clock.now()) is None


def test_what_is_encoded_anew_waits_behind_no_download(desk: Desk) -> None:
    for variant in ("best!", "best@1-2!", "720p"):
        asks(desk, 7, variant)
    worker = desk.worker()
    assert [one.link.variant for one in desk.claim(worker, 9)] == ["720p"]
    (lease,) = desk.claim(worker, 9, lane=Lane.ENCODE)
    leases.finish(desk.db, lease, now=desk.clock.now())
    assert len(desk.claim(worker, 9, lane=Lane.ENCODE)) == 1


def test_what_a_look_read_is_kept_for_minutes_and_for_one_way(desk: Desk) -> None:
    looks.keep(desk.db, "k", "direct", b"body", now=desk.clock.now())
    found = [looks.find(desk.db, "k", way, now=desk.clock.now()) for way in ("direct", "tor")]
    assert found == [b"body", b""]
    desk.clock.skip(looks.LASTS)
    assert looks.find(desk.db, "k", "direct", now=desk.clock.now()) == b""
    assert looks.prune(desk.db, now=desk.clock.now()) == 1


def test_an_album_of_chosen_parts_is_not_looked_at_twice(desk: Desk) -> None:
    asks(desk, 7, "best#1,3")
    lists.give_variant(desk.db, looked(desk), "best#1,3", now=desk.clock.now())
    (lease,) = desk.claim(desk.worker())
    assert (lease.link.variant, lease.kind) == ("best#1,3", "fetch")
