"""What the preparation of files needs of the engine: a child that works on media, and programs."""

from collections.abc import Awaitable
from pathlib import Path
from typing import Any, Protocol

from procs.errors import ProcessingFailed
from procs.media import file_facts
from procs.media.ffmpeg_run import Runner, failure_of
from procs.media.file_facts import MediaFacts

#: Seconds; a file that takes longer to open is not worth knowing.
PROBE_TIMEOUT = 60.0
#: Seconds that a copy may take; a thumbnail is cheap or not worth it.
COPYING, DRAWING = 900.0, 60.0


class FileTools(Runner, Protocol):
    """For the files of one folder. What a child did there is believed after `seal` alone; a program
    runs while no child does."""

    def ask(self, work: str, timeout: float, **words: Any) -> Awaitable[Any]:
        """Have a child of libav do one piece of work (`procs.engine.child.media_work`). Raises
        ProcessingFailed when it cannot, or died of it, DiskFull, TooLarge, TimedOut."""

    def seal(self) -> Awaitable[None]:
        """End the child; what it left that is no file is removed."""


async def probe(tools: FileTools, path: Path) -> MediaFacts | None:
    """The facts of a file; None when it is no media that we may open."""
    try:
        told = await tools.ask("facts", PROBE_TIMEOUT, name=path.name)
    except ProcessingFailed:
        return None
    return file_facts.read(told)


async def draw(
    tools: FileTools, path: Path, made: Path, *, at: float, box: tuple[int, int], quality: int
) -> None:
    """A JPEG of a file's picture at so many seconds: in the size of `box`, or, where that has no
    height, as large as fits its width. Raises as `FileTools.ask`."""
    words = {"at": at, "box": box, "quality": quality}
    await made_by(tools, "frame", DRAWING, name=path.name, made=made.name, **words)


async def copy(tools: FileTools, path: Path, made: Path, *, sound: bool) -> None:
    """A film's picture and its sound in an mp4. Raises as `FileTools.ask`."""
    await made_by(tools, "copy", COPYING, name=path.name, made=made.name, sound=sound)


async def made_by(tools: FileTools, work: str, timeout: float, **words: Any) -> None:
    """Have a child do one work; its failure becomes the error that its text means. Raises as
    `failure_of` says, and TimedOut."""
    try:
        await tools.ask(work, timeout, **words)
    except ProcessingFailed as error:
        raise failure_of(error.detail) from None
