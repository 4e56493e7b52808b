"""The engine as a worker sees it: open a child for one order, probe, fetch; or run a program.

Runs on asyncio or uvloop, and imports no yt-dlp. One child is one connection to the nursery; to
hang up is to kill it, and the connection's end is the proof of its death.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from procs.core import log
from procs.engine import folder_cleanup, selftest
from procs.engine.child_counts import OnEgress, OnRefused, ignore_refusals, ignore_traffic
from procs.engine.egress.dial import Routes, upstream
from procs.engine.egress.proxy import Caps, Egress
from procs.engine.failures.classify import classify, death
from procs.engine.jail import refused_calls
from procs.engine.nursery import launcher as nursery
from procs.engine.nursery.listener import likeness
from procs.engine.nursery_connection import NurseryConnection
from procs.engine.protocol.decode import fetched, into
from procs.engine.protocol.folder_lock import SCRATCH
from procs.engine.protocol.messages import MIB, ChildEnd, Fetched, Limits, Order, Probed, RunResult
from procs.engine.releases.versions import Version, Versions
from procs.errors import EngineDied, TimedOut, TooLarge
from procs.wishes.sites import bare, of_host

#: Room above the size limit for what a download writes beside the media itself.
SLACK = 16 * MIB
#: Bytes over the network: the whole of it so often, and pages and manifests besides.
RETRIES, BESIDES = 2, 64 * MIB
#: A folder may weigh so often its largest file: streams, and what is made of them. Seconds between
#: two looks.
TOGETHER, STOP_POLL = 2, 1.0
#: Bytes of an answer up to which it is decoded sooner than a thread begins with it.
SHORT = 16 * 1024
#: Nurseries that may end without an answer, one after the other, before we believe it.
TRIES = 8

OnProgress = Callable[[int, int, float], None]
OnMerge = Callable[[int], None]


class Engine:
    """A worker's side of the nursery in `run`; it is started when it is not there.

    With `spawn` off, only a nursery that lives already is used. A nursery ends by itself `linger`
    seconds after the last worker left. The yt-dlp is the one in use beside `run`, or `pinned`: when
    another comes into use, the next job has its nursery. `routes` and `caps` are those of every
    job's way out; what an order says comes on top. `on_refused` is told the system calls that a
    child's jail refused, by name, and how often; `on_egress` the bytes that passed a closed way out
    and the requests that it denied, by class.
    """

    def __init__(
        self,
        run: Path,
        *,
        spawn: bool = True,
        linger: float = 5.0,
        routes: Routes | None = None,
        caps: Caps | None = None,
        pinned: Version | None = None,
        on_refused: OnRefused = ignore_refusals,
        on_egress: OnEgress = ignore_traffic,
    ) -> None:
        self.folder = run.resolve()
        self.spawn = spawn
        self.linger = linger
        self.routes = routes or Routes()
        self.caps = caps or Caps()
        self.versions = Versions(self.folder.parent / "engines")
        self.pinned = pinned
        self.presence: NurseryConnection | None = None
        self.entrance = asyncio.Lock()
        self.testing = asyncio.Lock()
        self.safe = False
        self.programs = 0
        self.on_refused = on_refused
        self.on_egress = on_egress

    @property
    def log(self) -> Path:
        """The file in which a nursery logs why it cannot work."""
        return nursery.log_of(self.folder)

    async def start(self) -> None:
        """Be connected to a warm nursery, and keep it alive. Raises EngineDied."""
        async with self.entrance:
            if self.presence is None or self.is_stale():
                await self.close()
                self.presence = await self.begin({"do": "stay"})

    def wanted(self) -> Version:
        """The yt-dlp that the next job should have."""
        return self.pinned or self.versions.current()

    def is_stale(self) -> bool:
        """Whether our nursery has ended, or is of a yt-dlp that is not in use any more."""
        here = self.presence
        return here is not None and (here.over or here.like != likeness(self.wanted().name))

    async def self_test(self, networks: Sequence[str] = ()) -> str | None:
        """Why no job may run here, None when all is well: a child must reach nothing that its
        policy, with these networks allowed, forbids. Raises EngineDied."""
        why = await selftest.self_test(self, networks)
        self.safe = why is None
        return why

    async def be_safe(self, networks: Sequence[str]) -> None:
        """Have passed the self-test; nothing is fetched before that. Raises EngineDied."""
        async with self.testing:
            if not self.safe and (why := await self.self_test(networks)):
                raise EngineDied(why)

    async def close(self) -> None:
        """Disconnect; the nursery ends when nobody else is connected."""
        presence, self.presence = self.presence, None
        if presence:
            await presence.end()

    @asynccontextmanager
    async def open(
        self, order: Order, folder: Path, *, proxy: str | None = None
    ) -> AsyncIterator["Child"]:
        """A child for one order, in its folder; by a `proxy` of its own, "" for none, None for the
        one of all orders. Leaving the block, also by cancellation, kills its process group and
        waits for the death. Raises EngineDied."""
        await self.be_safe(order.allowed_networks)
        limits = Limits(file=order.most + SLACK)
        line = await self.call({"do": "fetch", "order": order}, folder, limits)
        egress = self.egress(line, order, proxy)
        most = TOGETHER * limits.file
        too_much = TooLarge(f"more than {most} bytes on the disk")
        watch = asyncio.create_task(heavier(folder, most, lambda: egress.end(too_much)))
        try:
            await egress.start(line.door)
            yield Child(line, order, egress, folder)
        finally:
            watch.cancel()
            egress.close()
            self.on_egress(egress.spent, egress.denied)
            await line.end()
            self.note(line, folder)
            folder_cleanup.tidy(folder)

    def note(self, line: NurseryConnection, folder: Path) -> None:
        """Log and count what a child tried that no download needs."""
        calls = refused_calls.named(line.ended.refused) if line.ended else []
        if calls:
            say = log.warning if refused_calls.is_odd(calls) else log.info
            what = " ".join(f"{name}:{count}" for name, count in calls)
            say("child.refused", folder=folder.name, pid=line.pid, calls=what)
            self.on_refused(calls)

    def egress(self, line: NurseryConnection, order: Order, proxy: str | None) -> Egress:
        """The way out of one child. Bytes enough for one download and a second try of it."""
        routes = self.routes.of(order.allowed_networks)
        if proxy is not None:
            routes = replace(routes, upstream=upstream(proxy))
        most = min(self.caps.bytes, RETRIES * order.most + BESIDES)
        return Egress(routes, replace(self.caps, bytes=most), line.hang_up)

    async def run(
        self, argv: Sequence[str], folder: Path, timeout: float, *, limits: Limits | None = None
    ) -> RunResult:
        """Run a program (by absolute path) in the same kind of child, and give back how it ended.
        Raises TimedOut after `timeout` seconds, EngineDied."""
        self.programs += 1
        out, err = (f"{SCRATCH}/{self.programs}.{end}" for end in ("out", "err"))
        request = {"do": "run", "argv": list(argv), "out": out, "err": err}
        limits = limits or Limits()
        most = TOGETHER * folder_cleanup.weight(folder) + limits.file
        line = await self.call(request, folder, limits)
        watch = asyncio.create_task(heavier(folder, most, line.hang_up))
        try:
            async with asyncio.timeout(timeout):
                failed = await line.last()
        except TimeoutError:
            raise TimedOut(f"{Path(argv[0]).name} after {timeout:g} s") from None
        finally:
            watch.cancel()
            await line.end()
            self.note(line, folder)
            folder_cleanup.tidy(folder)
        if watch.done() and not watch.cancelled():
            raise TooLarge(f"more than {most} bytes on the disk")
        if failed or line.ended is None:
            raise failed or death(None)
        return RunResult(
            line.ended.code, folder_cleanup.taken(folder / out), folder_cleanup.taken(folder / err)
        )

    async def call(
        self, request: dict[str, Any], folder: Path, limits: Limits
    ) -> NurseryConnection:
        """A connection whose child has begun."""
        await self.start()
        return await self.begin({**request, "folder": str(folder.resolve()), "limits": limits})

    async def begin(self, request: dict[str, Any]) -> NurseryConnection:
        """A connection whose request was answered. A nursery that ends at the same moment, or is of
        another version, answers nothing, and the worker connects again."""
        try:
            async with asyncio.timeout(nursery.WARM_TIMEOUT):
                for _ in range(TRIES):
                    wish = nursery.NurseryWish(self.folder, self.wanted(), self.linger)
                    line = NurseryConnection(await nursery.reach(wish, self.spawn))
                    try:
                        line.like = likeness(wish.version.name)
                        if await line.begin({**request, "like": line.like}):
                            return line
                    finally:
                        if not line.pid:
                            await line.end()
                    await asyncio.sleep(nursery.PAUSE)
            raise EngineDied(f"the nursery ends before it is warm; see {self.log}")
        except TimeoutError:
            raise EngineDied(f"no nursery within {nursery.WARM_TIMEOUT:g} s") from None


class Child:
    """One forked child, from its worker's side. `ended` has its cost once the block was left."""

    def __init__(self, line: NurseryConnection, order: Order, egress: Egress, folder: Path) -> None:
        self.line = line
        self.egress = egress
        self.folder = folder
        self.site = site_of(order.url)
        self.on_progress: OnProgress = lambda done, total, rate: None
        self.on_merge: OnMerge = lambda head: None

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self.line.pid

    @property
    def ended(self) -> ChildEnd | None:
        """How the child ended and what it cost; None while it runs."""
        return self.line.ended

    async def probe(self) -> Probed:
        """What the link leads to. Raises the classes of procs.errors."""
        value = await self.expect("found")
        if self.line.length <= SHORT:
            return into(Probed, value)
        return await asyncio.to_thread(into, Probed, value)  # a list may have 10,000 entries

    async def fetch(self, on_progress: OnProgress, *, on_merge: OnMerge | None = None) -> Fetched:
        """Download what `probe` found. `on_progress(done, total, rate)` comes at most four times a
        second: bytes, bytes or 0, bytes a second. `on_merge(head)` comes when a film begins to be
        made while its streams come (MERGED): so many bytes in front are written last. Raises the
        classes of procs.errors."""
        self.on_progress = on_progress
        self.on_merge = on_merge or self.on_merge
        self.line.say("go")
        return fetched(await self.expect("fetched"), self.folder)

    async def thumbnail(self) -> str:
        """Have the picture that the site shows for the media put into the folder, and nothing more
        done. Returns the name of its file, "" for none. Raises the classes of procs.errors."""
        self.line.say("thumbnail")
        return into(str, await self.expect("thumbnail"))

    async def expect(self, wanted: str) -> Any:
        """The value of the next `wanted` word. Raises what the child failed with."""
        while word := await self.line.word():
            name, value = word
            if name == wanted and not self.egress.over:
                return value
            if name == "progress":
                self.on_progress(*into(tuple[int, int, float], value))
            elif name == "merging":
                self.on_merge(into(int, value))
            elif name == "failed":
                raise self.egress.judge(classify(value, site=self.site))
        raise self.egress.judge(death(self.line.ended, site=self.site))


async def heavier(folder: Path, most: float, tell: Callable[[], Any]) -> None:
    """Return once a folder weighs more than so many bytes, and `tell`. The kernel bounds each file
    of a child, but not their number."""
    weight = 0.0
    while weight <= most:
        await asyncio.sleep(STOP_POLL)
        weight = await asyncio.to_thread(folder_cleanup.weight, folder)
    tell()


def site_of(url: str) -> str:
    """A short name for counters and logs, before anything is known but the address."""
    host = (urlsplit(url).hostname or "").lower()
    row = of_host(host)
    return row.name if row else bare(host)
