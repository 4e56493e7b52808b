"""Whether the names in a folder can mean other files than when they were last looked at.

A name comes to mean another file only by a change of its folder, which sets the folder's ctime, and
nobody can set that back (inode(7)). Two changes in one tick of a file system's clock have one
instant, so a folder is believed only when its last change was `SETTLED` seconds before the look.
"""

import os

from procs.core import clock

#: Seconds, longer than the tick of any file system's clock (FAT: two seconds).
SETTLED = 2.5


class SettledFolder:
    """One folder, by its path: another one that has this path now is a change too."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.seen: tuple[int, ...] | None = None
        self.looked_at: tuple[int, ...] | None = None

    def is_unchanged(self) -> bool:
        """Whether no name has changed since the last look. Raises OSError."""
        found = os.stat(self.path)
        mark = found.st_dev, found.st_ino, found.st_ctime_ns
        if mark == self.looked_at:
            return True
        self.seen = mark if clock.own_wall() - found.st_ctime > SETTLED else None
        return False

    def note_look(self) -> None:
        """The names were looked at, after the last question."""
        self.looked_at = self.seen
