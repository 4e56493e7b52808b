"""Every hostile link of the range, fetched by the real engine: nothing inside is ever reached, with
the proxy by its policy, and without it by the jail alone."""

import asyncio
from pathlib import Path

import pytest

from procs import media
from procs.engine import jail
from procs.engine.client import Engine
from procs.engine.egress import Caps
from procs.engine.records import MIB, Order
from procs.errors import JobError
from tests.sandbox.hostile import CASES, NAMES, PAGES
from tests.sandbox.range import Page, Range
from tests.sandbox.site import files

pytest_plugins = ["tests.sandbox.site.fixtures"]

#: Jobs at a time, and what one of them may use.
AT_ONCE = 12
LIMIT = 8 * MIB
CAPS = Caps(life=30)

#: What harms nobody: the part that points inside is left out, and the rest is fetched.
HARMLESS = {"smuggled proxy", "smuggled referer", "smuggled force", "smuggled base64"}

pytestmark = pytest.mark.skipif(not jail.is_tight(), reason=f"the kernel has: {jail.state()}")


async def attempt(engine, url, folder, **more):
    """What came of a link: files that a chat would get, or the failure."""
    try:
        async with engine.open(Order(url, max_file_size=LIMIT, **more), folder) as child:
            await child.probe()
            fetched = await child.fetch(lambda done, total, rate: None)
        return await media.prepare(
            engine.run,
            folder,
            fetched.files,
            variant="best",
            title="x",
            performer="",
            cover=fetched.cover,
            max_file_size=LIMIT,
        )
    except JobError as error:
        return error


async def all_of(engine, internet, folder, **more):
    """What came of every case, by name."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(number, url):
        async with places:
            return await attempt(engine, internet.fill(url), folder / str(number), **more)

    jobs = [one(number, url) for number, url in enumerate(CASES.values())]
    return dict(zip(CASES, await asyncio.gather(*jobs), strict=True))


@pytest.fixture
async def internet():
    clip = (await asyncio.to_thread(files.folder) / "small.mp4").read_bytes()
    async with Range(PAGES | {"/a.mp4": Page(clip, "video/mp4")}, NAMES) as internet:
        yield internet


@pytest.fixture
async def outside(nursery, internet):
    """An engine whose way out leads to the range."""
    engine = Engine(nursery, linger=60, routes=internet.routes, caps=CAPS)
    await engine.start()
    yield engine
    await engine.close()


def test_there_are_enough_of_them():
    assert len(CASES) >= 150


async def test_the_range_is_open_for_the_honest(outside, internet, tmp_path):
    for number, url in enumerate(["http://site.test/a.mp4", "http://1.1.1.1/a.mp4"]):
        got = await attempt(outside, url, tmp_path / str(number))
        assert not isinstance(got, JobError), got
    assert internet.breaches == []


async def test_nothing_inside_is_reached(outside, internet, tmp_path):
    ends = await all_of(outside, internet, tmp_path)
    assert internet.breaches == []
    assert {name for name, end in ends.items() if not isinstance(end, JobError)} == HARMLESS
    secret = Path("/etc/passwd").read_bytes()[:40]
    spilt = [p for p in tmp_path.rglob("*") if p.is_file() and secret in p.read_bytes()]
    assert spilt == []


async def test_nothing_inside_is_reached_without_the_proxy(outside, internet, tmp_path):
    """The jail alone: yt-dlp is told of no proxy, and goes straight."""
    ends = await all_of(outside, internet, tmp_path, direct=True)
    assert internet.breaches == []
    assert [name for name, end in ends.items() if not isinstance(end, JobError)] == []
