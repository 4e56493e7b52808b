"""Fixtures for tests that fetch from the site: `pytest_plugins = ["tests.sandbox.site.fixtures"]`.

One nursery serves a whole run of the tests; it is as warm for the last test as for the first.
"""

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from procs.engine.client import Engine
from procs.engine.media_child import MediaChild, media_child
from procs.engine.protocol.messages import Fetched, Order
from tests.sandbox.site.server import LOOPBACK, Site
from tests.sandbox.sloppy_site import SloppySite

#: Seconds that the nursery outlives one test.
LINGER = 60.0
MIB = 1024**2

Fetch = Callable[..., Awaitable[Fetched]]


@pytest.fixture
async def sloppy() -> AsyncIterator[SloppySite]:
    async with SloppySite() as running:
        yield running


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with Site() as running:
        yield running


@pytest.fixture(scope="session")
def nursery() -> Iterator[Path]:
    """The run folder of the nursery that tests share."""
    home = Path(tempfile.mkdtemp(prefix="chapar-nursery-"))
    yield home / "run"
    asyncio.run(stop(home / "run"))
    shutil.rmtree(home)


async def stop(run: Path) -> None:
    """End the nursery, and wait until it has ended."""
    engine = Engine(run)
    await engine.start()
    assert engine.presence is not None
    os.kill(engine.presence.pid, signal.SIGTERM)
    await engine.presence.last()
    await engine.close()


@pytest.fixture
async def engine(nursery: Path) -> AsyncIterator[Engine]:
    engine = Engine(nursery, linger=LINGER)
    await engine.start()
    yield engine
    await engine.close()


@pytest.fixture
def fetch(site: Site, engine: Engine, tmp_path: Path) -> Fetch:
    """Fetch a path of the site into `tmp_path`, from order to files."""

    async def fetch(path: str, variant: str = "best", limit: int = 2000 * MIB) -> Fetched:
        order = Order(site.url(path), variant, limit, LOOPBACK)
        async with engine.open(order, tmp_path) as child:
            await child.probe()
            return await child.fetch(lambda done, total, rate: None)

    return fetch


@pytest.fixture
async def media_tools(engine: Engine, tmp_path: Path) -> AsyncIterator[MediaChild]:
    """What works on the media in `tmp_path`."""
    async with media_child(engine, tmp_path) as context:
        yield context
