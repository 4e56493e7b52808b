"""Feeds a pipe from a file that is still growing."""

import os
import threading
import zlib
from contextlib import suppress
from typing import IO

#: Seconds between two looks at what came, bytes of one read, and how yt-dlp calls what still comes.
POLL_INTERVAL, PIECE, PART = 0.05, 1 << 20, ".part"


class PipeFeed(threading.Thread):
    """Gives a pipe what comes into a file, until that is `whole`. What was given is remembered: a
    download that begins anew writes over its beginning."""

    def __init__(self, name: str, pipe: IO[bytes]) -> None:
        super().__init__(name="feed", daemon=True)
        self.path = name
        self.pipe = pipe
        self.whole = threading.Event()
        self.given = Digest()
        self.failed = ""
        self.stopped = False

    def stop(self) -> None:
        """Give no more."""
        self.stopped = True
        self.whole.set()

    def run(self) -> None:
        try:
            with self.pipe, self.opened() as source:
                while piece := self.more(source):
                    self.pipe.write(piece)
                    self.given.add(piece)
        except OSError as error:
            self.failed = str(error)

    def opened(self) -> IO[bytes]:
        """The file, as soon as it is there. Raises FileNotFoundError when it never was."""
        while True:
            over = self.whole.is_set()
            for path in (self.path + PART, self.path):
                with suppress(FileNotFoundError):
                    return open(path, "rb", buffering=0)
            if over:
                raise FileNotFoundError(self.path)
            self.whole.wait(POLL_INTERVAL)

    def more(self, source: IO[bytes]) -> bytes:
        """The next bytes; none at the end. Raises OSError when those before have changed."""
        while True:
            if self.stopped:
                return b""
            over = self.whole.is_set()  # asked before: what is read after it is the last
            if (piece := source.read(PIECE)) or over:
                return piece
            if os.fstat(source.fileno()).st_size < self.given.size:
                raise OSError("the picture began anew")
            self.whole.wait(POLL_INTERVAL)

    def gave_all(self) -> bool:
        """Whether the file equals what was copied."""
        if self.is_alive() or self.failed:
            return False
        there = Digest()
        with open(self.path, "rb", buffering=0) as source:
            while piece := source.read(PIECE):
                there.add(piece)
        return there == self.given


class Digest:
    """The length and the checksum of bytes."""

    def __init__(self) -> None:
        self.size = self.sum = 0

    def add(self, piece: bytes) -> None:
        """Count bytes that follow."""
        self.size += len(piece)
        self.sum = zlib.crc32(piece, self.sum)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Digest) and (self.size, self.sum) == (other.size, other.sum)

    __hash__ = None  # type: ignore[assignment]
