"""The whole product with its store on a PostgreSQL server, by its address alone."""

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from procs.store.database import Database
from procs.store.server_absence import until_back
from tests import postgresql_server
from tests.process.conftest import PATIENCE, gets, got
from tests.process.test_machines import met
from tests.sandbox.stack import CLIP, Stack

pytestmark = pytest.mark.skipif(
    postgresql_server.programs() is None, reason="no PostgreSQL server is installed"
)
#: Seconds that the server is away: more than every process waits for it at a time.
AWAY = 3.0
#: Seconds that it stands still after that was noticed: then each has given up asking for a while.
STILL = 15.0
DELIVERED = "SELECT COUNT(*) FROM requests WHERE state = 'delivered'"
OTHERS = (
    "SELECT PG_TERMINATE_BACKEND(pid) FROM pg_stat_activity"
    " WHERE application_name = 'chapar' AND datname = 'story'"
)


def processes(stack: Stack) -> dict[str, int]:
    return {name: stack.pid(name) for name in ("bot", "keeper", "worker:worker-00")}


def delivered(db: Database) -> int:
    row = db.one(DELIVERED)
    return int(row[0]) if row else 0


@pytest.mark.long
async def test_links_arrive_once_though_a_worker_and_every_connection_is_killed() -> None:
    postgresql_server.running().answer("CREATE DATABASE story")
    async with Stack(database_url=postgresql_server.url_of("story")) as stack:
        ann = await met(stack, "Ann", language="fa")
        first = await ann.sends(stack.url(CLIP))
        assert (await gets(ann, first)).media
        assert not list(stack.state.glob("*.db*"))

        slow = await ann.sends(stack.url("/slow/clip.mp4?rate=400000&store=server"))
        await ann.sees(lambda m: m.reply == slow.id and "دانلود" in m.text, timeout=PATIENCE)
        stack.kill(stack.pid("worker:worker-00"), signal.SIGKILL)
        postgresql_server.running().answer(OTHERS)

        await gets(ann, slow)
        await stack.until(lambda: delivered(stack.db) == 2)

        held = await ann.sends(stack.url("/slow/clip.mp4?rate=200000&store=restart"))
        await ann.sees(lambda m: m.reply == held.id and "دانلود" in m.text, timeout=PATIENCE)
        before = processes(stack)
        postgresql_server.running().stop("fast")
        meanwhile = await ann.sends(stack.url("/clip.mp4?while=away"))
        await asyncio.sleep(AWAY)
        postgresql_server.running().start(*postgresql_server.QUICK)
        for one in (held, meanwhile):
            assert (await gets(ann, one)).media
        assert processes(stack) == before

        await until_back("test", lambda: delivered(stack.db))
        await stack.until(lambda: delivered(stack.db) == 4)
        everything = (first, slow, held, meanwhile)
        assert [len(await got(ann, one)) for one in everything] == [1, 1, 1, 1]
        assert [m.text for m in await ann.history() if "خطا" in m.text or "مشکل" in m.text] == []
        code, said = await stack.says("status")
        assert code == 0, said

        await stack.down()
        postgresql_server.running().stop("fast")
        start = asyncio.create_task(stack.up())
        await stack.until(lambda: "waiting for the database: " in stack.said.read_text())
        early = await ann.sends(stack.url("/clip.mp4?before=server"))
        postgresql_server.running().start(*postgresql_server.QUICK)
        await start
        await gets(ann, early)
        assert stack.said.read_text().count("waiting for the database") == 1
    postgresql_server.drop("story")
    stack.remove()


def family(server: postgresql_server.Server) -> list[int]:
    """The processes of a server, its first one in front."""
    first = int((server.data / "postmaster.pid").read_text().split()[0])
    children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
    return [first, *map(int, children)]


@contextmanager
def standing_still(server: postgresql_server.Server) -> Iterator[None]:
    """All of a server is stopped for the length of the block: its connections stay, and nothing is
    answered."""
    for pid in family(server):
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in reversed(family(server)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


@pytest.mark.long
async def test_a_server_that_stands_still_stops_no_process_and_loses_nothing() -> None:
    postgresql_server.running().answer("CREATE DATABASE still")
    async with Stack(database_url=postgresql_server.url_of("still")) as stack:
        ann = await met(stack, "Ann", language="fa")
        held = await ann.sends(stack.url("/slow/clip.mp4?rate=40000&store=still"))
        await ann.sees(lambda m: m.reply == held.id and "دانلود" in m.text, timeout=PATIENCE)
        before = processes(stack)
        with standing_still(postgresql_server.running()):
            meanwhile = await ann.sends(stack.url("/clip.mp4?while=still"))
            for name in ("bot", "keeper"):
                await stack.until(lambda name=name: "is silent" in stack.log(name))
            await asyncio.sleep(STILL)

        for one in (held, meanwhile):
            assert (await gets(ann, one)).media
        assert processes(stack) == before
        await stack.until(lambda: delivered(stack.db) == 2)
        assert [len(await got(ann, one)) for one in (held, meanwhile)] == [1, 1]
    postgresql_server.drop("still")
    stack.remove()
