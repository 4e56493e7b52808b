"""A way to the server that takes as long as a network: a process that passes all on, later."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bench.machines.lease_table import FORK

#: Seconds that a message is under way, in each direction.
ONE_WAY = 0.00025
PORT = ".s.PGSQL.5432"


@contextmanager
def slow_way(url: str, folder: Path) -> Iterator[str]:
    """The address of the same database by that way."""
    server = url.partition("host=")[2]
    here = folder / "far"
    here.mkdir()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(here / PORT))
    listener.listen()
    child = FORK.Process(target=serve, args=(listener, f"{server}/{PORT}"), daemon=True)
    child.start()
    try:
        yield url.replace(server, str(here))
    finally:
        child.kill()
        child.join()
        os.unlink(here / PORT)


def serve(listener: socket.socket, server: str) -> None:
    while True:
        near, _ = listener.accept()
        far = socket.socket(socket.AF_UNIX)
        far.connect(server)
        for ends in ((near, far), (far, near)):
            threading.Thread(target=pass_on, args=ends, daemon=True).start()


def pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while words := source.recv(1 << 16):
            time.sleep(ONE_WAY)
            target.sendall(words)
        target.shutdown(socket.SHUT_WR)
