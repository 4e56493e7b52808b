"""A way to the server that can be cut at a commit: before it arrives there, or before its answer
comes back."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

#: What a client sends for its commit: the name of the statement that it prepared so.
COMMIT = b"\x00COMMIT\x00"
#: What ends a message that is answered: a round trip.
SYNC = b"S\x00\x00\x00\x04"
BEFORE, AFTER = "before", "after"
PORT = ".s.PGSQL.5432"


class CuttingProxy:
    """A socket in a folder of its own, to be named as the server's host."""

    def __init__(self, folder: Path, server: Path) -> None:
        self.folder, self.server = folder, server
        #: Where the next commit is cut; None lets it through.
        self.cut: str | None = None
        #: What a message that is cut has in it: SYNC for whichever comes next.
        self.mark = COMMIT
        self.cuts = self.trips = 0
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(folder / PORT))
        self.socket.listen()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.socket.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(str(self.server / PORT))
                answers = threading.Thread(target=self.pass_back, args=(server, client))
                answers.start()
                threading.Thread(target=self.pass_on, args=(client, server), daemon=True).start()

    def pass_on(self, client: socket.socket, server: socket.socket) -> None:
        cut = None
        with suppress(OSError):
            while words := client.recv(1 << 16):
                self.trips += words.count(SYNC)
                cut = self.cut if self.mark in words else None
                if cut:
                    self.cut, self.cuts = None, self.cuts + 1
                    client.shutdown(socket.SHUT_RDWR)
                if cut != BEFORE:
                    server.sendall(words)
        if not cut:
            server.close()
            return
        with suppress(OSError):
            server.shutdown(socket.SHUT_WR)

    def pass_back(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while words := server.recv(1 << 16):
                client.sendall(words)
        with suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.socket.close()


@contextmanager
def opened(folder: Path, server: Path) -> Iterator[CuttingProxy]:
    proxy = CuttingProxy(folder, server)
    try:
        yield proxy
    finally:
        proxy.close()
