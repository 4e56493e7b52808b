"""Installs one exact yt-dlp by pip into a folder, and checks that its requirements are there.

Which index is asked, by which way and with which credentials is pip's own configuration.
"""

import asyncio
import os
import sys
from collections.abc import Iterable, Iterator
from functools import partial
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import Version as Number

from procs.core import codec
from procs.engine.jail import resource_limits
from procs.engine.releases.versions import DISTRIBUTION, FLOOR, EngineRefused

#: The parts of yt-dlp that we want: what it calls its usual dependencies, and other browsers'
#: handshakes.
EXTRAS = ("default", "curl-cffi", "")
#: Built packages only: an installation must run no code of theirs.
INSTALL = ("install", "--no-deps", "--only-binary=:all:", "--disable-pip-version-check", "--quiet")
#: Seconds for one call of pip; characters of its words that are shown.
PIP_TIMEOUT, PIP_OUTPUT_SHOWN = 300.0, 300
#: How deep dependencies of dependencies are looked for.
DEPTH = 4


async def newest(*, pre: bool = False) -> str:
    """The number of the newest yt-dlp that pip would take here. Raises EngineRefused."""
    more = ["--pre"] if pre else []
    look = ("--dry-run", "--ignore-installed", "--report", "-")
    out = await pip(*INSTALL, *look, *more, f"{DISTRIBUTION}>={FLOOR}")
    try:
        return str(codec.load(out)["install"][0]["metadata"]["version"])
    except (ValueError, LookupError) as error:
        raise EngineRefused(f"pip's report on {DISTRIBUTION} cannot be read: {error!r}") from None


async def install(version: str, folder: Path) -> None:
    """Put one exact yt-dlp into a folder, and beside it what the environment lacks for it. Raises
    EngineRefused."""
    await pip(*INSTALL, "--target", str(folder), f"{DISTRIBUTION}=={version}")
    lacking = missing(folder)
    for _ in range(DEPTH):
        if lacking:
            await pip(*INSTALL, "--upgrade", "--target", str(folder), *map(str, lacking))
            lacking = missing(folder)
    if lacking:
        raise EngineRefused(f"{DISTRIBUTION} {version} lacks {', '.join(map(str, lacking))}")


def found(folder: Path) -> Number:
    """The yt-dlp that lies in a folder. Raises EngineRefused."""
    for package in metadata.distributions(name=DISTRIBUTION, path=[str(folder)]):
        return Number(package.version)
    raise EngineRefused(f"pip brought no {DISTRIBUTION}")


def missing(folder: Path) -> list[Requirement]:
    """The requirements of the packages in a folder that neither it nor the environment has in the
    right version."""
    return [
        one for one in wanted(metadata.distributions(path=[str(folder)])) if not met(one, folder)
    ]


def wanted(packages: Iterable[metadata.Distribution]) -> Iterator[Requirement]:
    """The requirements of packages that hold here, without their conditions."""
    for package in packages:
        for text in package.requires or []:
            one = Requirement(text)
            if one.marker is None or any(one.marker.evaluate({"extra": e}) for e in EXTRAS):
                one.marker = None
                yield one


def met(requirement: Requirement, folder: Path) -> bool:
    """Whether a folder, or else the environment, has a requirement."""
    name = requirement.name
    places = ([str(folder)], sys.path)
    for place in places:
        for package in metadata.distributions(name=name, path=place):
            return requirement.specifier.contains(package.version, prereleases=True)
    return False


async def pip(*words: str) -> bytes:
    """The output of pip. Raises EngineRefused with its last lines."""
    if find_spec("pip") is None:
        raise EngineRefused(f"there is no pip; run: {sys.executable} -m ensurepip")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pip", *words),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        preexec_fn=partial(resource_limits.die_with, os.getpid()),
    )
    try:
        async with asyncio.timeout(PIP_TIMEOUT):
            out, said = await process.communicate()
    except BaseException as error:
        if process.returncode is None:
            process.kill()
            await process.wait()
        if isinstance(error, TimeoutError):
            raise EngineRefused(f"pip did not end within {PIP_TIMEOUT:g} s") from None
        raise
    if process.returncode:
        raise EngineRefused(f"pip: {last_words(said.decode(errors='replace'))}")
    return out


def last_words(said: str) -> str:
    """The last complaint of pip, without its lists of versions."""
    lines = [line.partition(" (from versions:")[0] for line in said.splitlines() if "ERROR" in line]
    return (
        " ".join(line.removeprefix("ERROR: ") for line in lines)[-PIP_OUTPUT_SHOWN:]
        or "no reason was given"
    )
