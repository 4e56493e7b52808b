"""Several machines on one PostgreSQL server: processes with homes and names of their own."""

import asyncio

import pytest

from tests import postgresql_server
from tests.process.conftest import PATIENCE, gets, got
from tests.sandbox.person import Person
from tests.sandbox.stack import CLIP, Stack

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        postgresql_server.programs() is None, reason="no PostgreSQL server is installed"
    ),
]


async def met(stack: Stack, name: str) -> Person:
    person = await stack.telegram.person(name, language="en")
    hello = await person.starts()
    await person.sees(lambda m: m.id > hello.id, timeout=PATIENCE)
    return person


async def test_a_second_machine_serves_beside_the_first() -> None:
    postgresql_server.running().answer("CREATE DATABASE fleet")
    url = postgresql_server.url_of("fleet")
    async with (
        Stack(database_url=url, machine="m1") as first,
        Stack(beside=first, database_url=url, machine="m2", roles="worker,keeper") as second,
    ):
        ann = await met(first, "Ann")
        links = [first.url(f"{CLIP}?n={n}") for n in range(12)]
        sent = [await ann.sends(link) for link in links]
        await asyncio.gather(*(gets(ann, one) for one in sent))

        assert [len(await got(ann, one)) for one in sent] == [1] * 12
        for stack in (first, second):
            assert "job.done" in stack.log("worker"), stack.settings["machine"]
    postgresql_server.drop("fleet")
    second.remove()
    first.remove()


async def test_a_standby_takes_the_bot_over_when_its_machine_is_killed() -> None:
    postgresql_server.running().answer("CREATE DATABASE standby")
    url = postgresql_server.url_of("standby")
    async with (
        Stack(database_url=url, machine="m1") as first,
        Stack(beside=first, database_url=url, machine="m2") as second,
    ):
        ann = await met(first, "Ann")
        before = await ann.sends(first.url(CLIP))
        await gets(ann, before)
        assert "bot.stands-by" in second.log("bot")

        first.kill_all()
        began = asyncio.get_running_loop().time()
        while_away = await ann.sends(first.url(f"{CLIP}?n=2"))
        await second.until(lambda: "telegram.listening" in second.log("bot"))
        assert asyncio.get_running_loop().time() - began <= 15

        await gets(ann, while_away)
        assert [len(await got(ann, one)) for one in (before, while_away)] == [1, 1]
    postgresql_server.drop("standby")
    second.remove()
    first.remove()
