"""The files of a connection, which each write looks at before it begins.

What is written to a file without a name is lost, a log beside another database spoils that, and by
two indexes of a log writers overwrite each other.
"""

import os
from pathlib import Path

from procs.core import clock
from procs.core.files import moved_folder
from procs.core.files.settled_folder import SettledFolder
from procs.errors import StoreError

#: The files that SQLite keeps beside a database in WAL mode.
BESIDE = ("-wal", "-shm")
RESTORE = (
    "stop Chapar and put a backup in its place, or move it away and begin with an empty database: "
    "chapar up --new-database"
)
#: Seconds after which a write asks by name again. A folder above may have been moved, with all that
#: is in it; or the database was cut, and what is written meanwhile is in the log of a lost file.
BY_NAME = 0.1


class OpenedFiles:
    """The database, its log and that log's index as a connection opened them: asked of a handle
    of their folder, a quarter of what names take, and by their names when that changed."""

    def __init__(self, path: Path) -> None:
        self.files = (path, *beside(path))
        self.seen = [identity(one) for one in self.files]
        self.name = str(path)  # a Path would make one each time
        self.folder = SettledFolder(str(path.parent))
        self.size = 0
        self.named_at = -BY_NAME

    def require_same(self) -> None:
        """Raises StoreError when a name means another file now, or the file was cut."""
        self.named_at = -BY_NAME
        self.look(clock.steady())

    def look(self, now: float) -> None:
        """The same before a write, at this steady instant."""
        folder = self.folder
        try:
            if now - self.named_at >= BY_NAME:
                self.look_by_name()
                self.named_at = now
            elif os.fstat(folder.handle).st_ctime_ns == folder.looked_at:
                return  # without the calls below, a tenth of them in a worker's cycle
            if not folder.is_unchanged():
                self.complain()
                folder.note_look()
        except OSError:
            self.complain()

    def look_by_name(self) -> None:
        """Raises StoreError when the name of the database means another file now, or the file was
        cut; OSError."""
        found = os.stat(self.name)
        if (found.st_dev, found.st_ino) != self.seen[0]:
            self.complain()
        size = found.st_size
        if size < self.size:
            raise StoreError(f"{self.name} was cut to {size} bytes while Chapar ran; {RESTORE}")
        self.size = size

    def complain(self) -> None:
        """Raises StoreError, which says what became of which file, where one is another now."""
        for one, seen in zip(self.files, self.seen, strict=True):
            found = identity(one)
            if found != seen:
                place = moved_folder.now_at(one, inode=seen) if seen and not found else None
                raise StoreError(misplaced(self.files[0], one, is_gone=found is None, place=place))

    def close(self) -> None:
        """Close the handle."""
        self.folder.close()


def beside(path: Path) -> tuple[Path, ...]:
    """The files beside an open database: its log first."""
    return tuple(Path(f"{path}{end}") for end in BESIDE)


def identity(path: Path) -> tuple[int, int] | None:
    """Which file has this name; None for none."""
    try:
        facts = os.stat(path)
    except OSError:
        return None
    return facts.st_dev, facts.st_ino


def misplaced(path: Path, file: Path, *, is_gone: bool, place: Path | None = None) -> str:
    """The sentence for a file that is no longer the one that was opened, and is at `place` now."""
    if place and not path.parent.exists():
        return moved_folder.sentence(file, place)
    what = "was taken away" if is_gone else "was replaced"
    fix = f"put {path.name} back as it was, or restore a backup: chapar restore FILE"
    if file == beside(path)[1]:
        fix = "`chapar up -d`, which makes it anew: nothing is lost"
    return f"{file} {what} while Chapar ran; run `chapar stop`, then {fix}"
