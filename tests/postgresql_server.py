"""A real PostgreSQL for tests: Debian's programs, in a folder of its own, on a unix socket there.

One server lives as long as the process of the tests that first asks for it; child processes of that
one find it by the environment. Every test gets a database of its own, cloned from a migrated one.
"""

import atexit
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from procs.store.database import migrate

#: Where the server of this process and its children is.
FOLDER = "POSTGRESQL_OF_TESTS"
TEMPLATE = "migrated"
#: Nobody pulls the plug in these tests; durability is tried with a server of another start.
QUICK = ("fsync=off", "full_page_writes=off", "autovacuum_naptime=5s", "max_connections=200")


def programs() -> Path | None:
    """The folder of the newest server's programs, None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=version)
    here = shutil.which("initdb")
    return found[-1].parent if found else Path(here).resolve().parent if here else None


def version(initdb: Path) -> float:
    number = initdb.parts[-3]
    return float(number) if re.fullmatch(r"\d+(\.\d+)?", number) else 0.0


class Server:
    """One PostgreSQL of our own. It refuses to run as root, so it runs as nobody there."""

    def __init__(self, bin: Path, folder: Path) -> None:
        self.bin, self.folder = bin, folder
        self.user = {"user": "nobody", "extra_groups": []} if os.geteuid() == 0 else {}
        if self.user:
            shutil.chown(folder, "nobody")
        self.data = folder / "data"

    def make(self) -> None:
        words = ("-D", self.data, "-A", "trust", "-U", "chapar", "-E", "UTF8", "--locale=C")
        self._run("initdb", *words, "--no-sync", "--no-instructions")

    def start(self, *settings: str) -> None:
        options = " ".join(f"-c {one}" for one in ("listen_addresses=''", *settings))
        words = ("-l", self.folder / "log", "-o", f"-k {self.folder} {options}", "start")
        self._run("pg_ctl", "-D", self.data, "-w", *words)

    def stop(self, mode: str = "immediate") -> None:
        self._run("pg_ctl", "-D", self.data, "-m", mode, "-w", "stop")

    def restart(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Stop as for an upgrade: every connection ends, and none is made `meanwhile`."""
        self.stop("fast")
        meanwhile()
        self.start(*QUICK)

    def follow(self, primary: "Server") -> None:
        """Become a copy that takes over each commit of another one a moment later."""
        words = ("-h", primary.folder, "-U", "chapar", "-D", self.data, "-R", "-c", "fast")
        self._run("pg_basebackup", *words)

    def promote(self) -> None:
        """Take the place of the one that was followed."""
        self._run("pg_ctl", "-D", self.data, "-w", "promote")

    def told(self, script: str, name: str = "postgres") -> str:
        """What the server complains of in a script of `psql`."""
        return self._psql(script, name, "-f", "-").stderr

    def answer(self, sql: str, name: str = "postgres") -> str:
        """What a statement of an administrator gives. Raises AssertionError when it fails."""
        done = self._psql("", name, "-At", "-v", "ON_ERROR_STOP=1", "-c", sql)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def _psql(self, script: str, name: str, *more: str) -> "subprocess.CompletedProcess[str]":
        words = ("-h", self.folder, "-U", "chapar", "-d", name, "-X", "-q", *more)
        psql = [self.bin / "psql", *words]
        return subprocess.run(psql, input=script, capture_output=True, text=True)

    def _run(self, program: str, *words: object) -> None:
        command = [str(word) for word in (self.bin / program, *words)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self.folder, **self.user)


@cache
def running() -> Server:
    """The server of this process and its children, started at the first call. There must be
    `programs`."""
    bin = programs()
    assert bin is not None
    if FOLDER in os.environ:
        return Server(bin, Path(os.environ[FOLDER]))
    fast = "/dev/shm" if os.access("/dev/shm", os.W_OK) else "/tmp"
    server = Server(bin, Path(tempfile.mkdtemp(prefix="chapar-pg-", dir=fast)))
    server.make()
    server.start(*QUICK)
    atexit.register(end, server, os.getpid())
    os.environ[FOLDER] = str(server.folder)
    return server


def end(server: Server, pid: int) -> None:
    if os.getpid() == pid:  # not in a forked child
        server.stop()
        shutil.rmtree(server.folder)


def url_of(name: str) -> str:
    """The address of a database on that server."""
    return f"postgresql://chapar@/{name}?host={running().folder}"


@cache
def template() -> str:
    """A database with the tables of today, which nobody uses."""
    if running().answer(f"SELECT COUNT(*) FROM pg_database WHERE datname = '{TEMPLATE}'") == "0":
        running().answer(f"CREATE DATABASE {TEMPLATE}")
        with tempfile.TemporaryDirectory() as folder:
            migrate(url_of(TEMPLATE), run=Path(folder))
    return TEMPLATE


def clone(name: str) -> None:
    """Make a database with the tables of today."""
    running().answer(f'CREATE DATABASE "{name}" TEMPLATE {template()}')


def drop(name: str) -> None:
    """Remove a database, whoever is still connected."""
    running().answer(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
