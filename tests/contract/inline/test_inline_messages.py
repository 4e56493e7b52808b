"""An inline message has one request, and shows one thing at a time."""

import os
import signal
from multiprocessing import get_context

import pytest

from procs.records.inline_records import InlineTarget
from procs.records.job import Lane, Link, Person
from procs.store.inline import inline_messages
from procs.store.inline.inline_messages import InlineAsk
from procs.store.jobs import outcomes
from procs.store.requests.allowances import Allowance
from tests.contract.conftest import Clock, Desk
from tests.contract.place import Place

FORK = get_context("fork")
LINK = Link("https://site.example/a", "site.example", "url:a")
MANY = Allowance(100, 50)
ASK = InlineAsk(Person(7, "fa", "Ali", 99), InlineTarget(2, 5, 6, 1), LINK, "token", "chaparbot")


def accept(desk: Desk, ask: InlineAsk = ASK, allowance: Allowance = MANY):
    return inline_messages.accept(desk.db, ask, allowance=allowance, now=desk.clock.now())


def test_a_message_that_is_told_again_has_one_request(desk: Desk):
    first, again = accept(desk), accept(desk)
    assert (first.outcome, again.outcome, again.request) == ("queued", "again", first.request)


def test_two_messages_of_one_link_share_a_download(desk: Desk):
    other = InlineAsk(ASK.person, InlineTarget(2, 5, 7, 1), LINK, "token", "chaparbot")
    first, second = accept(desk), accept(desk, other)
    assert (second.outcome, second.job) == ("joined", first.job)


def test_after_a_failure_it_may_be_asked_for_once_more(desk: Desk):
    first = accept(desk)
    (lease,) = desk.claim(desk.worker())
    outcomes.fail(desk.db, lease, error="gone", say="failed-gone", now=desk.clock.now())
    second = accept(desk)
    assert (second.outcome, second.request != first.request) == ("queued", True)


def test_what_is_refused_leaves_no_request(desk: Desk):
    accept(desk)
    other = InlineAsk(ASK.person, InlineTarget(2, 5, 7, 1), LINK, "token", "chaparbot")
    refused = accept(desk, other, Allowance(1, 1))
    assert (refused.request, refused.outcome) == (0, "full")


def test_its_request_names_the_message_in_parts(desk: Desk):
    found = inline_messages.of_request(desk.db, accept(desk).request)
    assert found is not None
    assert (found.target, found.private) == (ASK.target, "https://t.me/chaparbot?start=token")


def test_a_request_of_a_chat_has_no_inline_message(desk: Desk):
    (done,) = desk.asks(7, "a")
    assert inline_messages.of_request(desk.db, done.request) is None


def test_no_progress_is_written_once_the_media_is_being_put_there(desk: Desk):
    accept(desk)
    until = desk.clock.wall + 16
    assert inline_messages.edits(desk.db, 1, until=until)
    assert inline_messages.places(desk.db, 1) == until
    assert not inline_messages.edits(desk.db, 1, until=until)
    inline_messages.note_edit_end(desk.db, 1)
    assert inline_messages.edits_until(desk.db, 1) == 0.0


def test_what_is_fetched_anew_shows_progress_again(desk: Desk):
    accept(desk)
    inline_messages.places(desk.db, 1)
    inline_messages.shows_again(desk.db, 1)
    assert inline_messages.edits(desk.db, 1, until=desk.clock.wall + 16)


def test_the_board_of_chats_does_not_see_it(desk: Desk):
    accept(desk)
    assert desk.open_statuses() == []


def dies(place: Place, clock: Clock, at: int) -> None:
    """Accept a choice, and be killed at its `at`-th statement."""
    db = place.open()
    change, left = db.change, iter(range(at))

    def counted(*args):
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return change(*args)

    db.change = counted
    inline_messages.accept(db, ASK, allowance=MANY, now=clock.now())


@pytest.mark.parametrize("at", range(4))
def test_a_kill_while_it_is_accepted_leaves_all_of_it_or_nothing(place: Place, clock: Clock, at):
    child = FORK.Process(target=dies, args=(place, clock, at))
    child.start()
    child.join()
    db = place.open()
    counts = [db.one(f"SELECT COUNT(*) FROM {name}")[0] for name in ("requests", "jobs")]
    assert counts in ([0, 0], [1, 1])
    done = inline_messages.accept(db, ASK, allowance=MANY, now=clock.now())
    assert done.request
    assert db.one("SELECT COUNT(*) FROM requests")[0] == 1
    db.close()


def test_its_job_goes_to_a_worker_like_any_other(desk: Desk):
    done = accept(desk)
    (lease,) = desk.claim(desk.worker(), lane=Lane.HEAVY)
    assert lease.job == done.job
