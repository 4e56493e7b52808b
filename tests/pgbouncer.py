"""A real pooler (pgbouncer) before the PostgreSQL of the tests, on a unix socket of its own.

CHAPAR_TEST_POOLER names its mode: all databases of the contract tests are reached through it then.
"""

import atexit
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path

import psycopg

from tests import postgresql_server

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
MODE = os.environ.get("CHAPAR_TEST_POOLER", "")
TRANSACTION = "transaction"
#: The first version that knows a prepared statement in every session of the server.
FIRST_KEEPER = (1, 21)
#: Where the pooler of this process and its children is.
FOLDER = "POOLER_OF_TESTS"
PORT = 6432
SETTINGS = """
[databases]
* = host={server} user=chapar
[pgbouncer]
listen_addr =
unix_socket_dir = {folder}
logfile = {folder}/log
pidfile = {folder}/pid
auth_type = any
admin_users = chapar
pool_mode = {mode}
default_pool_size = 12
max_client_conn = 1000
server_login_retry = 0.5
{kept}
"""


class Pooler:
    """One pgbouncer of our own. It refuses to run as root, so it runs as nobody there."""

    def __init__(self, folder: Path, mode: str, server: Path) -> None:
        self.folder, self.mode, self.server = folder, mode, server
        #: Prepared statements that it keeps for each session, where it can.
        self.kept = 1000
        self.settings = folder / "pgbouncer.ini"
        self.running: subprocess.Popen[bytes] | None = None

    def configure(self) -> None:
        """Write its settings."""
        kept = f"max_prepared_statements = {self.kept}" if keeps_statements() else ""
        facts = {"server": self.server, "folder": self.folder, "mode": self.mode, "kept": kept}
        text = SETTINGS.format(**facts)
        self.settings.write_text(text)

    def start(self) -> None:
        """Start it, and wait until it listens."""
        self.configure()
        user = postgresql_server.running().user
        if user:
            shutil.chown(self.folder, "nobody")
        words = [str(PROGRAM), "-q", str(self.settings)]
        self.running = subprocess.Popen(words, stderr=subprocess.DEVNULL, **user)
        while self.running.poll() is None:
            with socket.socket(socket.AF_UNIX) as probe:
                if probe.connect_ex(str(self.folder / f".s.PGSQL.{PORT}")) == 0:
                    return
        raise AssertionError((self.folder / "log").read_text())

    def stop(self) -> None:
        """End it as a crash would: every connection is cut."""
        if self.running is not None:
            self.running.kill()
            self.running.wait()

    def become(self, mode: str) -> None:
        """Change its mode; what is connected stays so."""
        assert self.running is not None
        self.mode = mode
        self.configure()
        self.running.send_signal(signal.SIGHUP)

    def told(self, command: str) -> list[tuple[object, ...]]:
        """What its console answers: PAUSE, RESUME, SHOW POOLS and so on."""
        url = f"postgresql://chapar@/pgbouncer?host={self.folder}&port={PORT}"
        with psycopg.connect(url, autocommit=True, cursor_factory=psycopg.ClientCursor) as console:
            done = console.execute(command.encode())
            return done.fetchall() if done.description else []

    def url_of(self, name: str) -> str:
        """The address of a database behind it."""
        return f"postgresql://chapar@/{name}?host={self.folder}&port={PORT}"


@cache
def keeps_statements() -> bool:
    """Whether the one that is installed may keep prepared statements."""
    said = subprocess.run([str(PROGRAM), "--version"], capture_output=True, text=True).stdout
    found = re.search(r"(\d+)\.(\d+)", said)
    return found is not None and (int(found[1]), int(found[2])) >= FIRST_KEEPER


@contextmanager
def opened(mode: str, server: Path | None = None) -> Iterator[Pooler]:
    """One that runs until the end of the block."""
    fast = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="ch-", dir=fast) as name:
        pooler = Pooler(Path(name), mode, server or postgresql_server.running().folder)
        pooler.start()
        try:
            yield pooler
        finally:
            pooler.stop()


@cache
def running() -> Pooler:
    """The one of this process and its children, started at the first call."""
    if FOLDER in os.environ:
        return Pooler(
            Path(os.environ[FOLDER]), MODE or TRANSACTION, postgresql_server.running().folder
        )
    block = opened(MODE or TRANSACTION)
    pooler = block.__enter__()
    atexit.register(end, block, os.getpid())
    os.environ[FOLDER] = str(pooler.folder)
    return pooler


def end(block: AbstractContextManager[Pooler], pid: int) -> None:
    if os.getpid() == pid:  # not in a forked child
        block.__exit__(None, None, None)
