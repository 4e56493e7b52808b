"""When calls may go out: under limits that the loopback Telegram enforces, nothing is refused."""

import asyncio

import pytest

from procs.core import clock
from procs.core.clock import Now
from procs.errors import Crowded, TelegramWait
from procs.records.job import Part
from procs.store.database import Database, open_database
from procs.telegram.delivery.courier import Courier
from procs.telegram.delivery.send_once import ChatTarget
from procs.telegram.message_limits import LATE
from procs.telegram.pace import Pace, Urgency
from procs.telegram.server_clock import CLOCK
from procs.telegram.session.rpc import free
from tests.sandbox.uploads import a_file, heard

SEND = "messages.SendMedia"
GROUP = -55


@pytest.fixture
def pace(db: Database) -> Pace:
    return Pace(db)


async def leave(pace: Pace, chat: int, **more: object) -> None:
    facts = {"urgency": Urgency.DELIVERY, "patience": 30.0} | more
    await pace.leave(SEND, chat=chat, **facts)


async def timed(pace: Pace, chat: int, **more: object) -> float:
    loop = asyncio.get_running_loop()
    began = loop.time()
    await leave(pace, chat, **more)
    return loop.time() - began


def test_a_wait_that_is_stored_while_the_machines_clock_is_ahead_lasts_no_longer_for_that(
    pace, monkeypatch
):
    real, own = clock.now, clock.own_wall
    CLOCK.learn(own() - clock.steady())
    with monkeypatch.context() as wrong:
        wrong.setattr(clock, "now", lambda: Now(real().wall + 7200.0, real().boot))
        wrong.setattr(clock, "own_wall", lambda: own() + 7200.0)
        pace.note(TelegramWait(5.0, SEND))
        assert 4.0 < pace.wait(SEND) <= 5.0
    assert 4.0 < pace.wait(SEND) <= 5.0


async def test_two_processes_stay_below_the_limits_together(tg, settings, db, tmp_path):
    """Two slots, each with its own connection to the store, as two workers are."""
    await tg.limits("messages.sendMedia", 30, 1.0)
    await tg.limits("messages.sendMedia", 5, 1.0, per_chat=True)
    people = [await tg.person(f"P{n}") for n in range(16)]
    for person in people:
        await person.starts()
    other = open_database(settings.database_url, run=settings.run)
    couriers = [Courier(settings, 0), Courier(settings, 1)]
    for courier in couriers:
        await courier.connect()
    reference = await couriers[0].upload(a_file(tmp_path, 1000), heard)

    async def deliver(number: int) -> None:
        one = number % 2
        person = people[number % len(people)]
        await leave(Pace((db, other)[one]), person.id)
        target = ChatTarget(person.id, tg.world.access_hash(tg.bot, person.id))
        part = Part(reference, "document", "x", 1)
        await couriers[one].send(target, part, number + 1, leave=free)

    await asyncio.gather(*(deliver(number) for number in range(64)))

    told = [call["result"] for call in await tg.calls("messages.sendMedia")]
    assert told == ["ok"] * 64
    for courier in couriers:
        await courier.close()
    other.close()


async def test_a_chat_takes_a_burst_and_then_one_a_second(pace):
    took = [await timed(pace, 7) for _ in range(5)]
    assert max(took[:4]) < 0.5
    assert 0.5 < took[4] < 2.5


async def test_a_wait_that_is_too_long_is_told_and_costs_nothing(pace):
    await leave(pace, GROUP, messages=20, patience=0.0)
    with pytest.raises(Crowded) as caught:
        await leave(pace, GROUP, patience=0.5)
    assert caught.value.scope == f"chat:{GROUP}"
    assert 55 < caught.value.seconds < 60


async def test_telegrams_waits_are_kept_and_never_shortened(pace, db):
    pace.note(TelegramWait(100, SEND))
    pace.note(TelegramWait(3, SEND))
    assert 99 < Pace(db).wait(SEND) <= 100
    with pytest.raises(TelegramWait):
        await leave(pace, 7, patience=5.0)
    assert pace.wait("messages.SendMessage") == 0


async def test_a_chats_own_wait_stops_only_that_chat(pace):
    pace.note(TelegramWait(100, "chat:7"))
    with pytest.raises(TelegramWait):
        await leave(pace, 7, patience=5.0)
    assert await timed(pace, 8) < 0.3


async def test_our_own_budget_is_no_wait_of_telegrams(pace):
    pace.note(Crowded(100, "chat:7"))
    assert pace.wait("chat:7") == 0


async def test_progress_edits_are_a_second_apart_over_a_restart(pace, db):
    facts = {"chat": 0, "urgency": Urgency.PROGRESS}
    assert await timed(pace, **facts) < 0.3
    assert await timed(Pace(db), **facts) > 0.6


async def test_deliveries_go_first_and_broadcasts_last(pace):
    order: list[Urgency] = []

    async def one(urgency: Urgency, chat: int) -> None:
        await leave(pace, chat, urgency=urgency)
        order.append(urgency)

    lesser = [one(urgency, 100 + urgency) for urgency in reversed(list(Urgency)[1:])]
    first = [one(Urgency.DELIVERY, chat) for chat in range(1, 21)]
    await leave(pace, 99, messages=50)  # the budget is behind: they all ask before one may go
    await asyncio.gather(*first, *lesser)
    assert order[:20] == [Urgency.DELIVERY] * 20
    assert order[-1] is Urgency.BROADCAST


async def test_a_command_passes_all_that_waits_in_its_chat(pace):
    answers = [asyncio.ensure_future(leave(pace, 7, urgency=Urgency.ANSWER)) for _ in range(12)]
    await asyncio.sleep(0.5)

    took = await timed(pace, 7, urgency=Urgency.COMMAND)

    assert took < 1.5
    assert sum(one.done() for one in answers) < 7
    for one in answers:
        one.cancel()
    await asyncio.wait(answers)


async def test_a_command_finds_room_in_a_group_that_others_have_filled(pace):
    await leave(pace, GROUP, messages=18, urgency=Urgency.ANSWER)
    with pytest.raises(Crowded):
        await leave(pace, GROUP, urgency=Urgency.ANSWER, patience=0.5)

    assert await timed(pace, GROUP, urgency=Urgency.COMMAND) < 20


async def test_who_waits_too_long_behind_others_of_a_chat_is_told(pace):
    answers = [asyncio.ensure_future(leave(pace, 7, urgency=Urgency.ANSWER)) for _ in range(9)]
    await asyncio.sleep(0)

    with pytest.raises(Crowded):
        await leave(pace, 7, urgency=Urgency.ANSWER, patience=0.5)

    for one in answers:
        one.cancel()
    await asyncio.wait(answers)


async def test_answers_leave_in_turns_by_chat(pace):
    order: list[int] = []

    async def one(chat: int) -> None:
        await leave(pace, chat, urgency=Urgency.ANSWER)
        order.append(chat)

    async with pace.all.turn("busy"):
        waits = [asyncio.ensure_future(one(chat)) for chat in (1, 1, 1, 1, 2, 3)]
        await asyncio.sleep(0.2)
    await asyncio.gather(*waits)

    assert sorted(order[:3]) == [1, 2, 3]


async def test_reactions_of_a_chat_keep_to_a_budget_of_their_own(db):
    pace = Pace(db)
    for _ in range(4):
        await pace.react(-5, 0.5)
    with pytest.raises(Crowded):
        await pace.react(-5, 0.5)
    await pace.react(-6, 0.5)
    assert db.all("SELECT 1 FROM departures") == []


async def test_messages_and_reactions_together_stay_below_the_limit_of_all(pace):
    """Whether Telegram counts a reaction as a message nobody knows."""
    speaking = [
        pace.leave(SEND, chat=1 + n, urgency=Urgency.DELIVERY, patience=30.0) for n in range(50)
    ]
    reacting = [pace.react(-1 - n, 30.0) for n in range(15)]
    places = sorted(one.until - LATE for one in await asyncio.gather(*reacting, *speaking))
    assert all(later - before >= 1.0 for before, later in zip(places, places[30:], strict=False))
