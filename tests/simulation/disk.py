"""The disk under the database, and what a power cut leaves of it.

In WAL mode a commit appends its pages to the log; one that is `full` waits until they are on the
disk. So after a cut the log holds everything up to the last of those, and any number of the commits
behind it, whole and in order: their pages have checksums (sqlite.org/wal.html). `tests/contract/
power` shows by the product's own system calls that this is so, torn pages included.
"""

import hashlib
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.fresh_database import fresh

Row = tuple[Any, ...]
#: The table that knows when the empty database was made.
MIGRATED = "_sqlite_migrations"


class Disk:
    """The files of one database."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.run = folder, folder / "run"
        self.path, self.log = folder / "chapar.db", folder / "chapar.db-wal"
        fresh(self.url, run=self.run)
        #: Lengths of the log at the commits that a cut may be behind, the last durable one first.
        self.ends = [0]
        self.reader = Reader(self.path)
        self.left: tuple[bytes, bytes] = (b"", b"")

    @property
    def url(self) -> str:
        return f"sqlite:///{self.path}"

    def note_commit(self, *, full: bool) -> None:
        size = self.log.stat().st_size
        self.ends = [size] if full else [*self.ends, size]

    def note_checkpoint(self) -> None:
        """The whole log was moved into the file, and both are on the disk."""
        assert self.log.stat().st_size == 0
        self.ends = [0]

    def cut(self, draw: int) -> None:
        """The power fails: keep what is left, before processes die that would tidy up."""
        keep = self.ends[draw % len(self.ends)]
        self.left = self.path.read_bytes(), self.log.read_bytes()[:keep]

    def restore(self) -> None:
        """The machine starts again with what was left; nobody has the file open."""
        self.reader.close()
        for path in (self.log, self.path.with_name(f"{self.path.name}-shm")):
            path.unlink(missing_ok=True)
        file, log = self.left
        self.path.write_bytes(file)
        if log:
            self.log.touch(mode=0o600)
            self.log.write_bytes(log)
        self.ends = [len(log)]
        self.reader = Reader(self.path)
        self.reader.all("SELECT COUNT(*) FROM jobs")

    def digest(self) -> str:
        """All that is in the tables, as one word."""
        dump = self.reader.connection.iterdump()
        every = "\n".join(line for line in dump if MIGRATED not in line)
        return hashlib.blake2b(every.encode(), digest_size=16).hexdigest()

    def close(self) -> None:
        self.reader.close()


class Reader:
    """A connection that only reads, whichever thread asks: the judge's own."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self.all("PRAGMA user_version")

    def all(self, sql: str, facts: Mapping[str, Any] | None = None) -> list[Row]:
        return self.connection.execute(sql, facts or {}).fetchall()

    def close(self) -> None:
        self.connection.close()
