"""What signals do to real workers that serve."""

import signal
from collections.abc import Awaitable, Callable

import psutil
import pytest

from procs.store.health.workers import Worker
from procs.worker.__main__ import NICENESS
from tests.process.conftest import gets
from tests.sandbox.person import Person
from tests.sandbox.stack import SLOW, Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")


def serving(stack: Stack) -> set[int]:
    return {worker.id for worker in stack.serving() if worker.state == "serving"}


@pytest.mark.long
async def test_hup_to_the_spare_brings_a_fresh_spare(healthy: Stack) -> None:
    (spare,) = [worker for worker in healthy.workers() if worker.slot is None]

    healthy.kill(spare.pid, signal.SIGHUP)

    await healthy.until(
        lambda: [w for w in healthy.workers() if w.slot is None and w.id != spare.id]
    )


async def test_hup_recycles_and_another_serves_before_it_leaves(healthy: Stack) -> None:
    leaver: Worker = healthy.serving()[0]

    healthy.kill(leaver.pid, signal.SIGHUP)

    await healthy.until(lambda: leaver.id not in serving(healthy) and len(serving(healthy)) == 2)


async def test_a_worker_that_drains_for_term_is_replaced_meanwhile(
    healthy: Stack, meets: Callable[..., Awaitable[Person]]
) -> None:
    ann = await meets()
    sent = await ann.sends(healthy.url(f"{SLOW}?rate=250000&n=hup"))
    await ann.sees(lambda m: m.reply == sent.id and "Downloading" in m.text)

    for worker in healthy.serving():
        healthy.kill(worker.pid, signal.SIGTERM)
        break

    await healthy.until(lambda: len(serving(healthy)) == 2)
    await gets(ann, sent)


async def test_a_worker_leaves_the_cores_to_the_bot(healthy: Stack) -> None:
    bot, worker = psutil.Process(healthy.pid("bot")), psutil.Process(healthy.serving()[0].pid)
    assert worker.nice() == min(bot.nice() + NICENESS, 19)
