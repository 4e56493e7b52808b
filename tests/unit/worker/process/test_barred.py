"""A slot that waits for its sign-in leaves to others what it could not send, and only that."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from procs.core import clock
from procs.core.process import Signals
from procs.errors import TelegramWait
from procs.records.job import Ask, Lane, Link
from procs.store.health import workers
from procs.store.jobs import leases
from procs.store.requests import requests
from procs.store.wake import WakeSocket
from procs.telegram.delivery.courier import Courier
from procs.telegram.pace import Pace
from procs.telegram.session.sign_in import SIGN_IN
from procs.worker import settlement
from procs.worker.loop import WorkerLoop
from procs.worker.process.context import WorkerContext
from procs.worker.process.progress_writer import ProgressWriter
from procs.worker.process.recycle_policy import JobBudget
from procs.worker.process.slots import SlotLocks
from tests.sandbox.events import until

PLENTY = 1 << 40


@pytest.fixture
async def loop(tg, settings, db) -> AsyncIterator[WorkerLoop]:
    """The loop of a worker at a slot that never signed in, while Telegram lets nobody sign in."""
    worker = workers.enter(db, "w00-1", now=clock.now())
    parts = (
        settings,
        db,
        worker,
        "w00-1",
        ProgressWriter(db),
        None,
        Courier(settings, 0),
        Pace(db),
    )
    context = WorkerContext(*parts)
    context.pace.note(TelegramWait(3.0, SIGN_IN))
    await context.connect_early()
    wake_socket, budget = (
        WakeSocket(settings.run, "w00-1"),
        JobBudget(9, PLENTY, SlotLocks(settings.run, 1)),
    )
    yield WorkerLoop(context, wake_socket, budget, Signals(), dict.fromkeys(Lane, 4))
    await context.courier.close()
    wake_socket.close()


def asks(db, *, folder: bool, looks: bool = False) -> int:
    name = f"{folder}{looks}"
    variant = "look" if looks else "best"
    link = Link(f"https://site.example/{name}", "site.example", f"url:{name}", variant)
    user = 0 if folder else 7
    ask = Ask(user, user, 1, int(looks), link, folder=folder)
    return requests.submit(db, [ask], now=clock.now())[0].job


def claims(loop: WorkerLoop) -> set[int]:
    """The jobs that the loop takes now. Their work is not begun: they are given back at once."""
    loop.told = loop.told or set(loop.ready())
    loop.claim()
    taken = list(loop.running_jobs.jobs.values())
    for one in taken:
        one.task.cancel()
        leases.release(loop.db, one.lease, now=clock.now())
    loop.running_jobs.jobs.clear()
    return {one.lease.job for one in taken}


async def test_it_takes_what_stays_on_the_disk_until_it_is_signed_in(tg, loop, db):
    chat, folder = asks(db, folder=False), asks(db, folder=True)
    looks = asks(db, folder=False, looks=True)
    loop.told = {Lane.HEAVY}

    assert claims(loop) == {folder}
    assert claims(loop) == {folder, looks}
    assert await tg.calls("auth.importBotAuthorization") == []

    late = asyncio.ensure_future(loop.context.sign_in_late())
    await until(lambda: not loop.context.barred.is_set(), within=15)
    late.cancel()

    assert loop.is_up(list(Lane))
    assert claims(loop) == {chat, folder, looks}
    assert len(await tg.calls("auth.importBotAuthorization")) == 1


async def test_it_is_idle_for_nothing_that_it_would_not_take(loop, db):
    asks(db, folder=False)
    claims(loop)
    loop.news.set()

    await loop.rest()

    assert loop.wake_socket.visible == {Lane.LOOK, Lane.SOURCE}


async def test_a_job_that_meets_the_wait_goes_to_another_slot_at_once(loop, db):
    asks(db, folder=False)
    facts = {"worker": loop.context.worker, "lane": Lane.HEAVY, "room": 1, "now": clock.now()}
    (lease,) = leases.claim(db, **facts)

    async def needs_telegram(context: WorkerContext, _: object) -> None:
        await context.telegram()

    await settlement.carry(loop.context, lease, needs_telegram)

    ((due, attempt),) = db.all("SELECT at, attempt FROM jobs")
    assert due - clock.now().wall <= settlement.ELSEWHERE
    assert attempt == 0
    assert loop.context.pace.wait(SIGN_IN) > settlement.ELSEWHERE
