"""The engine as a worker sees it: open a child for one order, probe, fetch; or run a program.

Runs on asyncio or uvloop, and imports no yt-dlp. One child is one connection to the nursery; to
hang up is to kill it, and the connection's end is the proof of its death.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from procs import codec, log
from procs.engine import spawn as nursery
from procs.engine.classify import classify, death
from procs.engine.confine import SCRATCH
from procs.engine.door import likeness
from procs.engine.records import Ended, Fetched, Found, Limits, Order, Ran
from procs.errors import EngineDied, TimedOut
from procs.sites import bare, of_host

#: Room above the size limit for what a download writes beside the media itself.
SLACK = 16 * 1024**2
#: Bytes of a program's output that are kept: its end.
KEPT = 1024**2
#: Seconds that a killed child's death is waited for.
DEATH = 10.0

Word = tuple[str, Any]
OnProgress = Callable[[int, int, float], None]


class Engine:
    """A worker's side of the nursery in `run`; it is started when it is not there.

    With `spawn` off, only a nursery that lives already is used. A nursery ends by itself `linger`
    seconds after the last worker left.
    """

    def __init__(self, run: Path, *, spawn: bool = True, linger: float = 5.0) -> None:
        self.folder = run.resolve()
        self.spawn = spawn
        self.linger = linger
        self.presence: Line | None = None
        self.entrance = asyncio.Lock()
        self.programs = 0

    async def start(self) -> None:
        """Be connected to a warm nursery, and keep it alive. Raises EngineDied."""
        async with self.entrance:
            if self.presence is None or self.presence.over:
                await self.close()
                self.presence = await self.begin({"do": "stay", "like": likeness()})

    async def close(self) -> None:
        """Leave; the nursery ends when nobody else is there."""
        presence, self.presence = self.presence, None
        if presence:
            await presence.end()

    @asynccontextmanager
    async def open(self, order: Order, folder: Path) -> AsyncIterator["Child"]:
        """A child for one order, in its folder. Leaving the block, also by cancellation, kills its
        process group and waits for the death. Raises EngineDied."""
        limits = Limits(file=order.max_file_size + SLACK)
        line = await self.call({"do": "fetch", "order": order}, folder, limits)
        try:
            yield Child(line, order)
        finally:
            await line.end()

    async def run(
        self, argv: Sequence[str], folder: Path, timeout: float, *, limits: Limits | None = None
    ) -> Ran:
        """Run a program (by absolute path) in the same kind of child, and give back how it ended.
        Raises TimedOut after `timeout` seconds, EngineDied."""
        self.programs += 1
        out, err = (f"{SCRATCH}/{self.programs}.{end}" for end in ("out", "err"))
        request = {"do": "run", "argv": list(argv), "out": out, "err": err}
        line = await self.call(request, folder, limits or Limits())
        try:
            async with asyncio.timeout(timeout):
                failed = await line.last()
        except TimeoutError:
            raise TimedOut(f"{Path(argv[0]).name} after {timeout:g} s") from None
        finally:
            await line.end()
        if failed or line.ended is None:
            raise failed or death(None)
        return Ran(line.ended.code, taken(folder / out), taken(folder / err))

    async def call(self, request: dict[str, Any], folder: Path, limits: Limits) -> "Line":
        """A connection whose child has begun."""
        await self.start()
        return await self.begin({**request, "folder": str(folder.resolve()), "limits": limits})

    async def begin(self, request: dict[str, Any]) -> "Line":
        """A connection whose request was answered. A nursery that ends at the same moment answers
        nothing, and is asked for anew."""
        try:
            async with asyncio.timeout(nursery.PATIENCE):
                while True:
                    line = Line(*await nursery.reach(self.folder, self.spawn, self.linger))
                    try:
                        if await line.begin(request):
                            return line
                    finally:
                        if not line.begun:
                            await line.end()
                    await asyncio.sleep(nursery.PAUSE)
        except TimeoutError:
            raise EngineDied(f"no nursery within {nursery.PATIENCE:g} s") from None


class Child:
    """One forked child, from its worker's side. `ended` tells its cost once the block was left."""

    def __init__(self, line: "Line", order: Order) -> None:
        self.line = line
        self.site = site_of(order.url)
        self.on_progress: OnProgress = lambda done, total, rate: None

    @property
    def pid(self) -> int:
        return self.line.pid

    @property
    def ended(self) -> Ended | None:
        return self.line.ended

    async def probe(self) -> Found:
        """What the link leads to. Raises the classes of procs.errors."""
        return Found(**await self.expect("found"))

    async def fetch(self, on_progress: OnProgress) -> Fetched:
        """Download what `probe` found. `on_progress(done, total, rate)` comes at most four times a
        second: bytes, bytes or 0, bytes a second. Raises the classes of procs.errors."""
        self.on_progress = on_progress
        self.line.say("go")
        value = await self.expect("fetched")
        return Fetched(**{**value, "facts": Found(**value["facts"])})

    async def expect(self, wanted: str) -> Any:
        """The value of the next `wanted` word. Raises what the child failed with."""
        while word := await self.line.word():
            name, value = word
            if name == wanted:
                return value
            if name == "progress":
                self.on_progress(*value)
            elif name == "failed":
                raise classify(value, site=self.site)
        raise death(self.line.ended, site=self.site)


class Line:
    """One connection to the nursery: a request, then words until the end."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.begun = False
        self.pid = 0
        self.ended: Ended | None = None
        self.closing: asyncio.Task[None] | None = None

    @property
    def over(self) -> bool:
        return self.reader.at_eof()

    async def begin(self, request: dict[str, Any]) -> bool:
        """Say the request. False when the other side ended without an answer."""
        self.say(codec.dump(request))
        if word := await self.word():
            self.begun, self.pid = True, word[1]
        return self.begun

    def say(self, word: str) -> None:
        self.writer.write(word.encode() + b"\n")

    async def word(self) -> Word | None:
        """The next that the child says, or at last the nursery of its death; None at the end."""
        while line := await self.next_line():
            try:
                ((word, value),) = codec.load(line).items()
            except ValueError:
                continue  # a word that a kill cut short, or the empty line after it
            if word == "ended":
                self.ended = Ended(**value)
            return word, value
        return None

    async def next_line(self) -> bytes:
        with suppress(ConnectionError):
            line = await self.reader.readline()
            return line if line.endswith(b"\n") else b""
        return b""

    async def last(self) -> Exception | None:
        """Wait for the end. Returns the failure if one was said on the way."""
        failed = None
        while word := await self.word():
            if word[0] == "failed":
                failed = classify(word[1])
        return failed

    async def end(self) -> None:
        """Hang up, which kills; then wait for the death, also when we are cancelled meanwhile."""
        if self.closing is None:
            self.closing = asyncio.ensure_future(self.finish())
        await asyncio.shield(self.closing)

    async def finish(self) -> None:
        with suppress(OSError):
            self.writer.write_eof()
        try:
            async with asyncio.timeout(DEATH):
                await self.last()
        except TimeoutError:
            log.warning("child.lingers", pid=self.pid)
        if self.pid and self.ended is None:
            self.bury()
        self.writer.close()
        with suppress(OSError):
            await self.writer.wait_closed()

    def bury(self) -> None:
        """The nursery died before it could tell: its children are dead by that, but programs which
        they started may live on."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)


def taken(path: Path) -> bytes:
    """The end of a file, and the file is gone."""
    with open(path, "rb") as source:
        source.seek(max(0, path.stat().st_size - KEPT))
        end = source.read()
    path.unlink()
    return end


def site_of(url: str) -> str:
    """A short name for counters and logs, before anything is known but the address."""
    host = (urlsplit(url).hostname or "").lower()
    row = of_host(host)
    return row.name if row else bare(host)
