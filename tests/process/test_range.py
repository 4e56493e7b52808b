"""Every hostile link of the range, fetched by the real engine: nothing inside is ever reached, with
the proxy by its policy, and without it by the jail alone. Some are tried where the policy allows
everything, too: there they do get inside."""

import asyncio
from itertools import islice
from pathlib import Path

import pytest

from procs import media
from procs.engine.client import Engine
from procs.engine.egress.proxy import Caps
from procs.engine.jail import jail
from procs.engine.media_child import media_child
from procs.engine.protocol.messages import MIB, Order
from procs.errors import JobError
from tests.sandbox.hostile import BOARDS, CASES, NAMES, PAGES
from tests.sandbox.range import Page, Range
from tests.sandbox.site import files

pytest_plugins = ["tests.sandbox.site.fixtures"]

#: Jobs at a time, and what one of them may use.
AT_ONCE = 32
LIMIT = 8 * MIB
CAPS = Caps(life=30)
#: For ffmpeg, which asks for a broadcast again and again, and for what is only to get inside.
SHORT = Caps(life=5)

#: The cases are tried in so many shares, one of which is the short form.
SHARES = 6
SHORT_FORM, *REST = range(SHARES)

#: What harms nobody: the part that points inside is left out, and the rest is fetched.
HARMLESS = {
    *("smuggled proxy", "smuggled referer", "smuggled force", "smuggled base64"),
    *("alternative", "base", "beside"),
}
#: What ffmpeg fetches by itself, when broadcasts are allowed, and what a browser's own library
#: fetches: each way once.
BY_FFMPEG = ("live-", "key-SAMPLE", "part-SAMPLE")
BY_CURL = (
    "trick-",
    "redirect-3",
    "redirect-l",
    "name ",
    "form 0x",
    "form [",
    "alternative",
    "chain",
)
#: Every address is public then.
ALL = ("0.0.0.0/0", "::/0")

pytestmark = pytest.mark.skipif(not jail.is_tight(), reason=f"the kernel has: {jail.state()}")


async def attempt(engine, url, folder, **more):
    """What came of a link: files that a chat would get, or the failure."""
    try:
        async with engine.open(Order(url, max_file_size=LIMIT, **more), folder) as child:
            await child.probe()
            fetched = await child.fetch(lambda done, total, rate: None)
        async with media_child(engine, folder) as context:
            return await media.prepare(
                context,
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


def named(*beginnings):
    return {name: url for name, url in CASES.items() if name.startswith(beginnings)}


async def all_of(engine, internet, folder, cases=CASES, **more):
    """What came of every case, by name."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(number, url):
        async with places:
            return await attempt(engine, internet.fill(url), folder / str(number), **more)

    jobs = [one(number, url) for number, url in enumerate(cases.values())]
    return dict(zip(cases, await asyncio.gather(*jobs), strict=True))


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
    assert len(CASES) >= 300


async def test_the_range_is_open_for_the_honest(outside, internet, tmp_path):
    for number, url in enumerate(["http://site.test/a.mp4", "http://1.1.1.1/a.mp4"]):
        got = await attempt(outside, url, tmp_path / str(number))
        assert not isinstance(got, JobError), got
    assert internet.breaches == []


@pytest.mark.parametrize(
    "every", [SHORT_FORM, *(pytest.param(n, marks=pytest.mark.long) for n in REST)]
)
async def test_nothing_inside_is_reached(outside, internet, tmp_path, every):
    cases = dict(islice(CASES.items(), every, None, SHARES))
    ends = await all_of(outside, internet, tmp_path, cases)
    assert internet.breaches == []
    came = {name for name, end in ends.items() if not isinstance(end, JobError)}
    assert came == HARMLESS & cases.keys()
    secret = Path("/etc/passwd").read_bytes()[:40]
    spilt = [p for p in tmp_path.rglob("*") if p.is_file() and secret in p.read_bytes()]
    assert spilt == []


@pytest.mark.long
async def test_nothing_inside_is_reached_without_the_proxy(outside, internet, tmp_path):
    """The jail alone: yt-dlp is told of no proxy, and goes straight."""
    ends = await all_of(outside, internet, tmp_path, direct=True)
    assert internet.breaches == []
    assert [name for name, end in ends.items() if not isinstance(end, JobError)] == []


@pytest.mark.parametrize("direct", [False, True])
@pytest.mark.parametrize(
    ("cases", "more"),
    [
        (named(*BY_FFMPEG), {"live": 1.0}),
        (named(*BY_CURL), {"impersonate": "chrome"}),
        (BOARDS, {"gallery": "vichan"}),
    ],
    ids=["ffmpeg", "curl", "gallery-dl"],
)
async def test_no_other_program_gets_inside(outside, internet, tmp_path, cases, more, direct):
    """Neither by the proxy, nor without it."""
    outside.caps = SHORT if "live" in more else CAPS
    ends = await all_of(outside, internet, tmp_path, cases, direct=direct, **more)
    assert internet.breaches == []
    assert {name for name, end in ends.items() if not isinstance(end, JobError)} <= HARMLESS


#: Some of every kind.
REAL = (
    *("form 0x7f.1", "name rebind.test", "trick-0", "redirect-307", "chain-loopback"),
    *("video-loopback", "rss-loopback", "segment-loopback", "key-AES-128-loopback"),
    *("part-SAMPLE-AES-loopback", "map-loopback", "variant-loopback", "dash-loopback"),
)


async def test_the_links_would_get_inside_if_they_were_let(nursery, tmp_path):
    """So that the tests above can fail."""

    async def gets_inside(name):
        async with Range(PAGES, NAMES) as internet:
            engine = Engine(nursery, linger=60, routes=internet.routes, caps=SHORT)
            url = internet.fill(CASES[name])
            await attempt(engine, url, tmp_path / name.replace(" ", "-"), allowed_networks=ALL)
            await engine.close()
            return bool(internet.breaches)

    ends = await asyncio.gather(*map(gets_inside, REAL))
    assert [name for name, inside in zip(REAL, ends, strict=True) if not inside] == []
