"""A child that works on the media files of one folder, as a worker sees it.

One for a job: forked by the nursery, which has libav ready, at the first question, and again after
one that died. It has no network, like every program that works on files; no file of the folder is
to be believed before `seal` has ended it.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from procs.core import codec
from procs.engine import folder_cleanup
from procs.engine.client import TOGETHER, Engine, heavier
from procs.engine.failures.classify import classify, death
from procs.engine.nursery_connection import NurseryConnection
from procs.engine.protocol.messages import Limits, RunResult
from procs.errors import ProcessingFailed, TimedOut, TooLarge


class MediaChild:
    """The child and the programs of one folder, of which one runs at a time."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.folder = folder.resolve()
        self.line: NurseryConnection | None = None
        self.watch: asyncio.Task[None] | None = None

    async def ask(self, work: str, timeout: float, **words: Any) -> Any:
        """The value of one piece of work (`child.media_work`), which nobody has judged yet. Raises
        ProcessingFailed when it cannot be done, or the child died of it; TooLarge, EngineDied;
        TimedOut after `timeout` seconds, and the child is dead then."""
        line = self.line or await self.begin()
        line.say(codec.dump({work: words}))
        try:
            async with asyncio.timeout(timeout):
                answer = await self.answer(line)
        except TimeoutError:
            await self.seal()
            raise TimedOut(f"{work} after {timeout:g} s") from None
        if isinstance(answer, Mapping) and "done" in answer:
            return answer["done"]
        raise ProcessingFailed(str(answer)[:300])

    async def begin(self) -> NurseryConnection:
        """Fork a child for this folder; it is hung up when the folder outgrows a film and its
        copies. Raises EngineDown."""
        limits = Limits()
        most = TOGETHER * folder_cleanup.weight(self.folder) + limits.file
        self.line = line = await self.engine.call({"do": "media"}, self.folder, limits)
        self.watch = asyncio.create_task(heavier(self.folder, most, line.hang_up))
        return line

    async def answer(self, line: NurseryConnection) -> Any:
        """What the child answers to its work. Raises as FileTools.ask says."""
        while word := await line.word():
            name, value = word
            if name == "answer":
                return value
            if name == "failed":
                raise classify(value)
        heavy = self.watch is not None and self.watch.done() and not self.watch.cancelled()
        await self.seal()
        if heavy:
            raise TooLarge("more on the disk than a film and its copies")
        if line.ended is None:
            raise death(None)
        return {"refused": f"the child ended with {line.ended.code}"}

    async def run(self, argv: list[str], folder: Path, timeout: float) -> RunResult:
        """Run a program in a child of its own. Raises as `Engine.run`."""
        await self.seal()
        return await self.engine.run(argv, folder, timeout)

    async def seal(self) -> None:
        """End the child, and wait for its death; remove what it left that is no file."""
        line, self.line = self.line, None
        if line is None:
            return
        if self.watch is not None:
            self.watch.cancel()
        await line.end()
        self.engine.note(line, self.folder)
        folder_cleanup.tidy(self.folder)


@asynccontextmanager
async def media_child(engine: Engine, folder: Path) -> AsyncIterator[MediaChild]:
    """The work on the media of a folder. Leaving the block, also by cancellation, kills what runs
    there."""
    child = MediaChild(engine, folder)
    try:
        yield child
    finally:
        await child.seal()
