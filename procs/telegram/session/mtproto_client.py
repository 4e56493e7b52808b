"""The only place where a pyrogram Client is built."""

import asyncio
import importlib
import logging
from collections.abc import Callable, Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

from pyrogram import Client
from pyrogram.connection import Connection
from pyrogram.crypto import aes, mtproto
from pyrogram.raw.all import layer
from pyrogram.session import session
from pyrogram.storage import SQLiteStorage

from procs.config import Settings
from procs.core import log
from procs.core.packages.package_owners import owners_of
from procs.store.database import needing_room
from procs.telegram.departure import PunctualConnection
from procs.telegram.rpc_errors import TwoPyrograms
from procs.telegram.server_clock import PunctualClient, PunctualNumbers
from procs.telegram.session import server_key
from procs.telegram.updates import message_decoder
from procs.telegram.updates.update_client import UpdateClient

#: Seconds of FLOOD_WAIT that the library sleeps out in the calls it makes by itself (sign-in,
#: catching up). Our own calls never sleep: see `rpc.py`.
SLEEP = 5
#: People and chats of whom is remembered that the file has them.
STORED_PEERS = 1000
#: Messages that the library remembers; we never ask it for one.
REMEMBERED = 10


class MtprotoClient(PunctualClient):
    """A client without updates: it drops what Telegram pushes, which would otherwise fill a queue
    that nothing reads."""

    async def handle_updates(self, updates: Any) -> None:
        return None


class MessageLedger(SQLiteStorage):
    """A session file whose place in Telegram's updates moves on only when `settled` says that every
    update is handled. The library saves its place when it *receives*; a process killed between that
    and the handling would never get the message again."""

    def __init__(self, name: str, workdir: Path, settled: Callable[[], bool]) -> None:
        super().__init__(name, workdir=workdir, use_wal=True)
        self.settled = settled
        self.opened = False
        #: The access hashes of some who are stored, the latest last.
        self.stored: dict[int, int] = {}

    async def open(self) -> None:
        await super().open()
        self.opened = True

    async def save(self) -> None:
        """Raises StoreFull."""
        if self.settled():
            await self.commit()

    async def commit(self) -> None:
        """Save a place before which every update is handled. For ten seconds after an update its
        place is not sure yet: each look at it would be a write to the disk that changes nothing.
        Raises StoreFull."""
        if not self.conn.in_transaction:
            return
        with needing_room(Path(str(self.database))):
            await super().save()

    async def update_peers(self, peers: Iterable[tuple[int, int, str, str | None]]) -> None:
        """Store those that are new or have another access hash. An update names people whom this
        file has already, and what changes nothing would be written to the disk all the same."""
        others = [one for one in peers if self.stored.get(one[0]) != one[1]]
        fresh = [one for one in others if not await self.has_peer(one[0], one[1])]
        if fresh:
            await super().update_peers(fresh)
        for number, access, *_ in others:
            self.stored.pop(number, None)
            self.stored[number] = access
        while len(self.stored) > STORED_PEERS:
            del self.stored[next(iter(self.stored))]

    async def has_peer(self, number: int, access: int) -> bool:
        """Whether somebody is stored with this access hash."""
        try:
            peer: Any = await self.get_peer_by_id(number)
        except KeyError:
            return False
        return bool(getattr(peer, "access_hash", access) == access)

    async def update_usernames(self, usernames: Iterable[tuple[int, list[str | None]]]) -> None:
        """Nobody is asked for by a username, so none is stored."""

    async def close(self) -> None:
        if self.opened:
            await super().close()


def always() -> bool:
    """Every place in the updates may be saved at once."""
    return True


def build(
    settings: Settings,
    *,
    name: str,
    updates: bool,
    settled: Callable[[], bool] = always,
    in_memory: bool = False,
) -> Client:
    """A client that is not connected yet. Raises TwoPyrograms.

    `name` is the session (`bot`, `slot-0`): one file, one sign-in, one process at a time; one
    `in_memory` is forgotten. Only the client with `updates` listens; `settled` says when all it
    heard is handled.
    """
    check()
    kind = UpdateClient if updates else MtprotoClient
    return kind(
        name,
        api_id=settings.api_id,
        api_hash=settings.api_hash,
        bot_token=settings.bot_token,
        workdir=settings.sessions,
        storage_engine=storage(settings, name, None if in_memory else settled),
        no_updates=not updates,
        skip_updates=False,
        sleep_threshold=SLEEP,
        workers=1,
        max_message_cache_size=REMEMBERED,
        max_topic_cache_size=REMEMBERED,
        fetch_replies=False,
        fetch_topics=False,
        fetch_stories=False,
        fetch_stickers=False,
        device_model="Chapar",
        connection_factory=way(settings),
        loop=asyncio.get_running_loop(),
    )


def storage(settings: Settings, name: str, settled: Callable[[], bool] | None) -> SQLiteStorage:
    """Where a session is kept: in its file, or in memory where nothing says when it is settled."""
    if settled is None:
        return SQLiteStorage(name, settings.sessions, in_memory=True)
    settings.sessions.mkdir(mode=0o700, exist_ok=True)
    return MessageLedger(name, settings.sessions, settled)


def way(settings: Settings) -> type[Connection]:
    """The kind of connection: to Telegram's own servers, or to the one of the settings."""
    if settings.telegram_server is None:
        return PunctualConnection
    if settings.telegram_server_key:
        server_key.trust(settings.telegram_server_key)
    return elsewhere(*settings.telegram_server)


def elsewhere(host: str, port: int) -> type[Connection]:
    """Connections of one client to the server of the settings, whatever the session file says.
    Where other data centers are, that server told."""

    class Elsewhere(PunctualConnection):
        #: The data center of the account, to which the first connection goes.
        home = 0

        def __init__(self, **facts: Any) -> None:
            Elsewhere.home = Elsewhere.home or facts["dc_id"]
            if facts["dc_id"] == Elsewhere.home:
                facts |= {"server_address": host, "port": port}
            super().__init__(**facts)

    return Elsewhere


@cache
def check() -> None:
    """Once per process: one owner of the package, a quiet library that reads message by message,
    the fastest cipher there is."""
    owners = owners_of("pyrogram")
    if len(owners) > 1:
        raise TwoPyrograms(
            f"{' and '.join(owners)} both own the package `pyrogram`: uninstall them, "
            "then install Chapar again"
        )
    logging.getLogger("pyrogram").setLevel(logging.ERROR)
    logging.getLogger("pyrogram.connection").setLevel(logging.CRITICAL)
    mtproto.unpack = message_decoder.unpack
    vars(session)["MsgFactory"] = PunctualNumbers
    facts = {name: version(name) for name in owners}
    log.info("telegram.library", **facts, layer=layer, cipher=quicken())


def quicken() -> str:
    """Put cryptg's AES-IGE in place of the slower one (a third to 40 % of an upload's CPU)."""
    fast = optional("cryptg")
    if fast is None:
        return "tgcrypto"
    aes.ige256_encrypt = fast.encrypt_ige
    aes.ige256_decrypt = fast.decrypt_ige
    return "cryptg"


def optional(name: str) -> ModuleType | None:
    """A module that need not be installed; None without it."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None
