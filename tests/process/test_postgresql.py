"""The whole product with its store on a PostgreSQL server, by its address alone."""

import asyncio

import pytest

from procs.store.database import Database
from tests import postgresql_server
from tests.process.conftest import PATIENCE, gets, got
from tests.sandbox.stack import CLIP, Stack

pytestmark = pytest.mark.skipif(
    postgresql_server.programs() is None, reason="no PostgreSQL server is installed"
)
DELIVERED = "SELECT COUNT(*) FROM requests WHERE state = 'delivered'"


def delivered(db: Database) -> int:
    row = db.one(DELIVERED)
    return int(row[0]) if row else 0


def restart() -> None:
    """Stop the server, which ends every connection, and start it again."""
    server = postgresql_server.running()
    server.stop("fast")
    server.start(*postgresql_server.QUICK)


async def test_links_arrive_once_though_a_worker_is_killed_and_the_server_starts_anew() -> None:
    postgresql_server.running().answer("CREATE DATABASE story")
    async with Stack(database_url=postgresql_server.url_of("story")) as stack:
        ann = await stack.telegram.person("Ann", language="fa")
        hello = await ann.starts()
        await ann.sees(lambda m: m.id > hello.id, timeout=PATIENCE)
        first = await ann.sends(stack.url(CLIP))
        await gets(ann, first)
        assert not list(stack.state.glob("*.db*"))

        slow = await ann.sends(stack.url("/slow/clip.mp4?rate=400000&store=server"))
        await ann.sees(lambda m: m.reply == slow.id and "دانلود" in m.text, timeout=PATIENCE)
        stack.kill(stack.pid("worker:worker-00"))
        back = asyncio.create_task(asyncio.to_thread(restart))
        late = await ann.sends(stack.url(f"{CLIP}?while=the-server-is-down"))
        await back

        for sent in (slow, late):
            await gets(ann, sent)
        await stack.until(lambda: delivered(stack.db) == 3)
        assert [len(await got(ann, one)) for one in (first, slow, late)] == [1, 1, 1]
        code, said = await stack.says("status")
        assert code == 0, said
    postgresql_server.drop("story")
    stack.remove()
