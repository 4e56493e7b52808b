"""Redis and PostgreSQL for one measurement: on a private unix socket, stopped at its end.

A server that is not there is taken from Debian's packages and unpacked beside the bench's other
files. Nothing is installed, so nothing of the machine is changed and no service is started; being
root is not needed, except to fetch the lists of packages where there are none.
"""

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from procs.core.process import end_with_parent

#: Seconds a server may take to answer, and to stop.
PATIENCE = 30.0
DOWNLOAD = (
    "apt-get",
    "install",
    "--download-only",
    "--yes",
    "--no-install-recommends",
    "-o",
    "Debug::NoLocking=1",
)
#: Who runs PostgreSQL when we are root, which it refuses.
NOBODY = ("postgres", "nobody")


class NoServer(Exception):
    """The server is not installed, and cannot be had."""


def program(pattern: str, package: str, folder: Path) -> Path:
    """A program by its path below the root, of the machine or unpacked. Raises NoServer."""
    found = sorted(Path("/").glob(pattern))
    if not found:
        found = sorted(unpacked(package, folder / "packages").glob(pattern))
    if not found:
        raise NoServer(f"{package} has no {pattern}")
    return found[-1]


def unpacked(package: str, folder: Path) -> Path:
    """The files of a Debian package, and of those it needs that are not installed."""
    root = folder / "root"
    (folder / "partial").mkdir(parents=True, exist_ok=True)
    download = (*DOWNLOAD, "-o", f"Dir::Cache::archives={folder}/", package)
    if tried(*download) or (tried("apt-get", "update") or tried(*download)):
        raise NoServer(f"apt-get finds no {package}")
    for archive in folder.glob("*.deb"):
        if complaint := tried("dpkg-deb", "-x", str(archive), str(root)):
            raise NoServer(complaint)
    return root


def tried(*command: str) -> str:
    """Run a command; what it says when it fails, an empty text when all is well."""
    if not shutil.which(command[0]):
        return f"no {command[0]} here"
    ran = subprocess.run(command, capture_output=True, text=True)
    return ran.stderr.strip() or f"{command[0]} failed" if ran.returncode else ""


def libraries(binary: Path) -> dict[str, str]:
    """The environment in which an unpacked program finds its libraries."""
    root = next(
        (p for p in binary.parents if p.name == "root" and p.parent.name == "packages"), None
    )
    folders = root.glob("usr/lib/*-linux-gnu*") if root else ()
    return {**os.environ, "LD_LIBRARY_PATH": ":".join(map(str, folders)), "LC_ALL": "C"}


@contextmanager
def redis(folder: Path) -> Iterator[Path]:
    """A Redis of our own; its socket. It keeps nothing on the disk. Raises NoServer."""
    binary = program("usr/bin/redis-server", "redis-server", folder)
    socket = folder / "redis.sock"
    options = ("--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no")
    with running([binary, *options, "--dir", folder], folder, socket.exists):
        yield socket


@contextmanager
def postgres(folder: Path, *settings: str) -> Iterator[str]:
    """A PostgreSQL of our own; how to connect to it. Commits don't wait for the disk, which is the
    nearest it has to SQLite's NORMAL. Raises NoServer."""
    binary = program("usr/lib/postgresql/*/bin/postgres", "postgresql", folder)
    home = folder / "postgres"
    home.mkdir()
    user = other_user()
    if user:
        shutil.chown(home, user)
    data = home / "data"
    made = subprocess.run(
        [binary.with_name("initdb"), "-D", data, "-U", "bench", "-A", "trust", "-E", "UTF8", "-N"],
        env=libraries(binary),
        cwd=home,
        user=user,
        capture_output=True,
        text=True,
    )
    if made.returncode:
        raise NoServer(f"initdb: {made.stderr.strip()}")
    options = ["-D", data, "-k", home]
    for one in ("listen_addresses=", "synchronous_commit=off", *settings):
        options += ["-c", one]
    with running([binary, *options], home, lambda: accepts(data / "postmaster.pid"), user=user):
        yield f"host={home} user=bench dbname=postgres"


def accepts(status: Path) -> bool:
    """Whether a PostgreSQL takes connections: the last line of its lock file says so."""
    return status.exists() and status.read_text().rstrip().endswith("ready")


def other_user() -> str | None:
    """A user without rights, as whom a server may run when we are root; None when we are not."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in NOBODY if name in known), None)


@contextmanager
def running(
    command: list[object], folder: Path, ready: Callable[[], bool], *, user: str | None = None
) -> Iterator[None]:
    """A server from its readiness to its end."""
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [str(word) for word in command],
            env=libraries(Path(str(command[0]))),
            cwd=folder,
            user=user,
            preexec_fn=partial(end_with_parent, signal.SIGINT),
            stdout=log,
            stderr=log,
        )
    try:
        deadline = time.monotonic() + PATIENCE
        while not ready():
            if server.poll() is not None or time.monotonic() > deadline:
                raise NoServer((folder / "server.log").read_text()[-300:])
            time.sleep(0.02)
        yield
    finally:
        server.send_signal(signal.SIGINT)
        try:
            server.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
