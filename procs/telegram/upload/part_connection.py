"""One connection for file parts.

Telegram lets an authorisation upload over any number of them at a time (core.telegram.org/api/
files); they are sessions of their own beside the one that speaks.
"""

import asyncio
from concurrent.futures import Executor
from functools import partial
from typing import Any

from pyrogram import Client
from pyrogram.errors import RPCError
from pyrogram.raw.functions.upload import SaveBigFilePart
from pyrogram.raw.types import BadMsgNotification, BadServerSalt, RpcError
from pyrogram.session import Session
from pyrogram.session.session import Result

from procs.telegram.cancellation import apart
from procs.telegram.upload.part_frames import Envelope, FramePiece, seal

#: Parts of one connection that are held in memory at once: one is sealed while one is written.
SEALED = 2


class PartConnection(Session):
    """A session for file parts. Parts in flight fail at once when the connection breaks; the
    library lets them wait 15 s for answers that cannot come."""

    def __init__(self, client: Client, *, dc: int, server: tuple[str, int], test: bool) -> None:
        if client.session is None:
            raise ConnectionError("not connected")
        super().__init__(client, dc, *server, client.session.auth_key, test, is_media=True)
        self.memory = asyncio.Semaphore(SEALED)
        #: Parts in flight.
        self.busy = 0
        #: Telegram's error when it revoked the sign-in.
        self.refusal: RPCError | None = None

    @property
    def is_up(self) -> bool:
        """Whether parts can be sent."""
        return bool(self.is_started.is_set())

    async def start(self) -> None:
        """Connect. An unreachable Telegram is tried again until `stop`."""
        try:
            await apart(super().start())
        except RPCError as error:
            self.refusal = error

    async def restart(self) -> None:
        """Fail the parts in flight of the broken connection, then open another."""
        self.is_started.clear()
        for result in self.results.values():
            result.event.set()
        await super().restart()

    async def put(self, piece: FramePiece, *, threads: Executor, patience: float) -> None:
        """Give Telegram one part. Raises OSError when the connection broke or no answer came in
        `patience` seconds, RPCError when Telegram refused."""
        self.busy += 1
        try:
            answer = await self._put(piece, threads, patience)
        finally:
            self.busy -= 1
        if isinstance(answer, BadServerSalt):
            self.salt = answer.new_server_salt
            await self.put(piece, threads=threads, patience=patience)
        elif isinstance(answer, RpcError):
            RPCError.raise_it(answer, SaveBigFilePart)
        elif isinstance(answer, BadMsgNotification):
            raise ConnectionError(f"bad message, code {answer.error_code}")
        elif answer is None:
            raise ConnectionError("the connection broke")

    async def _put(self, piece: FramePiece, threads: Executor, patience: float) -> Any:
        """The answer; None when the connection broke before it came."""
        connection = self.connection
        message, seq = await self._name()
        self.results[message] = result = Result()
        try:
            async with self.memory:
                sealed = partial(seal, self._envelope(message, seq), piece)
                payload = await asyncio.get_running_loop().run_in_executor(threads, sealed)
                if not self.is_up or connection is None or connection is not self.connection:
                    return None
                await connection.send(payload)
                del payload
            async with asyncio.timeout(patience):
                await result.event.wait()
            return result.value
        finally:
            del self.results[message]

    async def _name(self) -> tuple[int, int]:
        """A message's number and its place among those that want an answer."""
        number = await self.msg_factory.allocate_message_identity()
        return number, await self.msg_factory.allocate_message_sequence(True)

    def _envelope(self, message: int, seq: int) -> Envelope:
        return Envelope(self.auth_key, self.auth_key_id, self.salt, self.session_id, message, seq)
