"""A broadcast by the real stack: written in the chat, and everybody gets it once, whoever is killed
meanwhile."""

import asyncio
import random
import statistics
from collections.abc import Awaitable, Callable

import pytest

from procs.core import clock
from procs.records.broadcast_records import Broadcast, BroadcastState
from procs.store.broadcasts import broadcasts, recipients
from tests import store_broadcasts
from tests.process.conftest import ADMIN, PATIENCE, gets
from tests.sandbox.person import Message, Person
from tests.sandbox.stack import CLIP, Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")
Meets = Callable[..., Awaitable[Person]]
#: Messages a second that the budget allows.
RATE = 25
#: Deliveries of a media that Telegram has before the broadcast begins, and seconds by which the
#: middle one beside it may be later; of those a tenth meets a worker that is killed.
ALONE, DELAY = 15, 1.0
#: Seconds within which nine in ten come, on a machine that does much else: a broadcast of the long
#: test takes 800.
BESIDE = 10.0
HOLDER = "SELECT w.pid FROM jobs j JOIN workers w ON w.id = j.worker WHERE j.kind = 'broadcast'"


def read(stack: Stack, number: int) -> Broadcast:
    found = broadcasts.read(stack.db, number)
    assert found is not None
    return found


async def confirmed(stack: Stack, text: str) -> tuple[Person, Message, int]:
    """The admin writes a text for who reads Persian, at any hour, and confirms it twice: the page
    of the broadcast, and its number."""
    admin = await stack.telegram.person(ADMIN)
    await admin.sends("/broadcast")
    page = await admin.sees(lambda m: m.button("➕"), last=True, timeout=PATIENCE)
    await admin.presses("➕", page)
    await admin.sees_edit(page, "Send me the message", timeout=PATIENCE)
    sent = await admin.sends(text)
    page = await admin.sees(lambda m: m.reply == sent.id, timeout=PATIENCE)
    await admin.presses("🌐", page)
    page = await admin.sees_edit(page, "Persian only", timeout=PATIENCE)
    await admin.presses("🌙", page)
    page = await admin.sees_edit(page, "☀️", timeout=PATIENCE)
    await admin.presses("📢 Send it", page)
    page = await admin.sees_edit(page, "Sure that", timeout=PATIENCE)
    await admin.presses("✅", page)
    page = await admin.sees_edit(page, "going out", timeout=PATIENCE)
    return admin, page, broadcasts.latest(stack.db, 1)[0].id


async def killed_again_and_again(stack: Stack, number: int, kills: int, apart: float) -> None:
    """Kill the worker that carries the broadcast, and now and then the bot."""
    for kill in range(kills):
        await asyncio.sleep(random.uniform(0.2, 1.8) * apart)
        if read(stack, number).state is BroadcastState.DONE:
            return
        holder = stack.db.one(HOLDER)
        stack.kill(holder[0] if holder and kill % 4 else stack.pid("bot"))


async def everybody_once(stack: Stack, people: int, kills: int, apart: float) -> None:
    text = f"News for {people}"
    first, blocked, gone = await stack.telegram.crowd(people, blocked_each=10, gone_each=17)
    store_broadcasts.meet(stack.db, first, people, language="fa", now=clock.now())
    admin, _, number = await confirmed(stack, text)

    await killed_again_and_again(stack, number, kills, apart)
    patience = 2 * PATIENCE + 3 * people / RATE
    await stack.until(lambda: read(stack, number).state is BroadcastState.DONE, patience)

    got = await stack.telegram.crowd_got(first, people, text)
    assert got == {1: people - blocked - gone, 0: blocked + gone}
    counts = read(stack, number).counts
    assert (counts.blocked, counts.gone, counts.failed) == (blocked, gone, 0)
    assert recipients.unsettled(stack.db, number) == []
    report = await admin.sees(lambda m: is_report(m, number), timeout=PATIENCE)
    assert f"USER_IS_BLOCKED: {blocked:,}" in report.text
    assert len([m for m in await admin.history() if is_report(m, number)]) == 1


def is_report(message: Message, number: int) -> bool:
    words = message.text
    return f"Broadcast {number}: done" in words and "⏱ Took" in words and not message.buttons


async def test_a_killed_broadcast_reaches_everybody_once(healthy: Stack) -> None:
    await everybody_once(healthy, people=120, kills=3, apart=1.0)


async def kept(meets: Meets, link: str) -> float:
    """Seconds from a link that Telegram has to its media, for somebody new."""
    person = await meets()
    sent = await person.sends(link)
    media = await gets(person, sent, patience=4 * PATIENCE)
    return media.at - sent.at


@pytest.mark.long
async def test_what_was_sent_is_paused_resumed_cancelled_and_deleted(healthy: Stack) -> None:
    people, text = 400, "Wrong news"
    first, *_ = await healthy.telegram.crowd(people)
    store_broadcasts.meet(healthy.db, first, people, language="fa", now=clock.now())
    admin, page, number = await confirmed(healthy, text)
    await healthy.until(lambda: read(healthy, number).counts.sent > 20)

    await admin.presses("⏸", page)
    page = await admin.sees_edit(page, "paused", timeout=PATIENCE)
    await healthy.until(lambda: not broadcasts.is_carried(healthy.db, number))
    held = read(healthy, number).counts.sent
    assert held < people
    await admin.presses("▶️", page)
    page = await admin.sees_edit(page, "going out", timeout=PATIENCE)
    await healthy.until(lambda: read(healthy, number).counts.sent > held)

    await admin.presses("⏹", page)
    page = await admin.sees_edit(page, "Sure?", timeout=PATIENCE)
    await admin.presses("✅", page)
    page = await admin.sees_edit(page, "cancelled", timeout=PATIENCE)
    await healthy.until(lambda: not broadcasts.is_carried(healthy.db, number))
    counts = read(healthy, number).counts
    got = await healthy.telegram.crowd_got(first, people, text)
    assert got == {1: counts.sent, 0: people - counts.sent}

    await admin.presses("🗑", page)
    page = await admin.sees_edit(page, "Sure?", timeout=PATIENCE)
    await admin.presses("✅", page)
    await healthy.until(lambda: read(healthy, number).state is BroadcastState.DELETED)
    assert await healthy.telegram.crowd_got(first, people, text) == {0: people}
    assert read(healthy, number).counts.deleted == counts.sent


# It comes last: its people are in every later broadcast too.
@pytest.mark.long
async def test_thirty_kills_leave_twenty_thousand_with_one_message_each(
    healthy: Stack, meets: Meets
) -> None:
    link = healthy.url(f"{CLIP}?beside")
    first = await meets()
    await gets(first, await first.sends(link))
    alone = [await kept(meets, link) for _ in range(ALONE)]
    work = asyncio.create_task(everybody_once(healthy, people=20_000, kills=30, apart=20.0))
    beside = []
    while not work.done():
        beside.append(await kept(meets, link))
        await asyncio.wait([work], timeout=5.0)
    await work
    delay = statistics.median(beside) - statistics.median(alone)
    print(f"alone {sorted(alone)} beside {sorted(beside)} delay {delay:.3f}")
    assert delay <= DELAY, (alone, beside)
    assert sorted(beside)[round(0.9 * (len(beside) - 1))] < BESIDE, beside
