"""The connections by which a slot uploads file parts: opened at the first upload, shared by all
uploads of the slot, closed when they are unused for a while."""

import asyncio
import contextlib
import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from pyrogram import Client
from pyrogram.errors import RPCError
from pyrogram.session.session import TransportError

from procs.core import log
from procs.core.memory import unused_heap
from procs.telegram.rpc_errors import translate
from procs.telegram.upload import heap
from procs.telegram.upload.part_connection import PartConnection
from procs.telegram.upload.part_frames import FileCut, FramePiece

CONNECTIONS = 4
#: Seconds without an upload after which the connections are closed.
IDLE = 60.0
METHOD = "upload.SaveBigFilePart"


class ConnectionPool:
    """Up to `CONNECTIONS` connections of one client."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.lanes: list[PartConnection] = []
        self.door = asyncio.Lock()
        self.users = 0
        self.closing: asyncio.TimerHandle | None = None
        self.ending: asyncio.Task[None] | None = None
        # Sealing leaves the interpreter's lock alone nearly all of the time.
        self.threads = ThreadPoolExecutor(min(CONNECTIONS, os.cpu_count() or 1), "sealing")

    @contextlib.asynccontextmanager
    async def use(self, count: int) -> Any:
        """Keep `count` connections, as far as they can be made. Raises TelegramAway, TelegramWait,
        SessionRevoked."""
        self.users += 1
        heap.keep()
        if self.closing is not None:
            self.closing.cancel()
        try:
            await self._open(min(count, CONNECTIONS))
            yield self
        finally:
            self.users -= 1
            if not self.users:
                unused_heap.give_back()
                loop = asyncio.get_running_loop()
                self.closing = loop.call_later(IDLE, self._begin_end)

    async def put(self, piece: FramePiece, *, patience: float) -> None:
        """Give Telegram one part by the least busy connection. Raises what `translate` makes of
        the failure; a part that came back may be put again at once, by another one."""
        try:
            lane = await self._free(patience)
            await lane.put(piece, threads=self.threads, patience=patience)
        except FileCut:
            raise
        except (RPCError, OSError) as error:
            raise translate(error, METHOD) from error

    async def close(self) -> None:
        """Close all connections now."""
        if self.closing is not None:
            self.closing.cancel()
        await self._end()
        self.threads.shutdown(wait=False)

    async def _free(self, patience: float) -> PartConnection:
        """The least busy connection that stands, waiting for one. Raises RPCError, OSError."""
        while not (standing := [lane for lane in self.lanes if lane.is_up]):
            if not self.lanes:
                raise ConnectionError("closed")
            refused = next((lane.refusal for lane in self.lanes if lane.refusal), None)
            if refused is not None:
                raise refused
            waits = [asyncio.ensure_future(lane.is_started.wait()) for lane in self.lanes]
            try:
                done, _ = await asyncio.wait(
                    waits, timeout=patience, return_when=asyncio.FIRST_COMPLETED
                )
            finally:
                for wait in waits:
                    wait.cancel()
            if not done:
                raise TimeoutError("no connection for file parts")
        return min(standing, key=lambda lane: lane.busy)

    async def _open(self, count: int) -> None:
        async with self.door:
            missing = count - len(self.lanes)
            if missing <= 0:
                return
            try:
                facts = await self._facts()
                new = [PartConnection(self.client, **facts) for _ in range(missing)]
            except (RPCError, OSError) as error:
                raise translate(error, "help.GetConfig") from error
            self.lanes += new
            await asyncio.gather(*(lane.start() for lane in new))

    async def _facts(self) -> dict[str, Any]:
        """The address for files of this account: its own data centre's, for media."""
        storage = self.client.storage
        number = await storage.dc_id()
        option = await self.client.get_dc_option(number, is_media=True, ipv6=self.client.ipv6)
        server = (option.ip_address, option.port)
        return {"dc": number, "server": server, "test": await storage.test_mode()}

    def _begin_end(self) -> None:
        if not self.users:
            self.ending = asyncio.ensure_future(self._end())

    async def _end(self) -> None:
        async with self.door:
            lanes, self.lanes = self.lanes, []
            for lane in lanes:
                try:
                    await lane.stop()
                except (TransportError, OSError, RPCError) as error:
                    log.warning("telegram.close-failed", session=self.client.name, error=error)
