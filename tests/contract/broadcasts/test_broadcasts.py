"""Broadcasts in the store: their position, who carries one, and what may be done with it."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procs.records.broadcast_records import BroadcastState, Segment, SendState
from procs.records.job import Lane, Person
from procs.store.broadcasts import broadcasts, recipients
from procs.store.broadcasts.recipients import SendOutcome
from procs.store.jobs import leases, pauses, recovery
from procs.store.people import bans, users
from procs.store.sponsors import sponsor_rows, sponsor_visits
from tests import store_broadcasts

FIRST, PEOPLE = 100, 25


@pytest.fixture
def begun(db, clock):
    """A broadcast to 25 people, and its number."""
    store_broadcasts.meet(db, FIRST, PEOPLE, now=clock.now())
    return store_broadcasts.begin(db, "News", now=clock.now())


def outcome(person: int, state: SendState = SendState.SENT) -> SendOutcome:
    return SendOutcome(person, state, 1.0, (person,) if state is SendState.SENT else (), "X")


class Telegram:
    """A server that makes one message for each random id."""

    def __init__(self) -> None:
        self.messages: dict[int, int] = {}

    def send(self, one: recipients.Recipient) -> None:
        self.messages.setdefault(one.random_id, one.person)


STEPS = st.lists(st.sampled_from(["plan", "send", "note", "crash"]), max_size=60)


SHARED = [HealthCheck.function_scoped_fixture]


@settings(max_examples=60, deadline=None, suppress_health_check=SHARED)
@given(steps=STEPS, bite=st.integers(1, 9))
def test_everybody_gets_one_message_whatever_dies_between_which_steps(
    db, clock, begun, steps, bite
):
    """`crash` forgets all that a process knows; then whoever comes sends to an end."""
    number = store_broadcasts.begin(db, "News", now=clock.now())
    telegram, waiting, sent = Telegram(), [], []
    for step in [*steps, "crash", *["plan", "send", "note"] * (PEOPLE + 1)]:
        if step == "plan" and not waiting:
            waiting = recipients.plan(db, number, bite, now=clock.now())
        elif step == "send" and waiting:
            telegram.send(waiting[0])
            sent.append(waiting.pop(0))
        elif step == "note" and sent:
            recipients.note(db, number, [outcome(one.person) for one in sent])
            sent = []
        elif step == "crash":
            waiting, sent = recipients.unsettled(db, number), []
    assert sorted(telegram.messages.values()) == list(range(FIRST, FIRST + PEOPLE))
    assert broadcasts.read(db, number).counts.sent == PEOPLE


def test_an_outcome_counts_once(db, clock, begun):
    found = recipients.plan(db, begun, 10, now=clock.now())
    outcomes = [outcome(one.person) for one in found]
    recipients.note(db, begun, outcomes)
    recipients.note(db, begun, [outcome(one.person, SendState.FAILED) for one in found])
    known = broadcasts.read(db, begun)
    assert (known.counts.sent, known.counts.failed) == (10, 0)


def test_who_blocked_the_bot_is_left_out_of_the_next_until_they_write(db, clock, begun):
    recipients.plan(db, begun, 10, now=clock.now())
    lost = {FIRST: SendState.BLOCKED, FIRST + 1: SendState.GONE, FIRST + 2: SendState.FAILED}
    recipients.note(db, begun, [outcome(*one) for one in lost.items()])
    assert recipients.count(db, Segment(), now=clock.now()) == PEOPLE - 2
    assert recipients.reasons(db, begun, 3) == [("X", 3)]

    users.remember(db, Person(FIRST, "en"), now=clock.now())
    assert recipients.count(db, Segment(), now=clock.now()) == PEOPLE - 1


def test_who_is_banned_or_paused_is_neither_counted_nor_planned(db, clock, begun):
    ban = {"reason": "", "by": 1, "now": clock.now()}
    bans.begin(db, FIRST, until=None, **ban)
    bans.begin(db, FIRST + 1, until=clock.now().wall + 60, **ban)
    bans.begin(db, FIRST + 2, until=clock.now().wall - 60, **ban)
    with db.write():
        for scope in (pauses.user(FIRST + 3), pauses.site(str(FIRST + 4))):
            pauses.begin(db, scope, why="", now=clock.now())

    assert recipients.count(db, Segment(), now=clock.now()) == PEOPLE - 3
    planned = {one.person for one in recipients.plan(db, begun, PEOPLE, now=clock.now())}
    assert planned == {FIRST + 2, *range(FIRST + 4, FIRST + PEOPLE)}


def test_a_segment_is_by_language_and_by_when_somebody_was_seen(db, clock):
    store_broadcasts.meet(db, 1, 4, language="fa", now=clock.now())
    store_broadcasts.meet(db, 11, 3, language="fa-latn", now=clock.now())
    clock.skip(8 * recipients.DAY)
    store_broadcasts.meet(db, 21, 5, now=clock.now())
    counts = {
        segment: recipients.count(db, segment, now=clock.now())
        for segment in (Segment(), Segment("fa"), Segment("en"), Segment("", 7), Segment("fa", 9))
    }
    assert list(counts.values()) == [12, 7, 5, 5, 7]
    number = store_broadcasts.begin(db, "x", segment=Segment("fa"), now=clock.now())
    found = recipients.plan(db, number, 100, now=clock.now())
    assert [one.person for one in found] == [1, 2, 3, 4, 11, 12, 13]


def test_who_joined_a_sponsor_by_the_bot_and_is_there_still_is_a_segment(db, clock):
    store_broadcasts.meet(db, 1, 6, language="fa", now=clock.now())
    named = {"access": 0, "nick": "", "own": False, "link": "x"}
    news, films = (
        sponsor_rows.add(db, {"chat": -n, "title": title, **named}, now=clock.now())
        for n, title in enumerate(("News", "Films"), 1)
    )
    for sponsor, person in ((news, 2), (news, 3), (news, 4), (news, 6), (films, 5)):
        sponsor_visits.note_shown(db, sponsor.id, person, now=clock.now())
        sponsor_visits.note_joined(db, sponsor, person, "", now=clock.now())
    sponsor_visits.note_shown(db, news.id, 1, now=clock.now())
    sponsor_visits.note_left(db, news.id, 4, now=clock.now())
    bans.begin(db, 6, until=None, reason="", by=1, now=clock.now())
    of_news = Segment(sponsor=news.id)

    assert recipients.count(db, of_news, now=clock.now()) == 2
    assert recipients.count(db, Segment("en", sponsor=news.id), now=clock.now()) == 0
    number = store_broadcasts.begin(db, "x", segment=of_news, now=clock.now())
    bites = [recipients.plan(db, number, 1, now=clock.now()) for _ in range(3)]
    assert [[one.person for one in bite] for bite in bites] == [[2], [3], []]
    found = broadcasts.read(db, number)
    assert found is not None
    assert found.segment == of_news
    sponsor_rows.remove(db, films.id)
    assert recipients.count(db, Segment(sponsor=films.id), now=clock.now()) == 0


def test_one_worker_carries_it_and_another_takes_over(db, clock, desk, begun):
    first, second = desk.worker("w00-1"), desk.worker("w01-2")
    (lease,) = desk.claim(first, room=8, lane=Lane.LIGHT)
    assert lease.broadcast == begun
    assert desk.claim(second, room=8, lane=Lane.LIGHT) == []
    clock.skip(leases.LEASE + 1)
    recovery.reap(db, now=clock.now())
    (taken,) = desk.claim(second, room=8, lane=Lane.LIGHT)
    assert (taken.broadcast, taken.fence > lease.fence) == (begun, True)


def test_who_resumes_it_while_its_job_ends_has_a_job(db, clock, desk, begun):
    worker = desk.worker()
    (lease,) = desk.claim(worker, lane=Lane.LIGHT)
    broadcasts.move(db, begun, BroadcastState.PAUSED, now=clock.now())
    broadcasts.move(db, begun, BroadcastState.RUNNING, now=clock.now())
    assert not broadcasts.leave(db, lease, begun, now=clock.now())

    broadcasts.move(db, begun, BroadcastState.PAUSED, now=clock.now())
    assert broadcasts.leave(db, lease, begun, now=clock.now())
    broadcasts.move(db, begun, BroadcastState.RUNNING, now=clock.now())
    assert [one.broadcast for one in desk.claim(worker, lane=Lane.LIGHT)] == [begun]


def test_what_a_state_does_not_allow_changes_nothing(db, clock, begun):
    for to in (BroadcastState.DELETED, BroadcastState.RUNNING, BroadcastState.DELETING):
        assert broadcasts.move(db, begun, to, now=clock.now()) is None
    broadcasts.move(db, begun, BroadcastState.CANCELLED, now=clock.now())
    assert broadcasts.move(db, begun, BroadcastState.RUNNING, now=clock.now()) is None
    assert broadcasts.read(db, begun).state is BroadcastState.CANCELLED


def test_one_whose_job_is_over_by_itself_stands_until_somebody_resumes_it(db, clock, desk, begun):
    (lease,) = desk.claim(desk.worker(), lane=Lane.LIGHT)
    assert broadcasts.orphans(db, broadcasts.untold(db), now=clock.now()) == []
    leases.finish(db, lease, now=clock.now())
    assert broadcasts.orphans(db, broadcasts.untold(db), now=clock.now()) == [begun]
    known = broadcasts.read(db, begun)
    assert (known.state, known.why) == (BroadcastState.PAUSED, "job")


def test_a_deletion_whose_job_is_over_by_itself_gets_another(db, clock, desk, begun):
    broadcasts.move(db, begun, BroadcastState.CANCELLED, now=clock.now())
    broadcasts.move(db, begun, BroadcastState.DELETING, now=clock.now())
    worker = desk.worker()
    (lease,) = desk.claim(worker, lane=Lane.LIGHT)
    leases.finish(db, lease, now=clock.now())
    assert broadcasts.orphans(db, broadcasts.untold(db), now=clock.now()) == [begun]
    assert [one.broadcast for one in desk.claim(worker, lane=Lane.LIGHT)] == [begun]
    assert broadcasts.read(db, begun).state is BroadcastState.DELETING


def test_a_later_start_is_not_claimed_before(db, clock, desk):
    store_broadcasts.meet(db, FIRST, 1, now=clock.now())
    store_broadcasts.begin(db, "Later", start=clock.wall + 60, now=clock.now())
    worker = desk.worker()
    assert desk.claim(worker, lane=Lane.LIGHT) == []
    clock.skip(61)
    recovery.bring_due(db, now=clock.now())
    assert len(desk.claim(worker, lane=Lane.LIGHT)) == 1


def test_only_what_was_sent_within_the_limit_is_deleted(db, clock, begun):
    recipients.plan(db, begun, PEOPLE, now=clock.now())
    old = SendOutcome(FIRST, SendState.SENT, 1.0, (1,))
    new = SendOutcome(FIRST + 1, SendState.SENT, 100.0, (2, 3))
    lost = SendOutcome(FIRST + 2, SendState.FAILED, 100.0, (), "X")
    recipients.note(db, begun, [old, new, lost])
    rows = recipients.deletable(db, begun, after=0, since=50.0)
    assert rows == [(FIRST + 1, (2, 3))]
    recipients.note_deleted(db, begun, [FIRST + 1])
    recipients.note_deleted(db, begun, [FIRST + 1])
    assert broadcasts.read(db, begun).counts.deleted == 1
    assert recipients.deletable(db, begun, after=0, since=50.0) == []


def test_who_received_it_is_forgotten_when_a_broadcast_ended_long_ago(db, clock, begun):
    other = store_broadcasts.begin(db, "More", now=clock.now())
    for number in (begun, other):
        found = recipients.plan(db, number, PEOPLE, now=clock.now())
        recipients.note(db, number, [outcome(one.person) for one in found])
    broadcasts.move(db, begun, BroadcastState.DONE, now=clock.now())
    ended = clock.now().wall

    assert recipients.forget(db, before=ended - 1) == 0
    assert recipients.forget(db, before=ended + 1) == PEOPLE

    assert recipients.copies(db, begun, 3) == []
    assert broadcasts.read(db, begun).counts.sent == PEOPLE
    assert len(recipients.copies(db, other, PEOPLE)) == PEOPLE
