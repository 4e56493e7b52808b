"""The limit: a bare one-row write of SQLite from Python, which no queue on it can beat."""

import itertools
import sqlite3
from pathlib import Path

from procs.store.sqlite.schema import PAGE

ROWS = 1000
#: As the store opens its own database.
PRAGMAS = (
    f"page_size = {PAGE}",
    "journal_mode = WAL",
    "wal_autocheckpoint = 0",
    "foreign_keys = ON",
    "temp_store = MEMORY",
)
UPDATE = "UPDATE counts SET n = n + 1 WHERE id = :id"


class Raw:
    """One connection of bare SQLite on a file of its own."""

    def __init__(self, path: Path, *, full: bool = False) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None, timeout=30)
        for pragma in (*PRAGMAS, f"synchronous = {'FULL' if full else 'NORMAL'}"):
            self.connection.execute(f"PRAGMA {pragma}")
        self.rows = itertools.cycle(range(ROWS))

    def make(self) -> "Raw":
        """Make the table and its rows."""
        self.connection.execute("CREATE TABLE counts (id INTEGER PRIMARY KEY, n INTEGER NOT NULL)")
        self.connection.execute("BEGIN")
        self.connection.executemany("INSERT INTO counts VALUES (?, 0)", ((n,) for n in range(ROWS)))
        self.connection.execute("COMMIT")
        return self

    def write(self) -> None:
        """One row by its key, in a transaction of its own."""
        self.connection.execute("BEGIN IMMEDIATE")
        self.connection.execute(UPDATE, {"id": next(self.rows)})
        self.connection.execute("COMMIT")

    def checkpoint(self, *, truncate: bool) -> None:
        """As the store's."""
        mode = "TRUNCATE" if truncate else "PASSIVE"
        self.connection.execute(f"PRAGMA wal_checkpoint({mode})").fetchall()

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()
