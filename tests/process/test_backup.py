"""A home that was destroyed comes back from a backup that was taken while everything ran."""

import pytest

from tests import postgresql_server
from tests.process.conftest import PATIENCE, gets, got
from tests.sandbox.person import Person
from tests.sandbox.stack import CLIP, Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def met(stack: Stack, name: str) -> Person:
    person = await stack.telegram.person(name, language="en")
    hello = await person.starts()
    await person.sees(lambda m: m.id > hello.id, timeout=PATIENCE)
    return person


@pytest.mark.long
async def test_backed_up_under_load_destroyed_and_restored_nobody_gets_anything_twice() -> None:
    async with Stack() as stack:
        ann = await met(stack, "Ann")
        before = await ann.sends(stack.url(f"{CLIP}?before"))
        code, said = await stack.says("backup", "now")
        await gets(ann, before)
        after = await ann.sends(stack.url(f"{CLIP}?after"))
        await gets(ann, after)
        await stack.down()
        stack.state.joinpath("chapar.db").write_bytes(b"torn")
        for session in stack.state.glob("sessions/*"):
            session.unlink()
        missed = await ann.sends(stack.url(f"{CLIP}?missed"))

        restored, told = await stack.says("restore", "latest")
        await stack.up()

        await gets(ann, missed)
        await stack.until(lambda: len(stack.serving()) == 2)
        counts = [len(await got(ann, one)) for one in (before, after, missed)]
        assert (code, restored, counts) == (0, 0, [1, 1, 1]), (said, told)
    stack.remove()


@pytest.mark.long
@pytest.mark.skipif(postgresql_server.programs() is None, reason="no PostgreSQL server")
async def test_a_server_that_was_lost_is_filled_from_the_backup_of_one_of_its_machines() -> None:
    postgresql_server.running().answer("CREATE DATABASE lost")
    facts = {"database_url": postgresql_server.url_of("lost")}
    async with (
        Stack(machine="m1", **facts) as first,
        Stack(beside=first, machine="m2", **facts) as second,
    ):
        ann = await met(first, "Ann")
        before = await ann.sends(first.url(f"{CLIP}?before"))
        code, said = await first.says("backup", "now")
        await gets(ann, before)
        after = await ann.sends(first.url(f"{CLIP}?after"))
        await gets(ann, after)
        await first.down()
        refused, why = await first.says("restore", "latest")
        await second.down()
        postgresql_server.drop("lost")
        postgresql_server.running().answer("CREATE DATABASE lost")
        missed = await ann.sends(first.url(f"{CLIP}?missed"))

        restored, told = await first.says("restore", "latest")
        await first.up()
        await second.up()

        await gets(ann, missed)
        counts = [len(await got(ann, one)) for one in (before, after, missed)]
        assert (code, refused, restored, counts) == (0, 1, 0, [1, 1, 1]), (said, told)
        assert "run chapar stop on every machine" in why
    postgresql_server.drop("lost")
    second.remove()
    first.remove()
