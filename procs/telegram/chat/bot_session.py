"""The bot's own session: the only one that receives updates, and the one that sends messages.

A message is handled, and only then is its place in Telegram's stream saved (`MessageLedger`): what
was sent while the bot was down, or was killed over, is heard at the next start.
"""

import asyncio
from collections.abc import Callable, Coroutine
from itertools import count
from typing import Any

from pyrogram import Client, raw
from pyrogram.errors import RPCError
from pyrogram.handlers import ConnectHandler, RawUpdateHandler
from pyrogram.raw.functions.users import GetUsers
from pyrogram.session import Session

from procs.config import Settings
from procs.core import log
from procs.errors import ChaparError, SessionRevoked
from procs.telegram.chat import group_news, inbound, inline_updates, member_updates
from procs.telegram.chat.inline_sender import InlineVoice
from procs.telegram.chat.inline_updates import InlineChoice, InlineQuery
from procs.telegram.chat.member_updates import MemberChange
from procs.telegram.rpc_errors import translate
from procs.telegram.session import sign_in
from procs.telegram.session.mtproto_client import build
from procs.telegram.session.rpc import Rpc
from procs.telegram.updates.update_client import UpdateClient, pause

Hear = Callable[[inbound.Incoming], Coroutine[Any, Any, None]]
Feel = Callable[[inbound.Press], Coroutine[Any, Any, None]]
Lose = Callable[[int], Coroutine[Any, Any, None]]
Ask = Callable[[InlineQuery | InlineChoice], Coroutine[Any, Any, None]]
Move = Callable[[MemberChange], Coroutine[Any, Any, None]]
Told = (
    inbound.Incoming | inbound.Press | inbound.Stopped | InlineQuery | InlineChoice | MemberChange
)

#: The session of the bot itself.
BOT_SESSION = "bot"
MESSAGES = (raw.types.UpdateNewMessage, raw.types.UpdateNewChannelMessage, *inbound.EDITS)


def unheard(news: group_news.GroupNews) -> None:
    """What is told of groups where nobody listens."""


async def nobody_lost(person: int) -> None:
    """Nothing is done about who blocks the bot."""


async def unasked(told: InlineQuery | InlineChoice) -> None:
    """Inline mode where nobody answers it."""


async def unmoved(change: MemberChange) -> None:
    """Members of chats where nobody asks for them."""


class BotSession(InlineVoice):
    """Hears and talks for the bot."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        #: The updates that are being handled, by their unique keys.
        self.under_way: dict[tuple[object, ...], asyncio.Task[None]] = {}
        self.line: Rpc | None = None
        #: Who answers inline mode.
        self.asked: Ask = unasked
        self.unsaved = False
        self.closing = False
        self.missed = False
        #: Hears what is told of groups besides messages, at once.
        self.learn: Callable[[group_news.GroupNews], None] = unheard
        #: What is done about a person who blocks the bot.
        self.lose: Lose = nobody_lost
        #: What is done about who came into a chat or left it.
        self.move: Move = unmoved
        #: The bot's own name, in lower case, and whether Telegram told it yet.
        self.username = ""
        #: Whether people may write to it from any chat, as its owner told BotFather.
        self.serves_inline = False
        self.named = asyncio.Event()
        self.naming: asyncio.Task[None] | None = None

    async def connect(
        self, on_message: Hear, on_press: Feel, *, before: sign_in.SignInLeave = sign_in.allowed
    ) -> None:
        """Sign in if this session never did, after `before` gave its leave, and hear what was sent
        meanwhile: the handlers run as soon as this begins to catch up. Raises TelegramAway,
        TelegramWait, TelegramRefused, SessionRevoked."""
        self.on_message, self.on_press = on_message, on_press
        client = build(self.settings, name=BOT_SESSION, updates=True, settled=self.settled)
        assert isinstance(client, UpdateClient)
        # Raw updates are all we read: nothing is parsed that could fail before we see it.
        client.dispatcher.update_parsers.clear()
        client.add_handler(RawUpdateHandler(self._note))
        client.add_handler(ConnectHandler(self._reconnected))
        line = self.line = Rpc(client)
        client.asks = line.ask
        try:
            async with asyncio.timeout(sign_in.CONNECT_TIMEOUT):
                await sign_in.enter(line, self.settings.bot_token, before=before)
                await client.begin()
                await client.initialize()
        except (RPCError, OSError) as error:
            await self._drop()
            raise translate(error, line.doing) from error
        except BaseException:
            await self._drop()
            raise
        self.unsaved = True
        self.naming = asyncio.create_task(self._learn_name(line))
        log.info("telegram.listening")

    async def _learn_name(self, line: Rpc) -> None:
        """Ask Telegram what we are called, until it says so: in groups we answer to our name."""
        for attempt in count(1):
            try:
                (account,) = await line.ask(GetUsers(id=[raw.types.InputUserSelf()]))
            except SessionRevoked:
                return  # the line knows: this process is over
            except ChaparError as error:
                wait = pause(attempt, error)
                log.warning("telegram.nameless", error=error, again=wait)
                await asyncio.sleep(wait)
            else:
                self.username = (account.username or "").lower()
                self.serves_inline = account.bot_inline_placeholder is not None
                self.named.set()
                return

    @property
    def handling(self) -> set[asyncio.Task[None]]:
        return set(self.under_way.values())

    @property
    def dead(self) -> bool:
        """Whether the session was taken away or given up; only a new process can help."""
        return self.line is None or self.line.dead or bool(self.line.revoked)

    async def _drop(self) -> None:
        line, self.line = self.line, None
        if line is not None:
            await sign_in.shut(line)

    # --- hearing

    async def _reconnected(self, client: Client, session: Session) -> None:
        """The connection stands again: what was sent meanwhile is asked for."""
        if client.is_initialized and session is client.session:
            await client.recover_gaps()

    async def _note(self, client: Any, update: Any, users: Any, chats: Any) -> None:
        """One update, in the order Telegram sent them: handling begins in that order, and goes
        on beside the next one's."""
        self.unsaved = True
        if (news := group_news.news(update, chats)) is not None:
            self.learn(news)
        told = self._told(update, users, chats)
        if told is None or self.key(told) in self.under_way:
            return
        if self.closing:
            self.missed = True
            return
        task = asyncio.ensure_future(self._handling(told))
        key = self.key(told)
        self.under_way[key] = task
        task.add_done_callback(lambda _: self.under_way.pop(key, None))

    def key(self, told: Told) -> tuple[object, ...]:
        """What tells it from what else is handled: of two edits in one second, the words."""
        return (*told.mark, told.text if isinstance(told, inbound.Incoming) else "")

    def _handling(self, told: Told) -> Coroutine[Any, Any, None]:
        if isinstance(told, inbound.Stopped):
            return self.lose(told.person)
        if isinstance(told, inbound.Incoming):
            return self.on_message(told)
        if isinstance(told, MemberChange):
            return self.move(told)
        return self.on_press(told) if isinstance(told, inbound.Press) else self.asked(told)

    def _told(self, update: Any, users: Any, chats: Any) -> Told | None:
        """What a person said, pressed or chose; it may be told more than once."""
        if isinstance(update, MESSAGES):
            return inbound.message(update, users, chats)
        if isinstance(update, raw.types.UpdateBotCallbackQuery):
            return inbound.press(update, users, chats)
        if isinstance(update, raw.types.UpdateBotStopped):
            return inbound.stopped(update)
        return member_updates.told(update, users) or inline_updates.told(update, users)

    def settled(self) -> bool:
        """Whether everything that was heard is handled."""
        client = self.line.client if self.line is not None else None
        waiting = client is not None and not client.dispatcher.updates_queue.empty()
        kept_back = isinstance(client, UpdateClient) and bool(client.stream.incomplete)
        return not (waiting or kept_back or self.under_way or self.missed)

    async def save(self) -> None:
        """Keep our place in Telegram's stream, when there is news and all of it is handled."""
        client = self.line.client if self.line is not None else None
        if self.unsaved and isinstance(client, UpdateClient) and self.settled():
            self.unsaved = not await client.keep()
            await client.storage.save()

    async def quiet(self, patience: float) -> None:
        """Hear no more, and let what runs finish, for at most `patience` seconds. What comes now
        is heard at the next start."""
        self.closing = True
        if self.under_way:
            await asyncio.wait(self.handling, timeout=patience)
        await self.save()

    async def close(self) -> None:
        self.closing = True
        if self.naming is not None:
            self.naming.cancel()
            await asyncio.wait({self.naming})
        await self._drop()
