"""Uploads a file to Telegram, in parts.

Source of the numbers: core.telegram.org/api/files.
"""

import asyncio
import hashlib
import os
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from pyrogram.raw.types import InputFile, InputFileBig

from procs.config.values import PREMIUM_FILE, TELEGRAM_FILE
from procs.errors import TelegramAway, TelegramRefused, TelegramWait, TooLarge
from procs.telegram.rpc_errors import UploadSlowed
from procs.telegram.upload.connection_pool import CONNECTIONS, ConnectionPool
from procs.telegram.upload.part_frames import FileCut, FramePiece
from procs.telegram.upload.window import Window

PART = 512 << 10
#: Up to here a file is sent in the small form, which carries its MD5.
SMALL = 10 << 20
#: Bytes up to which an MD5 takes less than the way to a thread and back.
SMALL_DIGEST = 64 << 10
#: Seconds without one acknowledged part after which an upload is given up.
STALL = 60.0
#: The longest FLOOD_WAIT that is sat out beside a half-sent file; parts live for hours.
LONGEST_FLOOD_WAIT = 60.0
#: Seconds before a part that Telegram failed to take (500) is sent again.
PART_RETRY = 0.2

Progress = Callable[[int, int], None]


class UploadRecord(Protocol):
    """What is written down of an upload, so that another process can go on with it: its number,
    whether parts left before, and which Telegram has."""

    id: int
    begun: bool

    def has(self, part: int) -> bool:
        """Whether Telegram acknowledged a part."""

    def note(self, part: int) -> None:
        """Write down that Telegram acknowledged a part."""


class Upload:
    """One file on its way. Parts are read when they leave, so memory holds a few of them only;
    `on_progress` gets the bytes acknowledged and the bytes in all."""

    def __init__(
        self,
        lanes: ConnectionPool,
        path: Path,
        on_progress: Progress,
        *,
        premium: bool = False,
        kept: UploadRecord | None = None,
    ) -> None:
        self.lanes = lanes
        self.path = path
        self.size = path.stat().st_size
        self.parts = -(-self.size // PART)
        self.most = (PREMIUM_FILE if premium else TELEGRAM_FILE) // PART
        self.big = self.size > SMALL
        self.kept = kept if self.big else None
        self.id = self.kept.id if self.kept else secrets.randbits(63)
        self.on_progress = on_progress
        self.window = Window()
        self.done = 0
        self.heard = time.monotonic()
        if not self.size:
            raise TelegramRefused(f"{path.name} is empty")
        if self.parts > self.most:
            raise TooLarge(f"{self.size} bytes")

    async def run(self) -> Any:
        """Send every part. Returns what names the file in the next call. Raises TelegramAway,
        TelegramWait, TelegramRefused, SessionRevoked."""
        name = self.path.name
        if self.big:
            await self.send(self.missing())
            return InputFileBig(id=self.id, parts=self.parts, name=name)
        _, digest = await asyncio.gather(self.send(self.missing()), self.digest())
        return InputFile(id=self.id, parts=self.parts, name=name, md5_checksum=digest)

    async def digest(self) -> str:
        """Telegram's check of a small file."""
        if self.size <= SMALL_DIGEST:
            return md5(self.path)
        return await asyncio.to_thread(md5, self.path)

    def missing(self) -> list[int]:
        """The parts that Telegram does not have yet; the others count as done."""
        kept = self.kept
        numbers = [part for part in range(self.parts) if not (kept and kept.has(part))]
        self.done = max(0, self.size - len(numbers) * PART)
        return numbers

    async def send(self, numbers: Iterable[int]) -> None:
        """Send these parts; those that Telegram has already are sent once more. Raises as `run`."""
        with opened(self.path) as file:
            await self.together(partial(self._fill, file, numbers))

    async def together(self, fill: Callable[[asyncio.TaskGroup], Awaitable[None]]) -> None:
        """Let `fill` begin parts in a group of tasks, for as long as something moves. Raises as
        `run`."""
        async with self.lanes.use(CONNECTIONS if self.big else 1):
            try:
                async with asyncio.TaskGroup() as group:
                    watch = group.create_task(self.watch())
                    await fill(group)
                    watch.cancel()
            except ExceptionGroup as failed:
                raise failed.exceptions[0] from None

    async def _fill(self, file: int, numbers: Iterable[int], group: asyncio.TaskGroup) -> None:
        """Send parts as fast as the window allows, and wait for the last of them."""
        carried: set[asyncio.Task[None]] = set()
        for number in numbers:
            await self.begin(group, self._piece(file, number), carried)
        if carried:
            await asyncio.wait(carried)

    async def begin(
        self, group: asyncio.TaskGroup, piece: FramePiece, carried: set[asyncio.Task[None]]
    ) -> None:
        """Let one part leave as soon as there is room; `carried` holds its task meanwhile."""
        await self.window.reserve()
        task = group.create_task(self._carry(piece))
        carried.add(task)
        task.add_done_callback(carried.discard)

    async def watch(self) -> None:
        """Give up when parts are on their way and nothing is acknowledged any more. Raises
        TelegramAway."""
        idle = 0.0
        while idle < STALL:
            await asyncio.sleep(max(STALL - idle, STALL / 60))
            last = max(self.heard, self.window.resume)
            idle = time.monotonic() - last if self.window.flying else 0.0
        raise TelegramAway(f"no part of {self.path.name} acknowledged in {STALL:g} s")

    async def _carry(self, piece: FramePiece) -> None:
        if self.window.flying == 1:
            self.heard = time.monotonic()
        try:
            await self._put(piece)
        finally:
            self.window.release()
        self.note(piece)

    def note(self, piece: FramePiece) -> None:
        """A part was acknowledged."""
        if self.kept:
            self.kept.note(piece.number)
        self.done += piece.size
        self.on_progress(min(self.done, self.size), self.size)

    async def _put(self, piece: FramePiece) -> None:
        """Send one part until Telegram acknowledges it."""
        while True:
            await self.window.leave()
            began = time.monotonic()
            try:
                await self.lanes.put(piece, patience=self.window.patience)
            except UploadSlowed as wait:
                self.window.slow(wait.seconds)
            except TelegramWait as wait:
                if wait.seconds > LONGEST_FLOOD_WAIT:
                    raise
                self.window.slow(wait.seconds)
            except TelegramAway:
                self.window.note_timeout()
                await asyncio.sleep(PART_RETRY if time.monotonic() - began < PART_RETRY else 0)
            except FileCut as error:
                raise TelegramRefused(str(error)) from error
            else:
                self.heard = time.monotonic()
                self.window.note_ack(self.heard - began)
                return

    def _piece(self, file: int, number: int) -> FramePiece:
        offset = number * PART
        size = min(PART, self.size - offset)
        return FramePiece(file, self.id, number, self.parts if self.big else 0, offset, size)


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
