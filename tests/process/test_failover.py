"""The PostgreSQL server dies, and a standby that lacks its last seconds takes its place."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from procs.store.server_absence import until_back
from tests import postgresql_server
from tests.postgresql_server import Server
from tests.process.conftest import PATIENCE, gets, got
from tests.sandbox.stack import CLIP, Stack

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        postgresql_server.programs() is None, reason="no PostgreSQL server is installed"
    ),
]
BEHIND = "SELECT COUNT(*) FROM pg_stat_replication WHERE replay_lsn >= PG_CURRENT_WAL_LSN()"
DELIVERED = "SELECT COUNT(*) FROM requests WHERE state = 'delivered'"
#: What is long enough for the server to die in the middle of it.
SLOW = "/slow/clip.mp4?rate=150000&store=dies"


@pytest.fixture
def pair() -> Iterator[tuple[Server, Server]]:
    """A server, and one that follows it asynchronously."""
    bin, folders = postgresql_server.programs(), []
    assert bin is not None
    for _ in range(2):
        folders.append(Path(tempfile.mkdtemp(prefix="chapar-pg-", dir="/tmp")))
    primary, standby = (Server(bin, folder) for folder in folders)
    primary.make()
    primary.start(*postgresql_server.QUICK)
    standby.follow(primary)
    standby.start(*postgresql_server.QUICK)
    yield primary, standby
    for server in (primary, standby):
        if (server.data / "postmaster.pid").exists():
            server.stop()
        shutil.rmtree(server.folder)


async def test_a_standby_without_the_last_seconds_loses_no_link_and_doubles_no_delivery(
    pair: tuple[Server, Server],
) -> None:
    primary, standby = pair
    primary.answer("CREATE DATABASE story")
    both = f"host={primary.folder},{standby.folder}&target_session_attrs=read-write"
    async with Stack(database_url=f"postgresql://chapar@/story?{both}") as stack:
        ann = await stack.telegram.person("Ann", language="en")
        hello = await ann.starts()
        await ann.sees(lambda m: m.id > hello.id, timeout=PATIENCE)
        known = await ann.sends(stack.url(CLIP))
        await gets(ann, known)
        await stack.until(lambda: stack.db.all(DELIVERED) == [(1,)])
        await stack.until(lambda: primary.answer(BEHIND) == "1")

        standby.stop("fast")  # what follows is on the server alone that dies
        delivered = await ann.sends(stack.url("/clip.mp4?lost=delivered"))
        await gets(ann, delivered)
        running = await ann.sends(stack.url(SLOW))
        await ann.sees(lambda m: m.reply == running.id and "ownload" in m.text, timeout=PATIENCE)
        workers = {name: stack.pid(name) for name in ("keeper", "worker:worker-00")}
        primary.stop("immediate")
        standby.start(*postgresql_server.QUICK)
        standby.promote()

        later = await ann.sends(stack.url("/clip.mp4?after=it"))
        for one in (running, later):
            assert (await gets(ann, one)).media
        await until_back("test", lambda: stack.db.all(DELIVERED))
        await stack.until(lambda: stack.db.all(DELIVERED) == [(4,)], PATIENCE * 2)

        everything = (known, delivered, running, later)
        assert [len(await got(ann, one)) for one in everything] == [1, 1, 1, 1]
        assert {name: stack.pid(name) for name in workers} == workers
        assert "bot.server-replaced" in stack.log("bot")
    stack.remove()
