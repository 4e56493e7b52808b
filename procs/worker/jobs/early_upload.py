"""An upload that begins before its download ends, where the file will be sent as it comes, or as it
is made of the streams that come.

It is a guess: whatever becomes of the file afterwards decides (`Stream.finish`), and the plain way
remains. So nothing here fails a job.
"""

import asyncio
import os
import re
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path

from procs import media
from procs.core import disk, log
from procs.engine.client import Fetched, Probed
from procs.engine.protocol.messages import LATER, MERGED
from procs.errors import ChaparError
from procs.records.job import Lease
from procs.telegram.delivery.courier import Courier
from procs.telegram.upload.stream import UploadStream
from procs.wishes.variant import parse
from procs.worker.jobs import engine_order
from procs.worker.process.context import WorkerContext

#: What yt-dlp calls one file that is on its way; several at once have a number in between.
COMING = re.compile(r"media-\d+\.\w+\.part")
#: Seconds between two looks at what has come, and how often none of a plain file has come yet.
FILE_POLL_INTERVAL, FILE_POLLS = 0.1, 600
#: Bytes in front of a file that a child may say are written last; the longest film needs fewer.
MOST_HEAD = 256 << 20
METHOD = "upload.SaveBigFilePart"

#: The file that goes up; None while it cannot be told, False when none will.
Find = Callable[[], Path | bool | None]


class EarlyUpload:
    """At most one stream beside a download."""

    def __init__(self, tools: WorkerContext, lease: Lease) -> None:
        self.tools = tools
        self.lease = lease
        self.folder: Path | None = None
        self.stream: UploadStream | None = None
        self.looking: asyncio.Task[None] | None = None

    def expect(self, found: Probed, folder: Path) -> None:
        """A download begins that may go up meanwhile. Called before the first byte of it."""
        self.folder = folder
        self.begin(partial(fitting, folder, as_it_is=self.is_kept(found)))

    def merges(self, head: int) -> None:
        """A film is being made while its streams come; so many bytes in front are written last."""
        if self.folder and not self.stream and 0 < head <= MOST_HEAD:
            self.begin(partial(growing, self.folder / MERGED, head), head)

    def came(self, fetched: Fetched) -> None:
        """The download is over: say why a film in two streams did not go up meanwhile."""
        for why in fetched.warnings:
            if why.startswith(LATER):
                log.info("upload.not-early", job=self.lease.job, error=why)

    def may_stream(self, found: Probed, largest: int) -> bool:
        """Whether a media may go up while it comes down; what is larger than `largest` bytes will
        not be sent as it is."""
        least = engine_order.stream_from(self.tools, self.lease)
        known = least <= (found.size or 0) <= largest
        return bool(least and known and not self.tools.pace.wait(METHOD))

    def is_kept(self, found: Probed) -> bool:
        """Whether the file is sent as it is, whatever it turns out to be."""
        return found.kind == "file" or parse(self.lease.link.variant).is_document

    def begin(self, find: Find, head: int = 0) -> None:
        """Look for the file; for another one than before, if we did."""
        if self.looking is not None:
            self.looking.cancel()
        self.looking = asyncio.create_task(self.look(find, head), name=f"early-{self.lease.job}")

    async def look(self, find: Find, head: int) -> None:
        """Wait for the file, look at its beginning, and let it go up if that helps."""
        try:
            for _ in count() if head else range(FILE_POLLS):
                path = find()
                if isinstance(path, Path):
                    self.stream = follow(await self.tools.telegram(), path, head)
                if path is not None:
                    return
                await asyncio.sleep(FILE_POLL_INTERVAL)
        except (ChaparError, OSError) as error:
            log.info("upload.not-early", job=self.lease.job, error=error)

    async def close(self) -> None:
        if self.looking is not None:
            self.looking.cancel()
            await asyncio.wait({self.looking})
        if self.stream is not None:
            await self.stream.close()


def follow(courier: Courier, path: Path, head: int) -> UploadStream:
    """Begin to send a growing file. Raises OSError, TelegramAway, TelegramRefused, TooLarge."""
    file = disk.opened(path)
    try:
        return courier.stream(path, file, head=head)
    except (ChaparError, OSError):
        os.close(file)
        raise


def fitting(folder: Path, *, as_it_is: bool) -> Path | bool | None:
    """The one file that is on its way, if it can be sent as it comes."""
    found = [path for path in folder.iterdir() if COMING.fullmatch(path.name)]
    if len(found) != 1 or not found[0].lstat().st_size:
        return None
    fits = as_it_is or media.will_stream(found[0])
    return found[0] if fits else fits


def growing(path: Path, head: int) -> Path | None:
    """The film that is being made, once there is more of it than what is written last."""
    there = path.lstat().st_size if path.exists() else 0
    return path if there > head else None
