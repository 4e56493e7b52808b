"""Where a folder is that somebody moved or renamed while a process has a file of it open.

Linux shows the present path of each open file (proc(5)), which is that of the file and not the one
by which it was opened. A folder that was copied to another disk and deleted is nowhere.
"""

import os
from contextlib import suppress
from pathlib import Path

from procs.core import disk


def now_at(
    file: Path, *, pid: int | str = "self", inode: tuple[int, int] | None = None
) -> Path | None:
    """The present path of a file that a process opened as `file`; None where it still has that
    path, where it was deleted, and where another one lies there now. `inode`, with its device:
    which of the files of that name that the process may have open."""
    if os.path.lexists(file):
        return None
    for entry in disk.entries(f"/proc/{pid}/fd"):
        with suppress(OSError):
            place, facts = Path(os.readlink(entry.path)), os.stat(entry.path)
            is_it = inode in (None, (facts.st_dev, facts.st_ino))
            if is_it and place.name == file.name and os.path.samestat(facts, os.stat(place)):
                return place
    return None


def sentence(file: Path, place: Path) -> str:
    """What became of the folder of a file, which lies at `place` now, with the fix."""
    before, now = file.parent, place.parent
    while before.name == now.name and not os.path.lexists(before.parent):
        before, now = before.parent, now.parent
    return (
        f"{before} was moved to {now} while Chapar runs; move it back (mv {now} {before}) and all "
        "goes on, or run `chapar stop` and name the new place in the settings"
    )
