"""Where a database under test lives: the one part of this suite that knows of which kind it is.

CHAPAR_TEST_DATABASE names the kind; without it every test runs on the first, and those of `BOTH` on
each. What is about the files of one kind is marked with its name, and left out for the others.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from procs.store.database import Database, open_database
from tests import pgbouncer, postgresql_server
from tests.fresh_database import fresh

KIND = os.environ.get("CHAPAR_TEST_DATABASE", "sqlite")
#: Files whose tests run on every kind in `make test`; `make test-postgresql` runs them all on the
#: second, which takes two minutes.
BOTH = {
    "test_alerts",
    "test_bot_lease",
    "test_breakers",
    "test_broadcasts",
    "test_caps",
    "test_downloads_in_all",
    "test_leases",
    "test_machine_rows",
    "test_pauses",
    "test_promises",
    "test_requests",
    "test_send_budget",
    "test_storm",
}
#: Of these the files whose tests run through a pooler too, where one is installed; with
#: CHAPAR_TEST_POOLER=transaction all of the second kind do.
THROUGH_POOLER = {"test_leases", "test_promises", "test_requests"}
#: A folder in memory, None where there is none.
FAST = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


@dataclass(frozen=True, slots=True)
class Place:
    """One database; other processes are handed this, and open it for themselves."""

    folder: Path
    kind: str = KIND

    @property
    def url(self) -> str:
        if not self.is_server:
            return f"sqlite:///{self.folder}/chapar.db"
        is_pooled = pgbouncer.MODE or self.kind == "pooler"
        return (pgbouncer.running() if is_pooled else postgresql_server).url_of(self.name)

    @property
    def is_server(self) -> bool:
        return self.kind != "sqlite"

    @property
    def name(self) -> str:
        """The name of a server's database: of the folder, as no other test has it."""
        return f"t{hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]}"

    @property
    def run(self) -> Path:
        return self.folder / "run"

    def make(self) -> "Place":
        """The tables of today."""
        if self.is_server:
            postgresql_server.clone(self.name)
        else:
            fresh(self.url, run=self.run)
        return self

    def remove(self) -> None:
        """What is not in the folder."""
        if self.is_server:
            postgresql_server.drop(self.name)

    def open(self) -> Database:
        return open_database(self.url, run=self.run)
