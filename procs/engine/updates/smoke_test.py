"""Tests a version of yt-dlp: it fetches a page of our own, in the jail and by the proxy as every
job does, and probes the operator's addresses."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

from procs.core import log
from procs.core.ffmpeg import tools
from procs.engine.client import Engine
from procs.engine.egress.dial import Routes
from procs.engine.protocol.messages import Order
from procs.engine.releases.versions import EngineRefused, Version
from procs.errors import ChaparError

LOOPBACK = "127.0.0.1"
OWN = ("127.0.0.0/8",)
#: Seconds for one try.
TRIAL_TIMEOUT = 90.0
#: Seconds that a nursery on trial outlives it.
LINGER = 1.0
#: A film of a second, once as a file and once in segments.
FILM = ("-v", "error", "-f", "lavfi", "-i", "testsrc=d=1:size=64x64:rate=25", "-c:v", "mpeg2video")
TRIAL_FILES = (("film.mp4", ()), ("list.m3u8", ("-f", "hls", "-hls_list_size", "0")))
TRIAL_PAGE = (
    '<html><title>A film</title><video src="/film.mp4" width="64" height="64"></video></html>'
)
#: What of it is fetched: a page that shows a film, and a film in segments.
PATHS = ("page.html", "list.m3u8")


@dataclass(frozen=True, slots=True)
class SmokeTrial:
    """What a version is tested with: the operator's addresses, by which ways; private networks they
    may be in."""

    urls: Sequence[str] = ()
    networks: Sequence[str] = ()
    routes: Routes = field(default_factory=Routes)


async def test(version: Version, home: Path, trial: SmokeTrial, *, old: Version) -> None:
    """Raises EngineRefused when a version cannot do what it must. An address of the operator's at
    which the old one fails as well says nothing about the new one."""
    place = home / "run" / "new"
    try:
        await own_page(version, place)
        for url in trial.urls:
            why = await fails(version, place, url, trial)
            if why and not await fails(old, place, url, trial):
                raise EngineRefused(f"yt-dlp {version.name} does not read {url}: {why}")
            if why:
                log.warning("engine.smoke-unclear", version=version.name, url=url, why=why)
    finally:
        shutil.rmtree(place, ignore_errors=True)


async def own_page(version: Version, place: Path) -> None:
    """Fetch what we serve ourselves, whole. Raises EngineRefused."""
    site = place / "site"
    try:
        async with engine(version, place) as tried, asyncio.timeout(TRIAL_TIMEOUT):
            if why := await tried.self_test():
                raise EngineRefused(f"yt-dlp {version.name}: {why}")
            await make(tried, site)
            async with served(site) as address:
                for path in PATHS:
                    await fetch(tried, f"{address}/{path}", place / path)
    except TimeoutError:
        raise EngineRefused(f"yt-dlp {version.name}: no film in {TRIAL_TIMEOUT:g} s") from None
    except EngineRefused:
        raise
    except ChaparError as error:
        why = f"{type(error).__name__} {error}"
        raise EngineRefused(f"yt-dlp {version.name} fails at a page of our own: {why}") from None


async def fetch(engine: Engine, url: str, folder: Path) -> None:
    """Probe and fetch one page. Raises EngineRefused when its files are empty, and the engine's own
    errors."""
    async with engine.open(Order(url, allowed_networks=OWN), folder) as child:
        await child.probe()
        fetched = await child.fetch(lambda done, total, rate: None)
    if not all((folder / name).stat().st_size for name in fetched.files):
        raise EngineRefused(f"nothing came of {url}")


async def fails(version: Version, place: Path, url: str, trial: SmokeTrial) -> str:
    """Why a version cannot read an address; "" when it can."""
    order = Order(url, allowed_networks=tuple(trial.networks))
    try:
        async with (
            engine(version, place, trial.routes) as tried,
            asyncio.timeout(TRIAL_TIMEOUT),
            tried.open(order, place / "probe") as child,
        ):
            await child.probe()
    except TimeoutError:
        return f"no answer in {TRIAL_TIMEOUT:g} s"
    except ChaparError as error:
        return f"{type(error).__name__} {error}"
    return ""


@asynccontextmanager
async def engine(
    version: Version, place: Path, routes: Routes | None = None
) -> AsyncIterator[Engine]:
    """An engine with a nursery of its own, of just this version, which ends with it."""
    tried = Engine(place, routes=routes, pinned=version, linger=LINGER)
    try:
        await tried.start()
        yield tried
    finally:
        await tried.close()


async def make(engine: Engine, site: Path) -> None:
    """The page and its film. Raises EngineRefused."""
    site.mkdir(parents=True, exist_ok=True)
    (site / "page.html").write_text(TRIAL_PAGE)
    for name, form in TRIAL_FILES:
        ran = await engine.run([tools().ffmpeg, *FILM, *form, "-y", name], site, TRIAL_TIMEOUT)
        if ran.code:
            raise EngineRefused(f"ffmpeg makes no film: {ran.err.decode(errors='replace')[-200:]}")


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[str]:
    """The address at which the files of a folder are to be had, on loopback."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        method, target = request.split(" ")[:2]
        path = folder / Path(target.partition("?")[0]).name
        status = HTTPStatus.OK if path.is_file() else HTTPStatus.NOT_FOUND
        body = path.read_bytes() if status is HTTPStatus.OK else b""
        writer.write(head(status, path, len(body)) + (body if method != "HEAD" else b""))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, LOOPBACK, 0)
    try:
        yield f"http://{LOOPBACK}:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


TYPES = {".html": "text/html", ".mp4": "video/mp4", ".m3u8": "application/vnd.apple.mpegurl"}


def head(status: HTTPStatus, path: Path, size: int) -> bytes:
    """The head of an answer with a file."""
    kind = TYPES.get(path.suffix, "video/mp2t")
    lines = (
        f"HTTP/1.1 {status} {status.phrase}",
        f"Content-Type: {kind}",
        f"Content-Length: {size}",
        "Connection: close",
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
