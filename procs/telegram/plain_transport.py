"""Packets over TCP as the library frames them, with fewer steps for the small ones.

The library waits for each piece of a packet by a task of its own with a timer, twice for a packet
that lies there whole; and before each packet that it sends, for the mark with which the connection
began. A call or an update is small: it is read by one wait, and sent by none.

Source: core.telegram.org/mtproto/mtproto-transports#abridged.
"""

import asyncio
from typing import Any

from pyrogram.connection.transport import TCPAbridged

#: Bytes up to which a packet is read by one wait; of a larger one each piece may take as long.
SMALL_BODY = 4096
#: What comes before a length of three bytes; a length counts words of four.
LONG_LENGTH, WORD_BYTES = 0x7F, 4


class PlainTransport(TCPAbridged):
    """A connection without a proxy."""

    async def send(self, data: bytes, *args: Any) -> None:
        """Write one packet, behind those that the socket has not taken yet; nothing where the
        connection is closed, as the library does. Raises OSError."""
        if not self.marker_event.is_set():
            return await super().send(data, *args)
        words = len(data) // WORD_BYTES
        is_short = words < LONG_LENGTH
        head = bytes((words,)) if is_short else b"\x7f" + words.to_bytes(3, "little")
        async with self.lock:
            if self.writer is None or self.writer.is_closing():
                return None
            try:
                self.writer.write(head + data)
                await self.writer.drain()
            except RuntimeError as error:  # of a socket that was closed meanwhile
                raise OSError(str(error)) from error

    async def recv(self, length: int = 0) -> bytes | None:
        """The next packet; None when the connection is over, or nothing came for ten seconds: a
        connection that lives brings an answer to a ping each five."""
        if self.reader is None:
            return None
        silence = TimeoutError("nothing came")
        late = self.loop.call_later(self.TIMEOUT, self.reader.set_exception, silence)
        try:
            head = await self.reader.readexactly(1)
            if head[0] == LONG_LENGTH:
                head = await self.reader.readexactly(3)
            size = int.from_bytes(head, "little") * WORD_BYTES
            if size <= SMALL_BODY:
                return await self.reader.readexactly(size)
        except (OSError, asyncio.IncompleteReadError):
            return None
        finally:
            late.cancel()
        return await self._recv_from_socket(size)
