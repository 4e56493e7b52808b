"""Runs ffmpeg and ffprobe, and classifies their failures."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

from procs.core.ffmpeg import FORMATS, tools
from procs.errors import DiskFull, ProcessingFailed, TooLarge


class ProgramRun(Protocol):
    """How a program ended: exit code (negative: a signal), and the end of what it wrote."""

    @property
    def code(self) -> int: ...
    @property
    def out(self) -> bytes: ...
    @property
    def err(self) -> bytes: ...


#: Runs a program (absolute path first) in a folder, for so many seconds at most.
Run = Callable[[list[str], Path, float], Awaitable[ProgramRun]]

#: The protocols that ffmpeg may use: local files. A playlist in disguise must not make ffmpeg read
#: other files or addresses.
PROTOCOLS = "file"
GUARD = ("-protocol_whitelist", PROTOCOLS, "-format_whitelist", FORMATS)

FAILURES = (
    (DiskFull, r"no space left|disk quota"),
    (TooLarge, r"file too large"),
)


def source(path: Path) -> tuple[str, ...]:
    """A file as an input: guarded, and never taken for an option or a protocol."""
    return (*GUARD, "-i", f"file:{path}")


async def ffmpeg(run: Run, folder: Path, *words: str, timeout: float) -> None:
    """Run ffmpeg to its end. Raises ProcessingFailed, DiskFull, TooLarge, TimedOut."""
    argv = [tools().ffmpeg, "-nostdin", "-v", "error", "-y", *words]
    ran = await run(argv, folder, timeout)
    if ran.code:
        raise failure(ran)


def failure(ran: ProgramRun) -> ProcessingFailed | DiskFull | TooLarge:
    said = ran.err.decode(errors="replace").strip()
    for kind, words in FAILURES:
        if re.search(words, said, re.I):
            return kind(said[-300:])
    return ProcessingFailed(f"exit {ran.code}: {said[-300:]}")
