"""Uploads a file while it is still being downloaded.

Telegram takes parts of a file whose length is not known yet: their total is -1, and the parts that
leave once it is known carry the true one, the first part last of all (core.telegram.org/api/files,
streamed uploads; the official Android client sends converted films like this). Where the index is
written last, into room that was left for it in front, that room leaves last too. What was sent is
remembered by its checksum, so that nothing is assembled from bytes that changed afterwards.
"""

import asyncio
import os
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyrogram.raw.types import InputFileBig

from procs.errors import ChaparError
from procs.telegram.upload.connection_pool import ConnectionPool
from procs.telegram.upload.part_frames import FramePiece
from procs.telegram.upload.uploader import PART, Upload, opened

#: Seconds between two reads of the size of the growing file.
GROWTH_POLL = 0.1
UNKNOWN = -1


class FileChanged(ChaparError):
    """The finished file differs from the parts that were sent: the whole file is uploaded again."""


@dataclass(frozen=True, slots=True)
class HashedPiece(FramePiece):
    """A part that records the CRC-32 of its bytes when it is sent."""

    sums: dict[int, int]

    def read(self) -> bytes:
        data = super(HashedPiece, self).read()
        self.sums[self.number] = zlib.crc32(data)
        return data


class UploadStream(Upload):
    """One growing file on its way. `file` is its descriptor, which the stream closes; its first
    `head` bytes are not final before its end."""

    def __init__(
        self, lanes: ConnectionPool, path: Path, file: int, *, head: int = 0, premium: bool = False
    ) -> None:
        super().__init__(lanes, path, unheard, premium=premium)
        self.file = file
        #: The first part that may leave while the file grows; part 0 never does.
        self.first = max(1, -(-head // PART))
        self.big = True
        self.parts = UNKNOWN
        self.sums: dict[int, int] = {}
        self.whole = asyncio.Event()
        #: Bytes that had left when the file was complete.
        self.ahead = 0
        self.work = asyncio.ensure_future(self.together(self._send))

    async def finish(self, path: Path) -> None:
        """The file is complete, and lies at `path` now: send what is missing, the first part last.
        Raises Changed when it is another file, or not what it was when its parts left; else as
        `Upload.run`. Nobody may write to it any more."""
        now, then = path.stat(), os.fstat(self.file)
        if (now.st_ino, now.st_dev) != (then.st_ino, then.st_dev):
            raise FileChanged(f"{path.name} is a new file")
        self.path, self.size, self.parts = path, now.st_size, -(-now.st_size // PART)
        if not await asyncio.to_thread(self._is_same):
            raise FileChanged(f"{path.name} was changed after its parts had left")
        self.ahead = self.done
        self.whole.set()
        await self.work

    async def run(self) -> Any:
        """What names the file, all of which has left. Raises nothing."""
        return self.name()

    def name(self) -> Any:
        """The argument that names the finished file in the next call."""
        return InputFileBig(id=self.id, parts=self.parts, name=self.path.name)

    async def close(self) -> None:
        """Stop sending, and close the file."""
        self.work.cancel()
        await asyncio.wait({self.work})
        if not self.work.cancelled():
            self.work.exception()  # seen: whoever finishes hears of it, nobody else cares
        if self.file >= 0:
            os.close(self.file)
            self.file = -1

    async def _send(self, group: asyncio.TaskGroup) -> None:
        """The parts behind the head as they become whole; the rest when the length is known; then
        the head's, and part 0."""
        carried: set[asyncio.Task[None]] = set()
        number = self.first
        while not self.whole.is_set():
            ready = min(os.fstat(self.file).st_size // PART, self.most)
            if number < ready:
                await self.begin(group, self._piece(self.file, number), carried)
                number += 1
                continue
            try:
                async with asyncio.timeout(GROWTH_POLL):
                    await self.whole.wait()
            except TimeoutError:
                continue
        for rest in (*range(number, self.parts), *range(1, min(self.first, self.parts))):
            await self.begin(group, self._piece(self.file, rest), carried)
        if carried:
            await asyncio.wait(carried)
        await self.begin(group, self._piece(self.file, 0), carried)
        await asyncio.wait(carried)

    def _piece(self, file: int, number: int) -> FramePiece:
        offset = number * PART
        size = PART if self.parts == UNKNOWN else min(PART, self.size - offset)
        return HashedPiece(file, self.id, number, self.parts, offset, size, self.sums)

    def _is_same(self) -> bool:
        """Whether every part that left still has the same bytes in the file."""
        with opened(self.path) as file:
            return all(
                number < self.parts and zlib.crc32(os.pread(file, PART, number * PART)) == known
                for number, known in list(self.sums.items())
            )


def unheard(done: int, total: int) -> None:
    """The progress callback before the file is complete: it does nothing."""
