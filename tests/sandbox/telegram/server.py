"""The loopback Telegram: a real MTProto server on 127.0.0.1.

    async with Telegram() as tg:
        ...                     # tg.address, tg.key_path: what a client is configured by
        ali = await tg.person("Ali", language="fa")

Given a folder, it keeps its key, its world and the clients' authorisations there, so that a
server started again on that folder (and port) is the same one.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Self

from tests.sandbox.telegram import commands, keeping, keys, methods, render, tl, wire
from tests.sandbox.telegram.bell import Bell
from tests.sandbox.telegram.calls import Calls
from tests.sandbox.telegram.connection import Connection, tune
from tests.sandbox.telegram.desk import Desk
from tests.sandbox.telegram.faults import Faults
from tests.sandbox.telegram.files import Vault
from tests.sandbox.telegram.habits import Habits
from tests.sandbox.telegram.inline import Inline
from tests.sandbox.telegram.manners import Manners
from tests.sandbox.telegram.world import Account, World
from tests.sandbox.telegram.writing_times import Numberings

methods.load()
commands.load()

#: The bot that is there from the start; any other well-formed token makes another bot.
TOKEN = "777000001:sandbox-bot-token"
BOT = "chapar_sandbox_bot"
#: Updates kept for a session that is cut off.
MISSED = 1000
#: Seconds from a change to its being on disk.
SAVE_AFTER = 0.5
#: Above it the world takes so long to be written that whoever speaks with the server would notice.
LARGE = 2.0


class Telegram(Desk):
    """`home` None: a folder of its own, which goes away at the end. `sink`: keep no bytes.
    `strict`: bots that speak too often are refused, and it is recorded."""

    def __init__(
        self,
        home: Path | None = None,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        token: str = TOKEN,
        sink: bool = False,
        strict: bool = False,
    ) -> None:
        self.borrowed = home is None
        self.home = home or Path(tempfile.mkdtemp(prefix="ch-tg-"))
        self.home.mkdir(parents=True, exist_ok=True)
        self.port, self.host = port, host
        #: The port of the other data center.
        self.far_port = 0
        #: Authorizations on their way to another data center: their bytes -> account, center.
        self.exported: dict[bytes, tuple[int, int]] = {}
        self.token = token
        self.server_key = keys.keep(self.home)
        self.key_path = self.home / "key.pem"
        self.ids = wire.MessageIds()
        self.numberings = Numberings()
        self.log = Calls()
        self.faults = Faults()
        self.habits = Habits()
        self.manners = Manners() if strict else None
        self.bell = Bell()
        self.open: set[Connection] = set()
        self.serving: set[asyncio.Task[Any]] = set()
        self.flying: set[tuple[int, int]] = set()
        #: Presses that wait for the bot's answer: query id -> bot, future.
        self.presses: dict[int, tuple[int, asyncio.Future[Any]]] = {}
        #: (person, message, data) -> the answer that a bot lets keep, and until when.
        self.toasts: dict[tuple[int, int, bytes], tuple[Any, float]] = {}
        self.inline = Inline()
        #: (who, to whom) -> when and what last.
        self.typing: dict[tuple[int, int], tuple[float, str]] = {}
        self.world = World()
        self.keys: dict[bytes, wire.Key] = {}
        self.vault = Vault(self.home / "files", sink=sink)
        self.save_after = SAVE_AFTER
        #: The child that writes the world.
        self.saver = 0
        self.saving: asyncio.TimerHandle | None = None
        keeping.load(self)
        self.bot = self.world.bot(token, BOT).id

    # --- life ------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()
        if self.borrowed:
            shutil.rmtree(self.home, ignore_errors=True)

    async def start(self) -> None:
        """Listen; on the same ports as before, if there was a before."""
        self.listener = await self.listen(render.DC, self.port)
        self.far_listener = await self.listen(render.FAR_DC, self.far_port)
        self.port = self.listener.sockets[0].getsockname()[1]
        self.far_port = self.far_listener.sockets[0].getsockname()[1]

    async def listen(self, center: int, port: int) -> asyncio.Server:
        serve = partial(self.serve, center)
        return await asyncio.start_server(serve, self.host, port, limit=wire.BUFFER)

    async def stop(self) -> None:
        """As when the machine is switched off: connections break, the world stays."""
        self.listener.close()
        self.far_listener.close()
        tasks = [task for connection in self.open for task in connection.tasks]
        for task in tasks:
            task.cancel()
        for connection in list(self.open):
            connection.reset()
        await asyncio.gather(*tasks, *self.serving, return_exceptions=True)
        await self.listener.wait_closed()
        await self.far_listener.wait_closed()
        self.save()

    async def serve(
        self, center: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        tune(writer)
        connection, task = Connection(self, center, reader, writer), asyncio.current_task()
        assert task is not None
        self.open.add(connection)
        self.serving.add(task)
        try:
            await connection.run()
        finally:
            self.open.discard(connection)
            self.serving.discard(task)

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"

    async def do(self, command: str, **args: Any) -> Any:
        return await commands.run(self, command, args)

    # --- memory ----------------------------------------------------------------------------

    def changed(self) -> None:
        """Something in the world did: wake who waits for it, and save it soon."""
        self.bell.ring()
        if self.saving is None and not self.borrowed:
            self.saving = asyncio.get_running_loop().call_later(self.save_after, self.save_soon)

    def save_soon(self) -> None:
        """A large world is written seldom, and by a child."""
        if self.save_after <= LARGE:
            return self.save()
        self.saving = None
        if self.is_saved():
            self.saver = keeping.save_beside(self)
        return None

    def is_saved(self, *, wait: bool = False) -> bool:
        """Whether no child writes the world any more."""
        if self.saver:
            pid, _, cost = os.wait4(self.saver, 0 if wait else os.WNOHANG)  # its CPU seconds
            if pid:
                self.saver = 0
                self.wait_after(cost.ru_utime + cost.ru_stime)
        return not self.saver

    def wait_after(self, seconds: float) -> None:
        """To write the world took so long: at most a twentieth of the time goes into it."""
        self.save_after = max(SAVE_AFTER, 20 * seconds)

    def save(self) -> None:
        if self.saving:
            self.saving.cancel()
        self.saving = None
        if not self.borrowed:
            if self.saver:  # what it has is older, and on a busy machine it takes long
                os.kill(self.saver, signal.SIGKILL)
                self.is_saved(wait=True)
            begun = time.monotonic()
            keeping.save(self)
            self.wait_after(time.monotonic() - begun)

    def remember(self, key: wire.Key) -> None:
        self.keys[key.id] = key
        self.save()

    # --- authorisations --------------------------------------------------------------------

    def keys_of(self, account: Account) -> list[wire.Key]:
        """Those that hear updates: another data center tells none."""
        return [
            key
            for key in self.keys.values()
            if key.account == account.id and not key.dead and key.center == render.DC
        ]

    def push(self, key: wire.Key, update: Any) -> None:
        """To the session of this authorisation that listens, as this server's habits are."""
        loop = asyncio.get_running_loop()
        for delay in self.habits.fate():
            if delay:
                loop.call_later(delay, self.deliver, key, update)
            else:
                self.deliver(key, update)

    def deliver(self, key: wire.Key, update: Any) -> None:
        """Now; later, if it is cut off."""
        if self.habits.shape == "answers" and key.listener:
            self.habits.held.append(update)
            return
        ears = [c for c in self.open if c.key is key and c.listens and c.is_open]
        if ears:
            max(ears, key=lambda connection: connection.active).notify(update)
        elif key.listener:
            key.waiting = [*key.waiting[-MISSED + 1 :], update]

    def has_twin(self, connection: Connection) -> bool:
        """Whether another open main connection speaks with the same key."""
        return any(
            other.speaks and other.is_open
            for other in self.open
            if other is not connection and other.key is connection.key
        )

    @contextlib.contextmanager
    def in_flight(self, account: int, ids: list[int]) -> Iterator[None]:
        """A send on its way: its twin is refused meanwhile. Raises Rpc for the twin."""
        marks = {(account, number) for number in ids}
        if marks & self.flying:
            raise tl.Rpc(500, "RANDOM_ID_DUPLICATE")
        self.flying |= marks
        try:
            yield
        finally:
            self.flying -= marks
