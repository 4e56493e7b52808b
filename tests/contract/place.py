"""Where a database under test lives: the one part of this suite that knows of which kind it is.

CHAPAR_TEST_DATABASE names the kind. What is about the files of one kind is marked with its name,
and left out for the others.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from procs.store.database import Database, open_database
from tests.fresh_database import fresh

KIND = os.environ.get("CHAPAR_TEST_DATABASE", "sqlite")
#: A folder in memory, None where there is none.
FAST = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
#: Where a database of a kind is, in a folder that belongs to one test alone.
URLS = {"sqlite": "sqlite:///{folder}/chapar.db"}


@dataclass(frozen=True, slots=True)
class Place:
    """One database; other processes are handed this, and open it for themselves."""

    folder: Path

    @property
    def url(self) -> str:
        return URLS[KIND].format(folder=self.folder)

    @property
    def run(self) -> Path:
        return self.folder / "run"

    def make(self) -> "Place":
        """The tables of today."""
        fresh(self.url, run=self.run)
        return self

    def open(self) -> Database:
        return open_database(self.url, run=self.run)
