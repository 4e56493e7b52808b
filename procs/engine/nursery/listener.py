"""The nursery's listening socket, a lock that lets only one nursery listen, and a check that it is
the nursery that the worker wants."""

import fcntl
import hashlib
import os
import socket
from contextlib import suppress
from functools import cache
from pathlib import Path

from procs.errors import ChaparError

SOCKET = "nursery.sock"
LOCK = "nursery.lock"
BACKLOG = 128


class FolderTaken(ChaparError):
    """Another nursery listens in this folder."""


class NurserySocket:
    """Open from the start, before the nursery is warm: who knocks early waits in line."""

    def __init__(self, run: Path) -> None:
        self.path = run / SOCKET
        self.lock = lock(run / LOCK)
        self.path.unlink(missing_ok=True)
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        os.umask(0o077)
        self.listener.bind(str(self.path))
        self.place = os.stat(self.path)
        self.listener.listen(BACKLOG)
        self.open = True

    def close(self) -> None:
        """Let nobody in any more, and make room for another nursery. A second time is nothing. The
        socket of a nursery that listens in a folder which was deleted and made anew stays."""
        if self.open:
            self.open = False
            with suppress(FileNotFoundError):
                if os.path.samestat(os.stat(self.path), self.place):
                    self.path.unlink()
            self.listener.close()
            os.close(self.lock)


def lock(path: Path) -> int:
    """The descriptor of a lock that is held as long as it is open. Raises Taken."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise FolderTaken(FolderTaken.__doc__) from None
    return descriptor


def likeness(version: str) -> str:
    """A text that differs between nurseries: yt-dlp's version, and a hash of our own engine's code.
    A nursery outlives the workers that started it, so after an upgrade an old one may still
    listen."""
    return f"{version}-{texts()}"


@cache
def texts() -> str:
    """A hash of our own engine's code, as it was when this process first computed it."""
    whole = hashlib.sha256()
    for module in sorted(Path(__file__).parents[1].rglob("*.py")):
        whole.update(module.read_bytes())
    return whole.hexdigest()[:16]
