"""Runs ffmpeg, and classifies its failures."""

import re
from collections.abc import Awaitable
from pathlib import Path
from typing import Protocol

from procs.core.ffmpeg import FORMATS
from procs.core.ffmpeg import tools as programs
from procs.errors import DiskFull, ProcessingFailed, TooLarge


class ProgramRun(Protocol):
    """How a program ended: exit code (negative: a signal), and the end of what it wrote."""

    @property
    def code(self) -> int:
        """The exit code; below 0 the signal that ended it."""

    @property
    def out(self) -> bytes:
        """The end of its standard output."""

    @property
    def err(self) -> bytes:
        """The end of its standard error."""


class Runner(Protocol):
    """Runs a program (absolute path first) in a folder, for so many seconds at most."""

    def run(self, argv: list[str], folder: Path, timeout: float) -> Awaitable[ProgramRun]:
        """Run to its end. Raises TimedOut after `timeout` seconds."""


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


async def ffmpeg(tools: Runner, folder: Path, *words: str, timeout: float) -> None:
    """Run ffmpeg to its end. Raises ProcessingFailed, DiskFull, TooLarge, TimedOut."""
    argv = [programs().ffmpeg, "-nostdin", "-v", "error", "-y", *words]
    ran = await tools.run(argv, folder, timeout)
    if ran.code:
        raise failure(ran)


def failure(ran: ProgramRun) -> ProcessingFailed | DiskFull | TooLarge:
    """The error that a run of ffmpeg ended in, by what it wrote."""
    return failure_of(ran.err.decode(errors="replace").strip(), f"exit {ran.code}: ")


def failure_of(said: str, by: str = "") -> ProcessingFailed | DiskFull | TooLarge:
    """What it means that ffmpeg, or a child of libav, ended with these words."""
    for kind, words in FAILURES:
        if re.search(words, said, re.I):
            return kind(said[-300:])
    return ProcessingFailed(f"{by}{said[-300:]}")
