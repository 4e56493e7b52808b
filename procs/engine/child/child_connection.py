"""The child's side of its connection to the nursery."""

import socket
import threading
from typing import Any

from procs.core import codec


class ChildConnection:
    """The child's side of its connection: one JSON object a line."""

    def __init__(self, link: socket.socket) -> None:
        self.link = link
        self.turn = threading.Lock()  # yt-dlp fetches fragments in several threads

    def say(self, word: str, value: Any) -> None:
        """Send one word with its value; threads of the child take turns. Raises OSError when the
        nursery is gone."""
        with self.turn:
            self.link.sendall(codec.dump({word: value}).encode() + b"\n")

    def hear(self) -> str:
        """The next line of the worker, which waits for our answer after each; nothing when it
        left."""
        return self.link.makefile().readline().strip()
