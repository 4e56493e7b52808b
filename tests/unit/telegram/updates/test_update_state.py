"""Every order of push, answer and difference, with right and wrong counts: nobody is lost."""

from collections.abc import Iterator
from itertools import chain, combinations, permutations, product
from typing import Any

import pytest
from pyrogram.raw import functions, types

from procs.telegram.updates.update_contents import COMMON
from procs.telegram.updates.update_sequence import DOUBT
from tests.sandbox.updates_model import FIRST, Bot, Event, Server, events, packed

STORIES = [
    events("message", "delete", "message"),
    events("message", "delete"),
    events("delete", "message"),
    events("message", "send", "message", "edit"),
    events("send", "message", "delete", "message"),
    events("message", "message", "message", "message"),
]
#: Of a delete: what the answer counts, what its push counts. The second is a server that was met.
COUNTS = [(1, 1), (2, 0), (0, 2), (0, 0), (2, 2), (3, 1)]


def orders(server: Server) -> Iterator[list[Any]]:
    return (list(order) for order in permutations(server.pushes()))


def wanted(story: list[Event]) -> set[int]:
    return {event.id for event in story if event.kind == "message"}


@pytest.mark.parametrize("story", STORIES, ids=lambda story: "-".join(e.kind for e in story))
@pytest.mark.parametrize("counts", COUNTS, ids=str)
@pytest.mark.parametrize("asks", ["at once", "at the end", "in slices"])
def test_no_order_loses_a_message(story, counts, asks):
    for order in orders(Server(story, counts)):
        bot = Bot(Server(story, counts))
        for query, what in order:
            bot.takes(query, what)
            if asks != "at the end":
                bot.asks(1 if asks == "in slices" else 100)
        bot.asks()
        assert set(bot.heard) == wanted(story), order
        assert bot.stream.boxes[COMMON].place <= FIRST + len(story) + 2


@pytest.mark.parametrize("story", STORIES, ids=lambda story: "-".join(e.kind for e in story))
@pytest.mark.parametrize("counts", COUNTS, ids=str)
@pytest.mark.parametrize("pace", [0.0, DOUBT / 3, 2 * DOUBT])
def test_pushes_that_never_come_are_found_at_the_next_connection(story, counts, pace):
    """Whatever is lost together with a connection: the new one asks."""
    for order in orders(Server(story, counts)):
        for kept in subsets(order):
            bot = Bot(Server(story, counts))
            for query, what in kept:
                bot.takes(query, what)
                bot.asks()
                bot.now += pace
            bot.connects_anew()
            assert set(bot.heard) == wanted(story), kept


@pytest.mark.parametrize("counts", [(1, 1), (2, 0), (0, 0)], ids=str)
def test_a_push_that_never_comes_is_found_with_the_next_event(counts):
    story = events("message", "delete", "message", "message")
    server = Server(story, counts)
    *early, last = server.pushes()
    for order, kept in ((o, k) for o in permutations(early) for k in subsets(list(o))):
        bot = Bot(server)
        for query, what in (*kept, last):
            bot.now += DOUBT * 2
            bot.takes(query, what)
            bot.asks()
        assert set(bot.heard) == wanted(story), (order, kept)


@pytest.mark.parametrize("counts", COUNTS, ids=str)
def test_what_is_pushed_twice_or_in_one_container_is_heard(counts):
    story = events("message", "delete", "message")
    server = Server(story, counts)
    for order in permutations([*server.pushes(), server.pushes()[0]]):
        bot = Bot(server)
        for query, what in order:
            bot.takes(query, what)
        bot.asks()
        assert set(bot.heard) == wanted(story)
    pushed = [what.updates[0] for query, what in server.pushes() if query is None]
    for some in permutations(pushed):
        bot = Bot(server)
        bot.takes(None, packed(*some))
        bot.asks()
        assert set(bot.heard) == wanted(story)


def subsets(items: list[Any]) -> Iterator[list[Any]]:
    sizes = range(len(items) + 1)
    return (list(some) for some in chain.from_iterable(combinations(items, n) for n in sizes))


# --- numbers that nothing can be held against --------------------------------------------------


def read(number: int, count: int) -> tuple[Any, Any]:
    """The answer to a call of ours that may stand for any number of events."""
    answer = types.messages.AffectedMessages(pts=number, pts_count=count)
    return functions.messages.ReadHistory, answer


@pytest.mark.parametrize("slice_of", [1, 100])
@pytest.mark.parametrize("pace", [0.0, DOUBT / 3])
def test_what_a_count_went_past_is_found_at_the_next_connection(pace, slice_of):
    story = events("message", "message", "read", "message")
    server = Server(story)
    one, two, _, last = server.pushes()
    for count in range(4):
        for order in permutations([one, two, read(FIRST + 3, count), last]):
            for kept in subsets(list(order)):
                bot = Bot(server)
                for query, what in kept:
                    bot.takes(query, what)
                    bot.now += pace
                bot.connects_anew(slice_of)
                assert set(bot.heard) == wanted(story), (count, kept)


def test_a_message_that_comes_late_has_the_rest_asked_for():
    server = Server(events("message", "message", "read"))
    bot = Bot(server)
    bot.takes(*read(FIRST + 3, 3))
    assert not bot.stream.misses(COMMON)
    bot.takes(*server.pushes()[1])
    bot.asks()
    assert set(bot.heard) == {11, 12}


def test_a_repeated_push_has_nothing_asked_for():
    server = Server(events("message", "message"))
    bot = Bot(server)
    for query, what in [*server.pushes(), *server.pushes()]:
        bot.takes(query, what)
    assert (set(bot.heard), bot.stream.misses(COMMON)) == ({11, 12}, False)


# --- at a right server ---------------------------------------------------------------------------


def test_in_order_nothing_is_asked_for():
    bot = Bot(Server(STORIES[4]))
    for query, what in bot.server.pushes():
        bot.takes(query, what)
        bot.asks()
    assert (bot.asked, bot.stream.boxes[COMMON].place) == (0, FIRST + 4)


def test_a_gap_that_fills_itself_is_not_asked_for():
    bot = Bot(Server(events("message", "message", "message")))
    first, second, third = bot.server.pushes()
    for query, what in (third, second):
        bot.takes(query, what)
        assert bot.stream.misses(COMMON)
    bot.takes(*first)
    assert not bot.stream.misses(COMMON)
    assert bot.stream.boxes[COMMON].place == FIRST + 3
    assert set(bot.heard) == {11, 12, 13}


def test_an_event_that_counts_nothing_beyond_our_place_is_a_gap():
    bot = Bot(Server(events("message", "delete")))
    bot.takes(None, packed(Event("delete", FIRST + 2).update(0)))
    assert bot.stream.misses(COMMON)
    assert bot.stream.boxes[COMMON].place == FIRST


def test_our_own_answer_brings_others_messages_along():
    """Telegram may put a person's message into the updates that answer our own call."""
    bot = Bot(Server(events("message", "send")))
    person, own = (event.update(1) for event in bot.server.events)
    bot.takes(functions.messages.SendMessage, packed(person, own))
    assert bot.heard == [11]
    assert not bot.stream.misses(COMMON)


@pytest.mark.parametrize(("first", "second"), list(product([True, False], repeat=2)))
def test_a_difference_that_races_pushes_keeps_the_furthest_place(first, second):
    server = Server(events("message", "message", "message"))
    bot = Bot(server)
    one, two, three = server.pushes()
    bot.takes(*(two if first else three))
    asking = bot.stream.ask(COMMON)
    early = Server(server.events[: 2 if first else 3]).answer(asking)
    if second:
        bot.takes(*one)
        bot.takes(*three)
    bot.hears(bot.stream.differs(asking, early, now=0.0))
    bot.takes(*three)
    bot.asks()
    assert set(bot.heard) == {11, 12, 13}
    assert bot.stream.boxes[COMMON].place == 13
