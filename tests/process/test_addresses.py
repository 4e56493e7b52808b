"""Machines leave by addresses of their own: what a site refuses one of them, another fetches."""

import asyncio
import ctypes
import os
from collections.abc import Iterator

import pytest

from procs.store.sites import breakers
from tests import postgresql_server
from tests.process.conftest import gets, got
from tests.process.test_machines import met
from tests.sandbox import network
from tests.sandbox.network import Namespace
from tests.sandbox.person import Person
from tests.sandbox.stack import CLIP, Stack

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        postgresql_server.programs() is None, reason="no PostgreSQL server is installed"
    ),
    pytest.mark.skipif(not network.is_possible(), reason="no network namespaces can be made"),
]
#: linux/sched.h
NEW_NETWORK = 0x40000000
#: More failures than a breaker needs to open.
LINKS = 4


@pytest.fixture
def places() -> Iterator[dict[str, Namespace]]:
    """A network of two machines, in which this thread and what it starts are until the end."""
    libc = ctypes.CDLL(None, use_errno=True)
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        assert libc.unshare(NEW_NETWORK) == 0, os.strerror(ctypes.get_errno())
        with network.opened(("m1", "m2")) as places:
            yield places
    finally:
        assert libc.setns(before, NEW_NETWORK) == 0, os.strerror(ctypes.get_errno())
        os.close(before)


async def test_what_one_machines_address_may_not_fetch_another_fetches(
    places: dict[str, Namespace],
) -> None:
    postgresql_server.running().answer("CREATE DATABASE addresses")
    facts = {
        "database_url": postgresql_server.url_of("addresses"),
        "allowed_networks": network.NETWORK,
        "workers": "1",
        "host": network.HUB,
    }
    first = Stack(inside=places["m1"].words, machine="m1", **facts)
    second = Stack(
        inside=places["m2"].words, machine="m2", roles="worker,keeper", beside=first, **facts
    )
    async with first, second:
        people = [await met(first, name) for name in ("Ann", "Bob")]
        await first.refuses(places["m1"].address)

        await ask(first, people)

        assert "job.moved" in first.log("worker")
        assert "job.moved" not in second.log("worker")
        assert shut(first) == {"default/m1"}
        for stack in (first, second):
            _, said = await stack.says("breakers")
            assert "default/m1 " in said, said
            assert "default/m2 " not in said, said
            _, said = await stack.says("sites")
            assert " left alone by m1\n" in said, said
    postgresql_server.drop("addresses")
    second.remove()
    first.remove()


async def ask(stack: Stack, people: list[Person]) -> None:
    """So many links, each of which brings its media once."""
    sent = [
        (person, await person.sends(stack.url(f"{CLIP}?n={person.id}-{n}")))
        for n in range(LINKS)
        for person in people
    ]
    await asyncio.gather(*(gets(person, one) for person, one in sent))
    assert [len(await got(person, one)) for person, one in sent] == [1] * len(sent)


def shut(stack: Stack) -> set[str]:
    """The ways that are closed to somebody."""
    return {one.egress for one in breakers.listed(stack.db) if one.until is not None}
