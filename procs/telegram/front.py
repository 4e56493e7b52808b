"""The bot's own session: the only one that listens, and the one that talks.

A message is handled, and only then is its place in Telegram's stream saved (`Ledger`): what was
sent while the bot was down, or was killed over, is heard at the next start.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from pyrogram import Client, raw
from pyrogram.errors import RPCError
from pyrogram.handlers import ConnectHandler, RawUpdateHandler
from pyrogram.session import Session

from procs import log
from procs.config import Settings
from procs.telegram import heard, signin
from procs.telegram.client import build
from procs.telegram.errors import translate
from procs.telegram.line import Line
from procs.telegram.listening import Listening
from procs.telegram.voice import Voice

Hear = Callable[[heard.Incoming], Coroutine[Any, Any, None]]
Feel = Callable[[heard.Press], Coroutine[Any, Any, None]]

#: The session of the bot itself.
NAME = "bot"
MESSAGES = (raw.types.UpdateNewMessage, raw.types.UpdateNewChannelMessage, *heard.EDITS)


class Front(Voice):
    """Hears and talks for the bot."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.handling: set[asyncio.Task[None]] = set()
        self.catching: asyncio.Task[None] | None = None
        self.unsaved = False
        self.closing = False
        self.missed = False

    async def connect(
        self, hear: Hear, feel: Feel, *, before: signin.Leave = signin.allowed
    ) -> None:
        """Sign in if this session never did, after `before` gave its leave, and hear what was sent
        meanwhile: the handlers run as soon as this begins to catch up. Raises TelegramAway,
        TelegramWait, SessionRevoked."""
        self.hear, self.feel = hear, feel
        client = build(self.settings, name=NAME, updates=True, settled=self.settled)
        assert isinstance(client, Listening)
        client.before_sign_in = before
        # Raw updates are all we read: nothing is parsed that could fail before we see it.
        client.dispatcher.update_parsers.clear()
        client.add_handler(RawUpdateHandler(self._note))
        client.add_handler(ConnectHandler(self._reconnected))
        self.line = Line(client)
        try:
            async with asyncio.timeout(signin.PATIENCE):
                await client.start()
        except (RPCError, OSError) as error:
            await self._drop()
            raise translate(error, signin.SIGN_IN) from error
        except BaseException:
            await self._drop()
            raise
        log.info("telegram.listening", username=self.username)

    @property
    def username(self) -> str:
        """The bot's own, in lower case; empty while nobody told us."""
        me = self.line.client.me if self.line else None
        return (me.username or "").lower() if me else ""

    @property
    def dead(self) -> bool:
        """Whether the session was taken away or given up; only a new process can help."""
        return self.line is None or self.line.dead or bool(self.line.revoked)

    async def _drop(self) -> None:
        line, self.line = self.line, None
        if line is not None:
            await signin.shut(line)

    # --- hearing

    async def _reconnected(self, client: Client, session: Session) -> None:
        """The connection stands again. The library asks only at its start what was missed."""
        if client.is_initialized and session is client.session:
            self.catching = asyncio.ensure_future(self._catch_up(client))

    async def _catch_up(self, client: Client) -> None:
        try:
            await client.recover_gaps()
        except (RPCError, OSError) as error:  # the next connection, or start, asks again
            log.warning("telegram.gap", error=error)

    async def _note(self, client: Any, update: Any, users: Any, chats: Any) -> None:
        """One update, in the order Telegram sent them: handling begins in that order, and goes
        on beside the next one's."""
        self.unsaved = True
        if self.closing:
            self.missed = True
            return
        handling = self._handling(update, users, chats)
        if handling is not None:
            task = asyncio.ensure_future(handling)
            self.handling.add(task)
            task.add_done_callback(self.handling.discard)

    def _handling(self, update: Any, users: Any, chats: Any) -> Coroutine[Any, Any, None] | None:
        if isinstance(update, MESSAGES):
            message = heard.message(update, users, chats)
            return self.hear(message) if message else None
        if isinstance(update, raw.types.UpdateBotCallbackQuery):
            press = heard.press(update, users, chats)
            return self.feel(press) if press else None
        return None

    def settled(self) -> bool:
        """Whether everything that was heard is handled."""
        waiting = self.line is not None and not self.line.client.dispatcher.updates_queue.empty()
        return not (waiting or self.handling or self.missed)

    async def save(self) -> None:
        """Keep our place in Telegram's stream, when there is news and all of it is handled."""
        if self.unsaved and self.line is not None and self.settled():
            self.unsaved = False
            await self.line.client.storage.save()

    async def quiet(self, patience: float) -> None:
        """Hear no more, and let what runs finish, for at most `patience` seconds. What comes now
        is heard at the next start."""
        self.closing = True
        if self.handling:
            await asyncio.wait(self.handling, timeout=patience)
        await self.save()

    async def close(self) -> None:
        self.closing = True
        if self.catching is not None:
            self.catching.cancel()
        await self._drop()
