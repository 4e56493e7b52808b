"""Two stacks in one run, this tree's and an earlier commit's, which are measured in turns."""

import asyncio
import json
import sys
import tarfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from io import BytesIO
from pathlib import Path
from subprocess import run
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = str(Path(__file__).with_name("film_stack.py"))

Answer = dict[str, Any]


class Contestant:
    """A stack of the tree in `folder`, in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start the stack; returns when it serves."""
        self.process = await asyncio.create_subprocess_exec(
            *(sys.executable, PROGRAM),
            cwd=self.folder,
            env={"PYTHONPATH": str(self.folder), "PATH": "/usr/bin:/bin"},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        await self.answer()

    async def answer(self) -> Answer:
        """The next line that it prints. Raises RuntimeError when the stack ended."""
        assert self.process is not None
        assert self.process.stdout is not None
        line = await self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the stack of {self.folder} ended")
        answer: Answer = json.loads(line)
        return answer

    async def does(self, what: str, count: int) -> Answer:
        """Have it measure one thing."""
        assert self.process is not None
        assert self.process.stdin is not None
        self.process.stdin.write(f"{what} {count}\n".encode())
        return await self.answer()

    async def stop(self) -> None:
        """End its input, by which it stops, and wait for that."""
        if self.process is not None and self.process.stdin is not None:
            self.process.stdin.close()
            await self.process.wait()


def unpacked(commit: str, folder: Path) -> Path:
    """A commit's files in a folder of its own. Raises CalledProcessError where git has it not."""
    whole = run(["git", "archive", commit], cwd=ROOT, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=BytesIO(whole)) as archive:
        archive.extractall(folder, filter="data")
    return folder


@asynccontextmanager
async def both(commit: str) -> AsyncIterator[tuple[Contestant, Contestant]]:
    """This tree's stack, and that of a commit."""
    with TemporaryDirectory(prefix="cb") as place:
        ours, theirs = Contestant(ROOT), Contestant(unpacked(commit, Path(place)))
        async with AsyncExitStack() as ends:
            for one in (ours, theirs):
                ends.push_async_callback(one.stop)
                await one.start()
            yield ours, theirs
