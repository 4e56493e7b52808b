"""The drill: once a month the oldest backup that is kept is restored to a scratch folder again, as
its file on the disk may have changed since it was verified."""

from dataclasses import asdict, dataclass
from pathlib import Path

from procs.backups import backup_store, backup_taker, durable_files
from procs.backups.backup_errors import BackupFailed
from procs.backups.backup_store import BAD, ENCRYPTED, OK
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
        return codec.record(Drill, codec.load((folder / NOTE).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def is_due(settings: Settings) -> bool:
    """A month after the last one, a day after a bad one; without one, a month after the oldest
    backup."""
    found = backup_store.listed(settings.backup_folder)
    before = last(settings.backup_folder)
    since = before.at if before else min((one.taken_at for one in found), default=clock.now().wall)
    wait = DAY_AFTER if before and before.state == BAD else MONTH
    return clock.now().wall - since >= wait


def run(settings: Settings) -> Drill:
    """Restore the oldest verified one that this machine can open, and note how that went."""
    key = backup_taker.key_of(settings)
    good = [
        one
        for one in backup_store.listed(settings.backup_folder)
        if one.is_ok and (backup_taker.openable(key) or not one.name.endswith(ENCRYPTED))
    ]
    if not good:
        return noted(settings, "", BAD, "there is no verified backup that this machine can open")
    try:
        backup_taker.verify(settings, good[-1], key)
    except BackupFailed as error:
        return noted(settings, good[-1].name, BAD, str(error))
    return noted(settings, good[-1].name, OK, "")


def noted(settings: Settings, name: str, state: str, why: str) -> Drill:
    """Write down the result of a drill and return it."""
    settings.backup_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    drill = Drill(clock.now().wall, name, state, why)
    durable_files.write(settings.backup_folder / NOTE, codec.dump(asdict(drill)).encode())
    return drill
