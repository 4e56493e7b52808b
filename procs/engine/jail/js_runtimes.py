"""Finds a JavaScript runtime: without one, YouTube offers yt-dlp only some formats.

The places are those in which yt-dlp looks: the environment's own programs, then the system's. The
wheel of the extra `js` puts deno among the first.
"""

import re
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass

from procs.core.ffmpeg import PATH

#: Seconds for a runtime to say its version.
VERSION_TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class RuntimeKind:
    """A runtime that yt-dlp knows, how it says its version, and the oldest that is taken (from
    yt_dlp/utils/_jsruntime.py)."""

    name: str
    says: re.Pattern[str]
    least: tuple[int, ...]


#: In the order in which yt-dlp prefers them.
RUNTIME_KINDS = (
    RuntimeKind("deno", re.compile(r"^deno (\d+(?:\.\d+)*)"), (2, 3, 0)),
    RuntimeKind("node", re.compile(r"^v(\d+(?:\.\d+)*)"), (22, 0, 0)),
)
NONE = "none, so YouTube shows only some of its forms; pip install '.[js]' brings one"


def named() -> dict[str, dict[str, str]]:
    """The kinds, as yt-dlp's option names them."""
    return {kind.name: {} for kind in RUNTIME_KINDS}


def found() -> Iterator[tuple[RuntimeKind, str, tuple[int, ...]]]:
    """The runtimes that are there, whatever their age: kind, program, version."""
    for kind in RUNTIME_KINDS:
        path = shutil.which(kind.name, path=f"{sysconfig.get_path('scripts')}:{PATH}")
        version = version_of(kind, path) if path else None
        if path and version:
            yield kind, path, version


def state() -> str:
    """The runtime that yt-dlp takes here, in words, and what is wrong with the others."""
    old = []
    for kind, path, version in found():
        if version >= kind.least:
            return f"{kind.name} {shown(version)} ({path})"
        old.append(f"{kind.name} {shown(version)} is older than {shown(kind.least)}")
    return "; ".join([NONE, *old])


def version_of(kind: RuntimeKind, path: str) -> tuple[int, ...] | None:
    """The version that a program prints; None when it prints none."""
    try:
        told = subprocess.run([path, "--version"], capture_output=True, timeout=VERSION_TIMEOUT)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = kind.says.match(told.stdout.decode(errors="replace"))
    return tuple(map(int, found[1].split("."))) if found else None


def shown(version: tuple[int, ...]) -> str:
    """A version as it is written, `2.0.0`."""
    return ".".join(map(str, version))
