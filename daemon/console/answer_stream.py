"""Standard output and error as streams whose failures are told from those of other files: the full
disk may be that of the answer or that of a file which the command writes, and so may the pipe that
nobody reads.
"""

import io
import os
import select
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

#: The standard streams that a command prints to, by their descriptors.
STREAMS = {1: "stdout", 2: "stderr"}


class AnswerUnwritten(OSError):
    """What a command prints cannot be written; the errno is that of the write."""


class AnswerFile(io.FileIO):
    """The file that a standard stream leads to. Its errors are AnswerUnwritten."""

    def write(self, data: "ReadableBuffer", /) -> int:
        """Write what goes in at once, and wait while the reader of a pipe or terminal that others
        made non-blocking is behind. After an error the rest, which Python writes once more when it
        ends, goes nowhere. Returns the bytes written. Raises AnswerUnwritten."""
        written: int | None = None
        try:
            while written is None:
                written = super().write(data)
                if written is None:
                    select.select([], [self], [])
        except OSError as error:
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())
            raise AnswerUnwritten(error.errno, error.strerror) from None
        return written


def install() -> None:
    """Print through AnswerFiles from now on. A stream that is not the process's own, as that of a
    test, stays."""
    for number, name in STREAMS.items():
        stream = getattr(sys, name)
        if isinstance(stream, io.TextIOWrapper) and leads_to(stream, number):
            setattr(sys, name, stream_of(AnswerFile(number, "w", closefd=False), stream))


def leads_to(stream: io.TextIOWrapper, number: int) -> bool:
    """Whether a stream writes to a descriptor."""
    try:
        return stream.fileno() == number
    except io.UnsupportedOperation:
        return False


def stream_of(file: AnswerFile, model: io.TextIOWrapper) -> io.TextIOWrapper:
    """A stream of text over a file, buffered as another is. What Python has unbuffered (-u) stays
    so."""
    return io.TextIOWrapper(
        file if model.write_through else io.BufferedWriter(file),
        encoding=model.encoding,
        errors=model.errors,
        line_buffering=model.line_buffering,
        write_through=model.write_through,
    )
