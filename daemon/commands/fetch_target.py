"""The target folder of `chapar fetch`: checked before the download; the files move there at its
end."""

import os
import shutil
import tempfile
from pathlib import Path

from daemon.command_error import Refusal
from procs.config import Settings
from procs.core import disk
from procs.errors import alert_kinds, remedies
from procs.store.database import Database
from procs.store.health import low_disks
from procs.texts import i18n
from procs.wishes import filenames


def require_folder(folder: Path) -> None:
    """Raises Refusal for a folder that this user may not write, or not make."""
    try:
        there = Path(os.path.abspath(folder))
    except FileNotFoundError:
        raise Refusal("this folder was removed; change to another, or name one with --to") from None
    while not os.path.lexists(there):
        there = there.parent
    if not there.is_dir():
        raise Refusal(f"--to {folder}: {there} is not a folder; name a folder")
    try:
        tempfile.TemporaryFile(dir=there).close()
    except OSError as error:
        raise Refusal(
            f"--to {folder}: no file can be written in {there} ({error.strerror}); "
            "name another folder"
        ) from None


def require_room(db: Database, settings: Settings) -> None:
    """Raises Refusal when no download starts on this disk: it would wait without an end."""
    free, floor = disk.free(settings.home), settings.disk_floor
    if free < floor or disk.host() in low_disks.low(db):
        raise Refusal(
            f"no download starts: {i18n.size('en', free)} are free under {settings.home}, and "
            f"CHAPAR_DISK_FLOOR is {i18n.size('en', floor)}; {remedies.of(alert_kinds.LOW)}"
        )


def collect(outbox: Path, folder: Path) -> list[Path]:
    """Move what was delivered to `folder`; a file that is there already is never overwritten.
    Raises Refusal when that fails, for a full disk say; the files stay in the outbox then."""
    moved = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file in sorted(outbox.iterdir()):
            target = filenames.free(folder / file.name)
            shutil.move(file, target)
            moved.append(target)
        outbox.rmdir()
    except (OSError, shutil.Error) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise Refusal(f"{folder} cannot be written ({why}); the files lie in {outbox}") from None
    return moved
