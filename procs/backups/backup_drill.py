"""The drill: once a month the oldest backup that is kept is restored to a scratch folder again, as
its file on the disk may have changed since it was verified. One that the key here does not open (it
is the public half alone, or another one by now) is still compared with its SHA-256."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path

from procs.backups import backup_check, backup_store, backup_taker, durable_files
from procs.backups.backup_errors import BackupFailed, BackupUnopened
from procs.backups.backup_store import BAD, OK, Backup
from procs.config import Settings
from procs.core import clock, codec

#: Seconds between two drills, and after a bad one.
MONTH, DAY_AFTER = 30 * 86400.0, 86400.0
#: The file in the folder of backups that remembers the last.
NOTE = "drill.json"


@dataclass(frozen=True, slots=True)
class Drill:
    """The last one: a wall instant, the backup, and what was found."""

    at: float
    name: str
    state: str
    why: str = ""


def last(folder: Path) -> Drill | None:
    """The latest drill; None before the first, or when its file is damaged."""
    try:
        return codec.sound_record(Drill, codec.load((folder / NOTE).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def is_due(settings: Settings) -> bool:
    """A month after the last one, a day after a bad one; without one, a month after the oldest
    backup."""
    found = backup_store.listed(settings.backup_folder)
    before = last(settings.backup_folder)
    since = before.at if before else min((one.taken_at for one in found), default=clock.now().wall)
    wait = DAY_AFTER if before and before.state == BAD else MONTH
    return not 0 <= clock.now().wall - since < wait  # of the future: by a clock that was ahead


def run(settings: Settings) -> Drill:
    """Restore the oldest verified one, or the oldest that the key opens, and note how that went."""
    good = [one for one in backup_store.listed(settings.backup_folder) if one.is_ok]
    if not good:
        return noted(settings, "", BAD, "there is no verified backup")
    key, oldest_first = backup_taker.key_of(settings), good[::-1]
    for one in oldest_first:
        try:
            compare(settings, one)
            backup_taker.verify(settings, one, key)
        except BackupUnopened:
            continue
        except BackupFailed as error:
            return noted(settings, one.name, BAD, str(error))
        return noted(settings, one.name, OK, "")
    said = "whole by its SHA-256; the key here opens none, so none was restored"
    return noted(settings, oldest_first[0].name, OK, said)


def compare(settings: Settings, one: Backup) -> None:
    """Compare a file with its digest, and note a bad one as such. Raises BackupFailed."""
    try:
        backup_check.require_same(settings.backup_folder / one.name, one)
    except BackupFailed as error:
        backup_store.note(settings.backup_folder, replace(one, state=BAD, why=str(error)))
        raise


def noted(settings: Settings, name: str, state: str, why: str) -> Drill:
    """Write down the result of a drill and return it."""
    settings.backup_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    drill = Drill(clock.now().wall, name, state, why)
    durable_files.write(settings.backup_folder / NOTE, codec.dump(asdict(drill)).encode())
    return drill
