"""What is paid for and leaves late: it gives way, and takes a new place among all messages."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from functools import partial
from itertools import combinations

import pytest

from procs.config import Settings
from procs.core import clock
from procs.errors import Crowded
from procs.records.job import Part, Reference
from procs.store.database import Database, open_database
from procs.store.limits import send_budget
from procs.telegram.delivery.courier import Courier
from procs.telegram.delivery.send_once import ChatTarget
from procs.telegram.departure import Departure
from procs.telegram.message_limits import CHAT, CHAT_BURST, GLOBAL_GAP, LATE, bot_rules
from procs.telegram.pace import Pace, Urgency
from procs.telegram.session.rpc import WRITES, free
from tests.sandbox.person import Person
from tests.sandbox.telegram.server import Telegram
from tests.unit.conftest import TOKEN
from tests.unit.telegram.delivery.test_courier import a_file, heard
from tests.unit.telegram.delivery.test_delivery import photos, to

SEND = "messages.SendMedia"
Leave = Callable[[], Awaitable[Departure]]
Sender = Callable[[list[Person]], Awaitable[asyncio.subprocess.Process]]


@pytest.fixture
async def tg() -> AsyncIterator[Telegram]:
    async with Telegram(token=TOKEN, strict=True) as telegram:
        yield telegram


@pytest.fixture
async def reference(courier: Courier, tmp_path) -> Reference:
    return await courier.upload(a_file(tmp_path, 1000), heard)


async def deliver(
    tg: Telegram, courier: Courier, person: int, reference: Reference, **more: object
) -> int | None:
    target = ChatTarget(person, tg.world.access_hash(tg.bot, person), more.pop("reply_to", 0))
    facts = {"random_id": person, "leave": free} | more
    return await courier.send(target, Part(reference, "document", "x", 1), **facts)


def leaving(db: Database, chat: int, **more: object) -> Leave:
    facts = {"urgency": Urgency.DELIVERY, "patience": 30.0} | more
    return partial(Pace(db).leave, SEND, chat=chat, **facts)


class Busy:
    """A leave behind which the process stands still until the place is over, and others take so
    many places; for the first `times` times."""

    def __init__(self, db: Database, leave: Leave, *, times: int, others: int = 0) -> None:
        self.db, self.leave, self.times, self.others = db, leave, times, others
        self.paid = 0

    async def __call__(self) -> Departure:
        place = await self.leave()
        self.paid += 1
        if self.paid <= self.times:
            while clock.now().boot <= place.until:
                pass  # nothing of this process moves
            line = bot_rules(Urgency.DELIVERY)
            send_budget.take(self.db, line, messages=self.others, patience=9, now=clock.now())
        return place


def environment(tg: Telegram, settings: Settings) -> dict[str, str]:
    return {
        "CHAPAR_API_ID": "12345",
        "CHAPAR_API_HASH": "0" * 32,
        "CHAPAR_BOT_TOKEN": TOKEN,
        "CHAPAR_HOME": str(settings.home),
        "CHAPAR_TELEGRAM_SERVER": tg.address,
        "CHAPAR_TELEGRAM_SERVER_KEY": str(tg.key_path),
    }


@pytest.fixture
async def sender(tg: Telegram, settings: Settings) -> AsyncIterator[Sender]:
    """A process that says a word to each of some people, and has begun to."""
    begun: list[asyncio.subprocess.Process] = []

    async def begin(people: list[Person]) -> asyncio.subprocess.Process:
        known = [(one.id, tg.world.access_hash(tg.bot, one.id)) for one in people]
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.sandbox.late_sender", json.dumps(known)),
            env=os.environ | environment(tg, settings),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        begun.append(child)
        assert child.stdin is not None
        assert child.stdout is not None
        assert await child.stdout.readline() == b"ready\n"
        child.stdin.write(b"now\n")
        return child

    yield begin
    for child in begun:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()


async def crowded(people: int, tg: Telegram) -> list[Person]:
    persons = [await tg.person(f"P{n}") for n in range(people)]
    for person in persons:
        await person.starts()
    return persons


async def test_what_is_written_late_moves_the_places_of_all_that_come_after_it(
    tg, db, courier, ali, reference
):
    busy = Busy(db, leaving(db, ali.id), times=1)
    began = clock.now().boot

    assert await deliver(tg, courier, ali.id, reference, leave=busy)

    ((empty_at,),) = db.all("SELECT empty_at FROM budget WHERE scope = 'bot'")
    assert empty_at > began + LATE + GLOBAL_GAP
    assert busy.paid == 1


async def test_what_a_busy_process_would_write_beside_what_others_paid_for_waits_anew(
    tg, db, courier, ali, reference
):
    busy = Busy(db, leaving(db, ali.id), times=1, others=20)

    assert await deliver(tg, courier, ali.id, reference, leave=busy)

    assert busy.paid == 2
    assert len(await tg.calls("messages.sendMedia")) == 1


async def test_a_process_that_never_writes_in_time_says_nothing_and_tries_later(
    tg, db, courier, ali, reference
):
    busy = Busy(db, leaving(db, ali.id), times=WRITES, others=20)

    with pytest.raises(Crowded):
        await deliver(tg, courier, ali.id, reference, leave=busy)

    assert await tg.calls("messages.sendMedia") == []
    assert await deliver(tg, courier, ali.id, reference, leave=leaving(db, ali.id))


async def test_a_message_without_the_one_it_answers_is_paid_for_again(
    tg, db, courier, ali, reference
):
    await tg.fails("messages.sendMedia", "400 REPLY_MESSAGE_ID_INVALID", times=1)
    busy = Busy(db, leaving(db, ali.id), times=0)

    assert await deliver(tg, courier, ali.id, reference, leave=busy, reply_to=5)

    assert busy.paid == len(await tg.calls("messages.sendMedia")) == 2


async def test_what_waited_behind_all_messages_does_not_leave_a_chat_at_once(settings, db):
    """Two processes pay for a chat while the line of all messages is three seconds long, and is
    gone when they get through it."""
    other = open_database(settings.database_url, run=settings.run)
    line = bot_rules(Urgency.DELIVERY)
    send_budget.take(db, line, messages=75, patience=9, now=clock.now())

    async def one(number: int) -> float:
        place = await leaving((db, other)[number % 2], 7)()
        return place.until

    left = sorted(await asyncio.gather(*(one(number) for number in range(8))))

    for first, last in combinations(range(len(left)), 2):
        allowed = 1 + (CHAT_BURST + left[last] - left[first]) / CHAT
        assert last - first + 1 <= allowed + 0.01
    other.close()


async def test_a_group_too_takes_what_waited_by_the_instants_at_which_it_leaves(db):
    line = bot_rules(Urgency.DELIVERY)
    await leaving(db, -55, messages=10)()
    send_budget.take(db, line, messages=75, patience=9, now=clock.now())

    asked = clock.now().boot
    place = await leaving(db, -55, messages=10)()

    assert place.until - asked > 2.0
    rows = db.all("SELECT at FROM departures WHERE scope = 'left:-55' ORDER BY at")
    assert rows[-1][0] == pytest.approx(place.until - LATE)


async def test_an_album_passes_no_message_of_its_chat_that_was_paid_for_and_is_late(
    tg, db, courier, ali, reference, tmp_path
):
    parts = await photos(courier, tmp_path, 3)
    paid = asyncio.Event()
    for number in (1, 2):
        pay = leaving(db, ali.id)
        await deliver(tg, courier, ali.id, reference, leave=pay, random_id=number)
    await asyncio.sleep(5 * GLOBAL_GAP)

    async def late() -> Departure:
        place = await leaving(db, ali.id)()
        paid.set()
        await asyncio.sleep(max(0.0, place.until - clock.now().boot - 0.01))
        return place

    async def album() -> None:
        await paid.wait()
        pay = leaving(db, ali.id, messages=len(parts))
        await courier.send_album(to(tg, ali), parts, range(100, 103), leave=pay)

    await asyncio.gather(album(), deliver(tg, courier, ali.id, reference, leave=late))

    assert await tg.violations() == []


@pytest.mark.long
async def test_what_a_stopped_process_had_paid_for_gives_way_to_what_others_pay_for(
    tg, db, courier, reference, sender
):
    people = await crowded(100, tg)
    theirs, ours = people[:50], people[50:]
    child = await sender(theirs)
    await tg.called("messages.sendMessage", 5)
    child.send_signal(signal.SIGSTOP)

    sending = asyncio.gather(
        *(deliver(tg, courier, one.id, reference, leave=leaving(db, one.id)) for one in ours)
    )
    await tg.called("messages.sendMedia", 5)  # they stood in line behind all of the child's
    child.send_signal(signal.SIGCONT)
    assert all(await sending)
    assert await child.wait() == 0

    assert await tg.violations() == []
    said = await tg.calls("messages.sendMessage", result="ok")
    assert sorted(call["peer"] for call in said) == sorted(one.id for one in theirs)


async def test_albums_among_a_full_line_leave_no_second_too_full(
    tg, db, courier, reference, tmp_path
):
    people = await crowded(50, tg)
    parts = await photos(courier, tmp_path, 10)

    async def album(person: Person) -> None:
        first = person.id * 10
        await courier.send_album(
            to(tg, person),
            parts,
            range(first, first + len(parts)),
            leave=leaving(db, person.id, messages=len(parts)),
        )

    async def one(person: Person) -> None:
        await deliver(tg, courier, person.id, reference, leave=leaving(db, person.id))

    await asyncio.gather(
        *(one(person) for person in people[:40]), *(album(person) for person in people[40:])
    )

    assert await tg.violations() == []
