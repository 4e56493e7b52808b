"""A PostgreSQL server for a storm: it is restarted, killed, loses its connections, and is replaced
by a standby that has followed it."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.postgresql_server import QUICK, Server, programs
from tests.sandbox.network import NETWORK

NAME = "fleet"
#: Where the standby listens until it takes the primary's place.
STANDBY_PORT = 5433
TERMINATE = "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = 'fleet'"
IN_STEP = "SELECT COUNT(*) FROM pg_stat_replication WHERE sync_state = 'sync'"


class FailingServer(Server):
    """`address`: where machines reach it; "" for the socket in its folder alone."""

    def __init__(self, bin: Path, folder: Path, address: str) -> None:
        super().__init__(bin, folder)
        self.address, self.standbys = address, 0

    def begin(self, network: str) -> None:
        """Make it, with a database, and start it."""
        self.make()
        with (self.data / "pg_hba.conf").open("a") as rules:
            rules.write(f"host all all {network} trust\n")
        self.up()
        self.answer(f"CREATE DATABASE {NAME}")

    @property
    def url(self) -> str:
        if self.address:
            return f"postgresql://chapar@{self.address}:5432/{NAME}"
        return f"postgresql://chapar@/{NAME}?host={self.folder}"

    def up(self) -> None:
        self.start(*QUICK, f"listen_addresses='{self.address}'")

    def again(self, mode: str) -> None:
        """Stop it, as for an upgrade ("fast") or as a crash does ("immediate"), and start it."""
        self.stop(mode)
        self.up()

    def terminate(self) -> None:
        """End every connection, as an administrator does."""
        self.answer(TERMINATE)

    def follow(self) -> "FailingServer":
        """A standby that has all that was committed from now on, before the commit is answered."""
        self.standbys += 1
        other = FailingServer(self.bin, self.folder, "")
        other.data = self.folder / f"data{self.standbys}"
        words = ("-h", self.folder, "-U", "chapar", "-D", other.data, "-R", "-c", "fast")
        self._run("pg_basebackup", *words)
        other.start(*QUICK, f"port={STANDBY_PORT}")
        self.answer("ALTER SYSTEM SET synchronous_standby_names = '*'")
        self.answer("SELECT pg_reload_conf()")
        return other

    def is_followed(self) -> bool:
        return self.answer(IN_STEP) == "1"

    def fail_over(self, other: "FailingServer") -> None:
        """The primary dies; the standby is promoted and comes to its address."""
        self.stop("immediate")
        shutil.rmtree(self.data)
        self._run("pg_ctl", "-D", other.data, "-w", "promote")
        other.stop("fast")
        self.data = other.data
        self.up()


@contextmanager
def failing_server(address: str) -> Iterator[FailingServer]:
    """A server in a folder of its own, stopped and removed at the end."""
    bin = programs()
    assert bin is not None
    fast = "/dev/shm" if os.access("/dev/shm", os.W_OK) else "/tmp"
    server = FailingServer(bin, Path(tempfile.mkdtemp(prefix="chapar-pg-", dir=fast)), address)
    try:
        server.begin(NETWORK)
        yield server
    finally:
        server.stop("immediate")
        shutil.rmtree(server.folder, ignore_errors=True)
