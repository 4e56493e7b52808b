"""The whole product behind a pooler, which goes over to transaction mode while it works."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from procs.store.database import Database
from procs.store.server_absence import until_back
from tests import pgbouncer, postgresql_server
from tests.pgbouncer import Pooler
from tests.process.conftest import PATIENCE, gets, got
from tests.sandbox.person import Message, Person
from tests.sandbox.stack import CLIP, Stack

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(pgbouncer.PROGRAM is None, reason="no pgbouncer is installed"),
]
#: Seconds of an outage, and of a pause: more than every process waits at a time.
AWAY, PAUSED = 3.0, 15.0
DELIVERED = "SELECT COUNT(*) FROM requests WHERE state = 'delivered'"
PROCESSES = ("bot", "keeper", "worker:worker-00", "worker:worker-01")


def delivered(db: Database) -> int:
    row = db.one(DELIVERED)
    return int(row[0]) if row else 0


def processes(stack: Stack) -> list[int]:
    return [stack.pid(name) for name in PROCESSES]


async def go_over(pooler: Pooler) -> None:
    """From sessions to transactions."""
    pooler.become("transaction")


async def restart(pooler: Pooler) -> None:
    pooler.stop()
    await asyncio.sleep(AWAY)
    pooler.start()


async def pause(pooler: Pooler) -> None:
    await asyncio.to_thread(pooler.told, "PAUSE")
    await asyncio.sleep(PAUSED)
    pooler.told("RESUME")


async def restart_server(_: Pooler) -> None:
    postgresql_server.running().stop("fast")
    await asyncio.sleep(AWAY)
    postgresql_server.running().start(*postgresql_server.QUICK)


TROUBLES: tuple[Callable[[Pooler], Awaitable[None]], ...] = (
    *(go_over, restart, pause, restart_server),
)


async def test_media_arrive_once_whatever_happens_to_the_pooler() -> None:
    postgresql_server.running().answer("CREATE DATABASE pooled")
    with pgbouncer.opened("session") as pooler:
        async with Stack(database_url=pooler.url_of("pooled")) as stack:
            ann = await stack.telegram.person("Ann", language="en")
            hello = await ann.starts()
            await ann.sees(lambda m: m.id > hello.id, timeout=PATIENCE)
            sent = [await ann.sends(stack.url(CLIP))]
            await gets(ann, sent[0])
            before = processes(stack)
            for trouble in TROUBLES:
                sent += await around(stack, ann, trouble.__name__, trouble(pooler))

            assert processes(stack) == before
            await until_back("test", lambda: delivered(stack.db))
            await stack.until(lambda: delivered(stack.db) == len(sent))
            assert [len(await got(ann, one)) for one in sent] == [1] * len(sent)
            assert lost(stack) == []
            code, said = await stack.says("doctor")
            assert "CHAPAR_DATABASE_DIRECT_URL" in said, (code, said)
    postgresql_server.drop("pooled")
    stack.remove()


async def around(
    stack: Stack, ann: Person, name: str, trouble: Awaitable[None]
) -> tuple[Message, Message]:
    """What was being downloaded when the trouble came, and what was asked meanwhile: both come."""
    held = await ann.sends(stack.url(f"/slow/clip.mp4?rate=150000&store={name}"))
    await ann.sees(lambda m: m.reply == held.id and "ownload" in m.text, timeout=PATIENCE)
    coming = asyncio.ensure_future(trouble)
    await asyncio.sleep(AWAY / 2)
    meanwhile = await ann.sends(stack.url(f"/clip.mp4?while={name}"))
    await coming
    for one in (held, meanwhile):
        await gets(ann, one)
    return held, meanwhile


def lost(stack: Stack) -> list[str]:
    """What the logs say of leases that were taken from who works."""
    logs = (stack.state / "logs").glob("*.log")
    return [
        line
        for log in logs
        for line in log.read_text().splitlines()
        if "lease.lost" in line or "job.reaped" in line
    ]
