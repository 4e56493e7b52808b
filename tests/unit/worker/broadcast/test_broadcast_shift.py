"""A broadcast job in a worker's own loop, against the loopback Telegram: what ends or delays it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, cast

import pytest

from procs.core import clock
from procs.core.night_hours import NightHours
from procs.errors import NotNow, TelegramWait
from procs.records.broadcast_records import (
    Broadcast,
    BroadcastContent,
    BroadcastItem,
    BroadcastState,
)
from procs.records.job import Lane, Lease
from procs.records.job import Person as Known
from procs.store.broadcasts import broadcasts, recipients
from procs.store.broadcasts.broadcasts import NewBroadcast
from procs.store.health import workers
from procs.store.jobs import leases
from procs.store.people import users
from procs.telegram.delivery.broadcast_sender import method
from procs.telegram.pace import Pace
from procs.worker.broadcast import broadcast_sends, broadcast_shift
from procs.worker.process.context import WorkerContext
from procs.worker.process.progress_writer import ProgressWriter
from tests import store_broadcasts
from tests.unit.telegram.delivery.test_broadcast_sender import content, photos

__all__ = ["photos"]

#: The call that sends a text.
SEND = "messages.sendMessage"


@pytest.fixture
async def context(settings, db, courier) -> AsyncIterator[WorkerContext]:
    worker = workers.enter(db, "w00-1", now=clock.now())
    engine = cast(Any, None)
    facts = (settings, db, worker, "w00-1", ProgressWriter(db), engine, courier, Pace(db))
    return WorkerContext(*facts)


@pytest.fixture
async def crowd(tg, db) -> int:
    """Forty people of the server: the first of them."""
    first, *_ = await tg.crowd(40)
    store_broadcasts.meet(db, first, 40, now=clock.now())
    return first


def claimed(context: WorkerContext) -> Lease:
    (lease,) = leases.claim(
        context.db, worker=context.worker, lane=Lane.LIGHT, room=1, now=clock.now()
    )
    return lease


def read(context: WorkerContext, number: int) -> Broadcast:
    found = broadcasts.read(context.db, number)
    assert found is not None
    return found


async def test_everybody_of_a_crowd_gets_it(tg, context, crowd):
    number = store_broadcasts.begin(context.db, "Hello", now=clock.now())
    await broadcast_shift.broadcast(context, claimed(context))
    assert read(context, number).state is BroadcastState.DONE
    assert await tg.crowd_got(crowd, 40, "Hello") == {1: 40}
    assert await tg.violations() == []


async def test_a_flood_wait_ends_the_shift_and_nobody_is_lost_or_told_twice(tg, context, crowd):
    number = store_broadcasts.begin(context.db, "Hello", now=clock.now())
    await tg.fails(SEND, "FLOOD_WAIT_30", skip=10)
    with pytest.raises(TelegramWait) as told:
        await broadcast_shift.broadcast(context, claimed(context))
    assert told.value.seconds == 30
    found = read(context, number)
    assert found.why == broadcast_shift.FLOOD
    assert 25 < (found.rests_until or 0) - clock.now().wall < 31
    await broadcast_sends.SendRun(context, found, float("inf"), float("inf")).run()
    assert await tg.crowd_got(crowd, 40, "Hello") == {1: 40}


async def test_a_message_that_telegram_refuses_stands_after_some(tg, context, crowd):
    number = store_broadcasts.begin(context.db, "Hello", now=clock.now())
    await tg.fails(SEND, "400 BUTTON_URL_INVALID", times=1000)
    await broadcast_shift.broadcast(context, claimed(context))
    found = read(context, number)
    assert (found.state, found.why) == (BroadcastState.PAUSED, "BUTTON_URL_INVALID")
    assert broadcast_sends.REFUSALS <= found.counts.failed < 40
    assert recipients.reasons(context.db, number, 3) == [
        ("BUTTON_URL_INVALID", found.counts.failed)
    ]


async def test_who_never_began_a_chat_is_no_reason_to_stop(tg, context, crowd, db):
    store_broadcasts.meet(db, 1000, 50, now=clock.now())
    number = store_broadcasts.begin(db, "Hello", now=clock.now())
    await broadcast_shift.broadcast(context, claimed(context))
    counts = read(context, number).counts
    assert (counts.sent, counts.failed) == (40, 50)
    assert read(context, number).state is BroadcastState.DONE


async def test_it_rests_at_night_until_the_morning(tg, context, crowd):
    hour = int(clock.now().wall // 3600 % 24)
    night = NightHours(hour, (hour + 2) % 24)
    content = BroadcastContent(1, 0, (BroadcastItem(1, "Hello"),))
    new = NewBroadcast(1, 0, content, store_broadcasts.EVERYBODY, 40, 0.0)
    number = broadcasts.add(context.db, new, now=clock.now())
    context.settings = replace(context.settings, broadcast_night=night)
    with pytest.raises(NotNow) as told:
        await broadcast_shift.further(context, read(context, number), clock.now().boot + 60)
    assert 3600 <= told.value.seconds <= 7200
    assert read(context, number).why == broadcast_shift.AT_NIGHT
    assert await tg.crowd_got(crowd, 40, "Hello") == {0: 40}


async def test_a_cancelled_task_leaves_what_the_next_finishes(tg, context, crowd):
    number = store_broadcasts.begin(context.db, "Hello", now=clock.now())
    task = asyncio.create_task(broadcast_shift.broadcast(context, claimed(context)))
    await tg.called(SEND, 12)
    task.cancel()
    await asyncio.wait({task})
    assert 0 < read(context, number).counts.sent < 40
    await broadcast_sends.SendRun(context, read(context, number), float("inf"), float("inf")).run()
    assert await tg.crowd_got(crowd, 40, "Hello") == {1: 40}
    assert read(context, number).counts.sent == 40


async def test_what_was_sent_is_deleted_at_everybody_though_a_worker_dies_over_it(
    tg, context, crowd, monkeypatch
):
    """What is older than Telegram allows stays, and is not counted as deleted."""
    monkeypatch.setattr(broadcast_shift, "DELETE_GAP", 0.0)
    monkeypatch.setattr(recipients, "DELETE_BITE", 10)
    number = store_broadcasts.begin(context.db, "Wrong", now=clock.now())
    await broadcast_shift.broadcast(context, claimed(context))
    with context.db.write():
        old = {"at": clock.now().wall - 49 * 3600, "before": crowd + 5}
        context.db.change("UPDATE broadcast_sends SET at = :at WHERE person < :before", old)
    broadcasts.move(context.db, number, BroadcastState.DELETING, now=clock.now())
    hold = await tg.holds("messages.deleteMessages", done=True, skip=1)
    task = asyncio.create_task(broadcast_shift.take_back(context, read(context, number)))
    await hold.reached()
    task.cancel()
    await asyncio.wait({task})
    await hold.release()
    assert read(context, number).counts.deleted == 10

    await broadcast_shift.broadcast(context, claimed(context))

    found = read(context, number)
    assert (found.state, found.counts.deleted) == (BroadcastState.DELETED, 35)
    assert await tg.crowd_got(crowd, 40, "Wrong") == {0: 35, 1: 5}


@pytest.mark.parametrize("forward", [False, True])
async def test_an_album_reaches_each_person_once_though_its_worker_dies(
    tg, context, courier, ali, sara, photos, forward
):
    """Whoever carries it goes on at the rows, under the same random ids."""
    olga = await tg.person("Olga")
    for person in (olga, sara):
        await person.starts()
    sent = [await olga.sends("Trip" * (not n), photo=p, group=9) for n, p in enumerate(photos)]
    what = replace(await content(tg, courier, olga, *sent), forward=forward)
    for person in (ali, sara):
        access = tg.world.access_hash(tg.bot, person.id)
        users.remember(context.db, Known(person.id, "en", "", access), now=clock.now())
    new = NewBroadcast(1, 0, what, store_broadcasts.EVERYBODY, 2, 0.0, night=False)
    number = broadcasts.add(context.db, new, now=clock.now())
    hold = await tg.holds(method(what), done=True)
    task = asyncio.create_task(broadcast_shift.broadcast(context, claimed(context)))
    await hold.reached()
    task.cancel()
    await asyncio.wait({task})
    await hold.release()

    await broadcast_sends.SendRun(context, read(context, number), float("inf"), float("inf")).run()

    assert read(context, number).counts.sent == 2
    for person in (ali, sara):
        got = [m for m in await person.chat() if m.media]
        assert [m.text for m in got] == ["Trip", "", ""]
        assert len({m.group for m in got}) == 1
        assert {bool(m.forwarded) for m in got} == {forward}
