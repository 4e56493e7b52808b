"""An upload that begins before its download ends, when the file will be sent unchanged, or as it is
merged from the streams while they arrive.

It is speculative: the finished file decides whether it counts (`UploadStream.finish`), and
otherwise the file is uploaded as usual. So nothing here fails a job.
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

#: The name that yt-dlp gives to one partial file; several partial files have a number in their
#: names.
COMING = re.compile(r"media-\d+\.\w+\.part")
#: Seconds between two checks of the partial file, and the number of checks that may find no file.
FILE_POLL_INTERVAL, FILE_POLLS = 0.1, 600
#: The most bytes at a file's start that a child may declare as written last; the longest film needs
#: fewer.
MOST_HEAD = 256 << 20
METHOD = "upload.SaveBigFilePart"

#: The file to upload; None while it is not known yet, False when there will be none.
Find = Callable[[], Path | bool | None]


class EarlyUpload:
    """At most one upload stream during a download."""

    def __init__(self, context: WorkerContext, lease: Lease) -> None:
        self.context = context
        self.lease = lease
        self.folder: Path | None = None
        self.stream: UploadStream | None = None
        self.looking: asyncio.Task[None] | None = None

    def expect(self, found: Probed, folder: Path) -> None:
        """Prepare to upload during a download. Called before its first byte."""
        self.folder = folder
        self.begin(partial(fitting, folder, as_it_is=self.is_kept(found)))

    def merges(self, head: int) -> None:
        """Note that the child merges a film while its streams arrive, and writes its first `head`
        bytes last."""
        if self.folder and not self.stream and 0 < head <= MOST_HEAD:
            self.begin(partial(growing, self.folder / MERGED, head), head)

    def came(self, fetched: Fetched) -> None:
        """Note the end of the download, and log why a film of two streams was not uploaded during
        it."""
        for why in fetched.warnings:
            if why.startswith(LATER):
                log.info("upload.not-early", job=self.lease.job, error=why)

    def may_stream(self, found: Probed, largest: int) -> bool:
        """Whether a media may be uploaded during its download; one larger than `largest` bytes will
        not be sent unchanged."""
        least = engine_order.stream_from(self.context, self.lease)
        known = least <= (found.size or 0) <= largest
        return bool(least and known and not self.context.pace.wait(METHOD))

    def is_kept(self, found: Probed) -> bool:
        """Whether the file is sent unchanged, whatever its contents are."""
        return found.kind == "file" or parse(self.lease.link.variant).is_document

    def begin(self, find: Find, head: int = 0) -> None:
        """Begin to search for the file, anew when a search runs already."""
        if self.looking is not None:
            self.looking.cancel()
        self.looking = asyncio.create_task(self.look(find, head), name=f"early-{self.lease.job}")

    async def look(self, find: Find, head: int) -> None:
        """Wait for the file, read its beginning, and upload it during the download if that is
        possible."""
        try:
            for _ in count() if head else range(FILE_POLLS):
                path = find()
                if isinstance(path, Path):
                    self.stream = follow(await self.context.telegram(), path, head)
                if path is not None:
                    return
                await asyncio.sleep(FILE_POLL_INTERVAL)
        except (ChaparError, OSError) as error:
            log.info("upload.not-early", job=self.lease.job, error=error)

    async def close(self) -> None:
        """Stop looking, and end an unfinished upload."""
        if self.looking is not None:
            self.looking.cancel()
            await asyncio.wait({self.looking})
        if self.stream is not None:
            await self.stream.close()


def follow(courier: Courier, path: Path, head: int) -> UploadStream:
    """Begin to upload a growing file. Raises OSError, TelegramAway, TelegramRefused, TooLarge."""
    file = disk.opened(path)
    try:
        return courier.stream(path, file, head=head)
    except (ChaparError, OSError):
        os.close(file)
        raise


def fitting(folder: Path, *, as_it_is: bool) -> Path | bool | None:
    """The one partial file, if it can be sent unchanged."""
    found = [path for path in folder.iterdir() if COMING.fullmatch(path.name)]
    if len(found) != 1 or not found[0].lstat().st_size:
        return None
    fits = as_it_is or media.will_stream(found[0])
    return found[0] if fits else fits


def growing(path: Path, head: int) -> Path | None:
    """The film that is being merged, once it is longer than the part that is written last."""
    there = path.lstat().st_size if path.exists() else 0
    return path if there > head else None
