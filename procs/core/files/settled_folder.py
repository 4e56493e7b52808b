"""Whether the names in a folder can mean other files than when they were last looked at.

A name comes to mean another file only by a change of its folder, which sets the folder's ctime, and
nobody can set that back (inode(7)). Two changes in one tick of a file system's clock have one
instant, so a folder is believed only when its last change was `SETTLED` seconds before the look.

The folder is asked by a handle: in a busy process its path takes five times as long. To move it is
a change too (rename(2) sets the ctime of what it moves); to move a folder above it is none.
"""

import os

from procs.core import clock

#: Seconds, longer than the tick of any file system's clock (FAT: two seconds).
SETTLED = 2.5


class SettledFolder:
    """One folder, by its path: another one that has this path now is a change too."""

    def __init__(self, path: str) -> None:
        self.path = path
        #: Of what had this path at the last change.
        self.handle = -1
        self.seen: int | None = None
        self.looked_at: int | None = None

    def is_unchanged(self) -> bool:
        """Whether no name has changed since the last look. Raises OSError."""
        if self.looked_at is not None and os.fstat(self.handle).st_ctime_ns == self.looked_at:
            return True
        self.close()
        self.handle = os.open(self.path, os.O_PATH | os.O_CLOEXEC)
        found = os.fstat(self.handle)
        is_old = clock.own_wall() - found.st_ctime > SETTLED
        self.seen = found.st_ctime_ns if is_old else None
        return False

    def note_look(self) -> None:
        """The names were looked at, after the last question."""
        self.looked_at = self.seen

    def close(self) -> None:
        """Close the handle; the next question opens another."""
        self.seen = self.looked_at = None
        if self.handle >= 0:
            os.close(self.handle)
            self.handle = -1
