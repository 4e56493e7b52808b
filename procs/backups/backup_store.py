"""The folder of backups: their names, and what is known of each in a file beside it.

The folder alone says it all, so that it can be read when the database is lost.
"""

import calendar
import re
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from procs.backups import durable_files
from procs.config import Settings
from procs.core import clock, codec
from procs.core.paths import BACKUP_TURN

#: `chapar-20261129T034500Z.tar.gz`, with `.age` behind it when it is encrypted. The instant is UTC.
BACKUP_NAME = re.compile(r"chapar-(\d{8}T\d{6}Z)(?:-\d+)?\.tar\.gz(?:\.age)?")
STAMP, ENCRYPTED = "%Y%m%dT%H%M%SZ", ".age"
#: What a file is called until it is complete.
PARTIAL = ".partial-"
#: Seconds by which a clock may be set back without a word.
CLOCK_AHEAD_BY = 60.0
OK, BAD, UNVERIFIED = "ok", "bad", "unverified"


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup. `taken_at` and `verified_at` are wall instants; `state` is `ok` only after it was
    restored and found to be right, `why` says what is wrong with a bad one."""

    name: str
    taken_at: float
    size: int
    sha256: str = ""
    state: str = UNVERIFIED
    verified_at: float = 0.0
    why: str = ""
    version: str = ""

    @property
    def is_ok(self) -> bool:
        """Whether it was restored to a scratch folder and found whole."""
        return self.state == OK

    def is_ahead(self, now: float) -> bool:
        """Whether it was taken in the future, as the clock says now."""
        return self.taken_at > now + CLOCK_AHEAD_BY


@dataclass(frozen=True, slots=True)
class BackupTurn:
    """Which of the machines that share a database takes the backups, since a wall instant."""

    machine: str
    since: float


def turn(settings: Settings) -> BackupTurn:
    """As the keeper of this machine noted last; until then, and where a database belongs to one
    machine, this one does."""
    try:
        return codec.sound_record(BackupTurn, codec.load((settings.run / BACKUP_TURN).read_bytes()))
    except (OSError, ValueError, TypeError):
        return BackupTurn(settings.machine, 0.0)


def note_turn(settings: Settings, machine: str, *, now: float) -> bool:
    """Note whose turn it is since `now`, unless that is noted. Returns whether it is this
    machine's. Raises OSError."""
    if not settings.has_server:
        return True
    if turn(settings).machine != machine or not (settings.run / BACKUP_TURN).exists():
        text = codec.dump(asdict(BackupTurn(machine, now))).encode()
        durable_files.write(settings.run / BACKUP_TURN, text)
    return machine == settings.machine


def elsewhere(settings: Settings) -> str:
    """The other machine that takes the backups; "" where this one does."""
    machine = turn(settings).machine if settings.has_server else settings.machine
    return "" if machine == settings.machine else machine


def new_name(folder: Path, at: float, *, encrypted: bool) -> str:
    """A name that no backup has."""
    stamp, number = time.strftime(STAMP, time.gmtime(at)), 1
    end = ".tar.gz" + (ENCRYPTED if encrypted else "")
    while True:
        name = f"chapar-{stamp}{f'-{number}' if number > 1 else ''}{end}"
        if not (folder / name).exists():
            return name
        number += 1


def taken_at(name: str) -> float | None:
    """The instant in a name, None for what is no backup's name."""
    found = BACKUP_NAME.fullmatch(name)
    if not found:
        return None
    try:
        return float(calendar.timegm(time.strptime(found[1], STAMP)))
    except ValueError:
        return None


def listed(folder: Path) -> list[Backup]:
    """All backups of a folder, the newest first; none where there is no folder. Of those of one
    second the one with the higher number, whose name is longer, is the newer. Those of the future
    come last: they were taken before a clock that was ahead was set back, nobody knows when."""
    now = clock.now().wall
    found = [one for path in paths(folder) if (one := read(path)) is not None]
    return sorted(
        found,
        key=lambda one: (not one.is_ahead(now), one.taken_at, len(one.name), one.name),
        reverse=True,
    )


def paths(folder: Path) -> Iterator[Path]:
    """The files that have the name of a backup, in no order; none where there is no folder."""
    try:
        named = (path for path in folder.iterdir() if BACKUP_NAME.fullmatch(path.name))
        yield from (path for path in named if path.is_file())
    except (FileNotFoundError, NotADirectoryError):
        return


def read(path: Path) -> Backup | None:
    """What is known of one; None when it is gone. One whose note is missing, or of a file of
    another size, is unverified."""
    at = taken_at(path.name)
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        return None
    bare = Backup(path.name, at or 0.0, size)
    try:
        noted = codec.sound_record(Backup, codec.load(note_of(path).read_bytes()))
    except (OSError, ValueError, TypeError):
        return bare
    return noted if noted.name == path.name and noted.size == size else bare


def note(folder: Path, backup: Backup) -> None:
    """Write what is known of a backup to the file beside it."""
    durable_files.write(note_of(folder / backup.name), codec.dump(asdict(backup)).encode())


def note_of(path: Path) -> Path:
    """The file beside a backup that says what is known of it."""
    return path.with_name(f"{path.name}.json")


def newest_ok(folder: Path) -> Backup | None:
    """The newest backup that was verified; None without one."""
    return next((one for one in listed(folder) if one.is_ok), None)


def remove(folder: Path, backup: Backup) -> None:
    """The note goes last: a backup without one would only be unverified."""
    (folder / backup.name).unlink(missing_ok=True)
    note_of(folder / backup.name).unlink(missing_ok=True)
