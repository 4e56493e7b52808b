"""Parts of a file, several on their way at once.

Source of the numbers: core.telegram.org/api/files.
"""

import asyncio
import hashlib
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pyrogram.raw.functions.upload import SaveBigFilePart, SaveFilePart
from pyrogram.raw.types import InputFile, InputFileBig

from procs.errors import TelegramAway, TelegramRefused, TelegramWait, TooLarge
from procs.telegram.line import Line

PART = 512 << 10
MOST_PARTS = 4000
#: Up to here a file is sent in the small form, which carries its MD5.
SMALL = 10 << 20
#: Parts on their way at once; what an upload holds in memory.
WINDOW = 8
#: Seconds without one acknowledged part after which an upload is given up.
STALL = 60.0
#: The longest wait that is sat out beside a half-sent file; parts live for hours.
PATIENCE = 60.0
#: Seconds before a part is sent again over a new connection.
AGAIN = 0.2

Progress = Callable[[int, int], None]


class Upload:
    """One file on its way. Memory: `WINDOW` parts."""

    def __init__(self, line: Line, path: Path, on_progress: Progress) -> None:
        self.line = line
        self.path = path
        self.size = path.stat().st_size
        self.parts = -(-self.size // PART)
        self.big = self.size > SMALL
        self.id = secrets.randbits(63)
        self.on_progress = on_progress
        self.done = 0
        self.heard = time.monotonic()
        if not self.size:
            raise TelegramRefused(f"{path.name} is empty")
        if self.parts > MOST_PARTS:
            raise TooLarge(f"{self.size} bytes")

    async def run(self) -> Any:
        """Send every part. Returns what names the file in the next call. Raises TelegramAway,
        TelegramWait, TelegramRefused, SessionRevoked."""
        waiting = iter(range(self.parts))
        with opened(self.path) as file:
            try:
                async with asyncio.TaskGroup() as group:
                    for _ in range(min(WINDOW, self.parts)):
                        group.create_task(self._carry(file, waiting))
            except ExceptionGroup as failed:
                raise failed.exceptions[0] from None
        name = self.path.name
        if self.big:
            return InputFileBig(id=self.id, parts=self.parts, name=name)
        return InputFile(id=self.id, parts=self.parts, name=name, md5_checksum=md5(self.path))

    async def _carry(self, file: int, waiting: Iterator[int]) -> None:
        for part in waiting:
            data = await asyncio.to_thread(os.pread, file, PART, part * PART)
            await self._put(part, data)
            self.done += len(data)
            self.on_progress(self.done, self.size)

    async def _put(self, part: int, data: bytes) -> None:
        """One part, until Telegram has it."""
        while True:
            try:
                await self.line.ask(self._call(part, data), timeout=STALL)
            except TelegramWait as wait:
                if wait.seconds > PATIENCE:
                    raise
                await asyncio.sleep(wait.seconds)
                self.heard = time.monotonic()
            except TelegramAway:
                if self.line.dead or time.monotonic() - self.heard > STALL:
                    raise
                await asyncio.sleep(AGAIN)
            else:
                self.heard = time.monotonic()
                return

    def _call(self, part: int, data: bytes) -> Any:
        if self.big:
            return SaveBigFilePart(
                file_id=self.id, file_part=part, file_total_parts=self.parts, bytes=data
            )
        return SaveFilePart(file_id=self.id, file_part=part, bytes=data)


@contextmanager
def opened(path: Path) -> Iterator[int]:
    """A descriptor to read from. pread needs no position, so parts may be read in any order; a
    mapping would count the whole file as our memory."""
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield file
    finally:
        os.close(file)


def md5(path: Path) -> str:
    """Telegram's check of a small file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
