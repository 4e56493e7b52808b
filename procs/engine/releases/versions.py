"""Which yt-dlp is in use: the one installed with us, or one in a folder of its own.

    engines/current        which one is used, and which one was before
    engines/2026.10.26/    one exact version, complete as far as the environment is not

Nothing is ever changed in place: a new version is a new folder, and then another `current`.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

from packaging.version import InvalidVersion
from packaging.version import Version as Number

from procs.core import codec, disk, log
from procs.errors import ChaparError

DISTRIBUTION = "yt-dlp"
#: Below this one, yt-dlp has known holes.
FLOOR = Number("2026.7.4")
POINTER, LOCK, UNFINISHED = "current", ".lock", ".new-"


class EngineRefused(ChaparError):
    """A version of the engine that is not to be used, and why; the one in use stays."""


@dataclass(frozen=True, slots=True)
class Version:
    """One yt-dlp, by its number; `folder` is None for the one in our own environment."""

    name: str
    folder: Path | None = None

    @property
    def number(self) -> Number:
        """The number as versions are compared (PEP 440)."""
        return Number(self.name)


@cache
def installed() -> Version:
    """The yt-dlp of our own environment, as it was when this process first asked."""
    return Version(metadata.version(DISTRIBUTION))


def number(text: str) -> Number:
    """A version in its normal form: `2026.08.19` is 2026.8.19. Raises EngineRefused."""
    try:
        return Number(text)
    except InvalidVersion:
        raise EngineRefused(f"{text!r} is not a version; write for example 2026.10.26") from None


def check_floor(version: Version) -> None:
    """Raises EngineRefused for a version with known holes."""
    if version.number < FLOOR:
        raise EngineRefused(f"yt-dlp {version.name} has known holes; {FLOOR} is the oldest allowed")


class Versions:
    """The versions under one CHAPAR_HOME, and which of them is in use."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.pointer = root / POINTER

    def current(self) -> Version:
        """The version in use. A pointer that leads nowhere is that of our environment."""
        return self.find(self.pointed().get("use", "")) or installed()

    def before(self) -> Version | None:
        """The version that was in use before, when it is still there."""
        return self.find(self.pointed().get("before", ""))

    def kept(self) -> list[Version]:
        """Every version there is, the newest first."""
        names = [entry.name for entry in self.root.glob("[0-9]*") if entry.is_dir()]
        found = [Version(name, self.root / name) for name in names]
        return sorted([*found, installed()], key=lambda one: one.number, reverse=True)

    def find(self, name: str) -> Version | None:
        """A version that is there, by its name; a folder goes before the environment."""
        return next((one for one in self.kept() if one.name == name), None)

    def pointed(self) -> dict[str, str]:
        """What the pointer names; nothing while there is none, or it cannot be read."""
        try:
            return dict(codec.load(disk.text(self.pointer)))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError) as error:
            log.warning("engine.pointer-unreadable", path=self.pointer, error=error)
            return {}

    def use(self, version: Version) -> None:
        """Have every job from now on use a version: the pointer is replaced whole. Of the others,
        the one before stays."""
        check_floor(version)
        old = self.current()
        before = old.name if old != version else self.pointed().get("before", "")
        self.point({"use": version.name, "before": before})
        self.prune()
        log.info("engine.used", version=version.name, before=before)

    def point(self, to: dict[str, str]) -> None:
        """Write the pointer: it is whole on the disk or the old one stays. Raises OSError."""
        fresh = self.pointer.with_suffix(".new")
        with open(fresh, "w", encoding="ascii") as file:
            file.write(codec.dump(to))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.pointer)

    def prune(self) -> None:
        """Remove every version but the one in use and the one before."""
        wanted = {self.current(), self.before()}
        for version in self.kept():
            if version.folder and version not in wanted:
                disk.remove(version.folder)
                log.info("engine.removed", version=version.name)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """One change at a time, of all processes; what an earlier one left unfinished goes first.
        Raises EngineRefused while another is at work."""
        self.root.mkdir(exist_ok=True, mode=0o700)
        lock = os.open(self.root / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for left in self.root.glob(f"{UNFINISHED}*"):
                disk.remove(left)
            yield
        except BlockingIOError:
            raise EngineRefused("another update is at work; try again when it is over") from None
        finally:
            os.close(lock)
