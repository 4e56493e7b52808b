"""One connection to the nursery, from the worker's side: a request, then messages until the end."""

import asyncio
import os
import signal
import socket
from contextlib import suppress
from typing import Any

from procs.core import codec, log
from procs.engine.failures.classify import classify
from procs.engine.protocol.decode import into
from procs.engine.protocol.messages import ChildEnd

#: Bytes of one line that a child may say, its lines in all, and bytes of what is read at first.
LINE_BYTES = 16 * 1024**2
LINES = 200_000
FIRST_READ = 4096
#: Seconds that a killed child's death is waited for.
DEATH = 10.0
#: The words with which a child, and the nursery itself, begin; their value is a process id.
BEGUN = ("began", "ready")

Word = tuple[str, Any]


class NurseryConnection:
    """One connection to the nursery: a request, then words until the end."""

    def __init__(self, link: socket.socket) -> None:
        self.link = link
        self.reader = asyncio.StreamReader(LINE_BYTES)
        self.writer: asyncio.StreamWriter | None = None
        self.pid = 0
        #: The nursery that was wanted.
        self.like = ""
        self.door: socket.socket | None = None
        self.ended: ChildEnd | None = None
        self.said = 0
        #: Bytes of the latest word.
        self.length = 0
        self.closing: asyncio.Task[None] | None = None

    @property
    def over(self) -> bool:
        """Whether nothing more comes."""
        return self.reader.at_eof() or self.reader.exception() is not None

    async def begin(self, request: dict[str, Any]) -> bool:
        """Say the request. False when the other side ended without an answer.

        The child may give us a listening socket with its first word: `door`, then ours to close.
        """
        loop = asyncio.get_running_loop()
        try:
            await loop.sock_sendall(self.link, codec.dump(request).encode() + b"\n")
            await readable(self.link)
            heard, doors, _, _ = socket.recv_fds(self.link, FIRST_READ, 1)
        except ConnectionError:
            return False
        self.door = socket.socket(fileno=doors[0]) if doors else None
        self.reader.feed_data(heard)
        speak = asyncio.StreamReaderProtocol(self.reader)
        transport, _ = await loop.create_unix_connection(lambda: speak, sock=self.link)
        self.writer = asyncio.StreamWriter(transport, speak, self.reader, loop)
        if word := await self.word():
            self.pid = into(int, word[1]) if word[0] in BEGUN else 0
        return self.pid > 0

    def say(self, word: str) -> None:
        """Send the child one word; nothing before the connection is open, or after its end."""
        if self.writer and not self.writer.is_closing():
            self.writer.write(word.encode() + b"\n")

    def hang_up(self) -> None:
        """The nursery kills the child of who hangs up. A connection that the nursery's own end
        closed is hung up: uvloop raises RuntimeError for what is written to it."""
        with suppress(OSError):
            if self.writer and not self.writer.is_closing():
                self.writer.write_eof()

    async def word(self) -> Word | None:
        """The next message of the child, or at last the nursery's report of its death; None at the
        end. Of its death only the last message is believed: a child may say that it is dead, and go
        on."""
        while line := await self.next_line():
            word = read(line)
            if word:
                self.length = len(line)
                self.ended = into(ChildEnd, word[1]) if word[0] == "ended" else None
                return word
        return None

    async def next_line(self) -> bytes:
        """The next line; nothing at the end. A child that sends too much is killed, and its end
        awaited."""
        while True:
            try:
                line = await self.reader.readline()
            except ConnectionError:
                return b""
            except ValueError:  # longer than LONGEST
                self.hang_up()
                continue
            self.said += 1
            if self.said == LINES:
                self.hang_up()
            if self.said < LINES or not line:
                return line if line.endswith(b"\n") else b""

    async def last(self) -> Exception | None:
        """Wait for the end. Returns the failure if one was said on the way."""
        failed = None
        while word := await self.word():
            if word[0] == "failed":
                failed = classify(word[1])
        return failed

    async def end(self) -> None:
        """Hang up, which kills; then wait for the death, also when we are cancelled meanwhile."""
        if self.closing is None:
            self.closing = asyncio.ensure_future(self.finish())
        await asyncio.shield(self.closing)

    async def finish(self) -> None:
        """Hang up and wait for the child's end and its cost; one that stays is logged after DEATH
        seconds."""
        if self.writer is None:
            self.link.close()
            return
        self.hang_up()
        try:
            async with asyncio.timeout(DEATH):
                await self.last()
        except TimeoutError:
            log.warning("child.lingers", pid=self.pid)
        if self.pid and self.ended is None:
            self.mark_dead()
        self.writer.close()
        with suppress(OSError):
            await self.writer.wait_closed()

    def mark_dead(self) -> None:
        """The nursery died before it could tell: its children are dead by that, but programs which
        they started may live on."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)


def read(line: bytes) -> Word | None:
    """A word and its value; None for what is none: a word that a kill cut short, or the empty line
    after it."""
    try:
        said = codec.load(line)
    except ValueError:
        return None
    if not isinstance(said, dict) or len(said) != 1:
        return None
    return next(iter(said.items()))


async def readable(link: socket.socket) -> None:
    """Wait until there is something to read, or the end."""
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(link, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(link)
