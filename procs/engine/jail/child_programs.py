"""The programs that a child may start, and their arguments: ffmpeg, which may open only its given
files, and a JavaScript runtime.

yt-dlp knows many downloaders and helpers and takes those that it finds; its own options guard
ffmpeg only where it fetches, and not where it works on what was fetched. So every start of a
program is judged here, the one place that all of them pass.
"""

import os
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from procs.core.ffmpeg import FORMATS, tools
from procs.engine.jail import js_runtimes, resource_limits

#: What ffmpeg may speak and take in when it fetches: the web, by our proxy; lists, and pieces.
WEB = ("-protocol_whitelist", "http,https,httpproxy,tcp,tls,crypto,data")
PIECES = ("-format_whitelist", f"{FORMATS},hls,webvtt,ac3,eac3")
FETCHING = (*WEB, *PIECES)
#: … and when it works on files: what is on the disk is only what it is. A playlist in disguise must
#: open nothing more.
WORKING = (
    *("-protocol_whitelist", "file"),
    *("-format_whitelist", f"{FORMATS},webvtt,srt,ass,ffmetadata"),
)
#: … and when it is given a picture that still comes, by a pipe.
PIPED = ("-protocol_whitelist", "pipe", "-format_whitelist", FORMATS)
#: A list of pieces to be joined is taken only as one, where yt-dlp wrote it itself and says so.
JOINED = (*WORKING[:-1], f"{WORKING[-1]},concat")
INPUT, GUARDED, FORM = "-i", "-protocol_whitelist", ("-f", "concat")


def guarded(argv: Iterable[str]) -> list[str]:
    """The words with which a program is really started. Raises PermissionError for one that is not
    ours, which yt-dlp takes as if there were none."""
    words = [os.fsdecode(word) for word in argv]
    if is_ffmpeg(words[0]):
        return list(with_guards(words))
    if Path(words[0]).name in {kind.name for kind in js_runtimes.RUNTIME_KINDS}:
        return words
    raise PermissionError(1, "not a program for downloads", words[0])


def is_ffmpeg(path: str) -> bool:
    """Ours, or what yt-dlp looks for beside it."""
    name, ours = Path(path), Path(tools().ffmpeg)
    return name == ours or (name.parent == ours.parent and name.name in ("ffmpeg", "ffprobe"))


def with_guards(words: list[str]) -> Iterator[str]:
    """Every input with a guard in front of it, its own or ours."""
    before: list[str] = []
    for word in words:
        if word == INPUT and GUARDED not in before:
            yield from JOINED if FORM in pairwise(before) else WORKING
        before = [] if word == INPUT else [*before, word]
        yield word


def tie(popen: Any) -> None:
    """Have every program that yt-dlp starts by this class judged, and killed when the child that
    started it dies."""
    start = popen.__init__

    def start_tied(self: Any, args: Any, *more: Any, **words: Any) -> None:
        if isinstance(args, str | bytes) or words.pop("shell", False):
            raise PermissionError(1, "no shell for downloads", str(args)[:80])
        child = os.getpid()
        start(
            self, guarded(args), *more, preexec_fn=lambda: resource_limits.die_with(child), **words
        )

    popen.__init__ = start_tied
