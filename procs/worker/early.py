"""An upload that begins before its download ends, where the file will be sent as it comes.

It is a guess: whatever becomes of the file afterwards decides (`Stream.finish`), and the plain way
remains. So nothing here fails a job.
"""

import asyncio
import os
import re
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from procs import log, media
from procs.engine.client import Found
from procs.errors import ChaparError
from procs.job import Lease
from procs.telegram.streaming import Stream
from procs.variant import parse
from procs.worker.tools import Tools

#: What yt-dlp calls one file that is on its way; several at once have a number in between.
COMING = re.compile(r"media-\d+\.\w+\.part")
#: Seconds between two looks at what has come, and how often none of it has come yet.
LOOK, LOOKS = 0.1, 600
METHOD = "upload.SaveBigFilePart"


class Early:
    """At most one stream beside a download."""

    def __init__(self, tools: Tools, lease: Lease) -> None:
        self.tools = tools
        self.lease = lease
        self.stream: Stream | None = None
        self.looking: asyncio.Task[None] | None = None

    def expect(self, found: Found, folder: Path, largest: int) -> None:
        """A download begins. Called before the first byte of it; what is larger than `largest`
        will not go up as it is."""
        if self.may_stream(found, largest):
            work = self.look(folder, as_it_is=self.is_kept(found))
            self.looking = asyncio.create_task(work, name=f"early-{self.lease.job}")

    def may_stream(self, found: Found, largest: int) -> bool:
        least = self.tools.settings.stream_from
        wish = parse(self.lease.payload["variant"])
        changed = wish.sound or wish.clip or wish.subtitles
        return bool(
            least
            and least <= (found.size or 0) <= largest
            and not self.lease.payload["folder"]
            and not changed
            and not self.tools.pace.wait(METHOD)
        )

    def is_kept(self, found: Found) -> bool:
        """Whether the file is sent as it is, whatever it turns out to be."""
        return found.kind == "file" or parse(self.lease.payload["variant"]).form == "file"

    async def look(self, folder: Path, *, as_it_is: bool) -> None:
        """Wait for the file, look at its beginning, and let it go up if that helps."""
        try:
            for _ in range(LOOKS):
                path = coming(folder)
                fits = path and (as_it_is or media.will_stream(path))
                if path and fits:
                    courier = await self.tools.telegram()
                    self.stream = courier.stream(path, opened(path))
                    return
                if path and fits is False:
                    return
                await asyncio.sleep(LOOK)
        except (ChaparError, OSError) as error:
            log.info("upload.not-early", job=self.lease.job, error=error)

    async def close(self) -> None:
        if self.looking is not None:
            self.looking.cancel()
            await asyncio.wait({self.looking})
        if self.stream is not None:
            await self.stream.close()


@asynccontextmanager
async def early(tools: Tools, lease: Lease) -> AsyncIterator[Early]:
    one = Early(tools, lease)
    try:
        yield one
    finally:
        await one.close()


def coming(folder: Path) -> Path | None:
    """The one file that is on its way."""
    found = [path for path in folder.iterdir() if COMING.fullmatch(path.name)]
    return found[0] if len(found) == 1 and found[0].lstat().st_size else None


def opened(path: Path) -> int:
    """A descriptor to read from. The child that writes there is not trusted: only a plain file of
    the folder itself is opened. Raises OSError."""
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise OSError(f"{path.name} is no file")
    return file
