"""Sites that try to use up time, memory, disk or patience: a job of them ends soon, says why, is
never a success, and leaves no more behind than its caps."""

import asyncio
import gzip
import time
from dataclasses import replace

import pytest

from procs import errors
from procs.engine.client import Engine
from procs.engine.egress.proxy import Caps
from procs.engine.protocol.messages import MIB, Order
from procs.texts import i18n
from tests.sandbox.range import Page, Range

pytest_plugins = ["tests.sandbox.site.fixtures"]

SITE = "http://site.test"
HLS = "application/vnd.apple.mpegurl"
#: What a job may fetch, and how long it may take; and what may come on top of both.
LIMIT, LIFE = 8 * MIB, 12.0
SLACK_BYTES, SLACK = 18 * MIB, 5.0
#: Bytes of memory that a child may have beside what it shares with the nursery.
MEMORY = 600 * MIB
CAPS = Caps(life=LIFE, idle=0.5, least=100)
#: Endless work, which a shorter life ends as well.
LIVES = {"formats": 4.0}


async def zeros():
    while True:
        yield bytes(65536)


async def drip():
    while True:
        yield b"\0"
        await asyncio.sleep(0.5)


async def dripped_page():
    yield b"<html>"
    while True:
        yield b" "
        await asyncio.sleep(0.5)


def pieces(piece, count):
    async def body():
        for _ in range(count):
            yield piece

    return body


def bomb():
    return gzip.compress(bytes(256 * MIB), 9)


def items():
    rows = "".join(
        f"<item><title>{n}</title><link>{SITE}/{n}</link></item>" for n in range(100_000)
    )
    return f"<rss version='2.0'><channel><title>x</title>{rows}</channel></rss>".encode()


def formats():
    line = "#EXT-X-STREAM-INF:BANDWIDTH={n},RESOLUTION={n}x360\n/v{n}.m3u8\n"
    return ("#EXTM3U\n" + "".join(line.format(n=n) for n in range(1, 20_001))).encode()


PACKED = (("Content-Encoding", "gzip"),)
HUGE = b"<html>" + b"<a href='x'>" * 80_000

PAGES = {
    "endless": lambda: Page(zeros, "video/mp4"),
    "drip": lambda: Page(drip, "video/mp4"),
    "dripped-page": lambda: Page(dripped_page),
    "bomb-page": lambda: Page(bomb(), headers=PACKED),
    "bomb-film": lambda: Page(bomb(), "video/mp4", headers=PACKED),
    "huge-page": lambda: Page(pieces(HUGE, 150)),
    "formats": lambda: Page(formats(), HLS),
    "items": lambda: Page(items(), "application/rss+xml"),
    "live": lambda: Page(b"#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\n/live.ts\n", HLS),
    "silence": lambda: Page(silence),
}


async def silence():
    yield b""
    await asyncio.sleep(3600)


SLOW = (errors.TimedOut, errors.NetworkBroken, errors.BrokenOff)
LARGE = (errors.TooLarge,)
NOTHING = (errors.Unsupported, errors.LiveNow, errors.Empty, errors.NoSuchVariant)


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("endless", LARGE),
        ("drip", SLOW),
        ("dripped-page", SLOW),
        ("silence", SLOW),
        ("bomb-page", LARGE),
        ("bomb-film", LARGE),
        ("huge-page", LARGE),
        ("formats", (*NOTHING, *LARGE, *SLOW)),
        ("items", (*NOTHING, *LARGE, *SLOW)),
        ("live", NOTHING),
    ],
)
async def test_it_ends_soon_and_says_why(nursery, tmp_path, name, kinds):
    life = LIVES.get(name, LIFE)
    async with Range({f"/{name}": PAGES[name]()}, {}) as internet:
        engine = Engine(nursery, linger=60, routes=internet.routes, caps=replace(CAPS, life=life))
        order = Order(f"{SITE}/{name}", max_file_size=LIMIT)
        began = time.monotonic()
        child, end = await carried(engine, order, tmp_path)
        took = time.monotonic() - began
        await engine.close()
    assert isinstance(end, kinds), end
    assert all(end.say in i18n.catalogue(language) for language in ("en", "fa"))
    assert end.say != errors.Unknown.say
    assert took < life + SLACK
    assert sum(p.stat().st_size for p in tmp_path.rglob("*") if p.is_file()) < LIMIT + SLACK_BYTES
    assert child.ended.peak < MEMORY


async def carried(engine, order, folder):
    """A job from start to end: its child, and the failure or the files."""
    async with engine.open(order, folder) as child:
        try:
            await child.probe()
            return child, await child.fetch(lambda done, total, rate: None)
        except errors.JobError as error:
            return child, error
