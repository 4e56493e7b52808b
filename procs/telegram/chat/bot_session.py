"""The bot's own session: the only one that receives updates, and the one that sends messages.

A message is handled, and only then is its place in Telegram's stream saved (`MessageLedger`): what
was sent while the bot was down, or was killed over, is heard at the next start.
"""

import asyncio
import secrets
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from itertools import count
from typing import Any

from pyrogram import Client, raw
from pyrogram.errors import RPCError
from pyrogram.handlers import ConnectHandler
from pyrogram.raw.functions.users import GetUsers
from pyrogram.session import Session

from procs.config import Settings
from procs.core import clock, log
from procs.errors import ChaparError, SessionRevoked, StoreError, TelegramAway
from procs.telegram.cancellation import apart
from procs.telegram.chat import group_news, inbound, inline_updates, member_updates
from procs.telegram.chat.handlings import Handlings, Key
from procs.telegram.chat.inline_sender import InlineSender
from procs.telegram.chat.inline_updates import InlineChoice, InlineQuery
from procs.telegram.chat.member_updates import MemberChange
from procs.telegram.rpc_errors import translate
from procs.telegram.server_clock import CLOCK
from procs.telegram.session import sign_in
from procs.telegram.session.mtproto_client import build
from procs.telegram.session.rpc import Rpc
from procs.telegram.updates.update_client import Moved, UpdateClient, pause

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
    """The handler of group events of a session that has none: it ignores them."""


async def nobody_lost(person: int) -> None:
    """The handler of blocks of a session that has none: it ignores them."""


async def ignore_query(told: InlineQuery | InlineChoice) -> None:
    """The handler of inline queries of a session that has none: it ignores them."""


async def ignore_member_change(change: MemberChange) -> None:
    """The handler of members' changes of a session that has none: it ignores them."""


@dataclass(frozen=True, slots=True)
class SideHandlers:
    """Who is told what comes besides messages and presses: of inline mode, of groups (at once, in
    the order of the updates), of people who block the bot, and of who came into a chat or left."""

    on_inline: Ask = ignore_query
    on_group_news: Callable[[group_news.GroupNews], None] = unheard
    on_blocked: Lose = nobody_lost
    on_member_change: Move = ignore_member_change


#: Every such update is ignored.
IGNORED = SideHandlers()


class PlaceBook:
    """Where the places in Telegram's updates are kept beside the session's file, for another
    sign-in; here nowhere."""

    def stored(self, is_new: bool) -> Iterable[Moved]:
        """Those that go before what the file knows, which is nothing if it `is_new`."""
        return ()

    async def keep(self, client: UpdateClient) -> None:
        """Store the places of this session."""


NO_PLACES = PlaceBook()


class BotSession(InlineSender):
    """Receives the bot's updates and sends its messages."""

    def __init__(self, settings: Settings, places: PlaceBook = NO_PLACES) -> None:
        self.settings = settings
        self.places = places
        self.under_way = Handlings()
        self.line: Rpc | None = None
        self.side_handlers = IGNORED
        self.unsaved = False
        self.closing = False
        #: Since when this session listens, by Telegram's clock.
        self.since = 0.0
        self.missed = False
        #: The bot's username in lower case, and whether Telegram named it yet.
        self.username = ""
        #: Whether people may write to it from any chat, as its owner told BotFather.
        self.serves_inline = False
        self.named = asyncio.Event()
        self.naming: asyncio.Task[None] | None = None

    async def connect(
        self,
        on_message: Hear,
        on_press: Feel,
        side_handlers: SideHandlers = IGNORED,
        *,
        before: sign_in.SignInLeave = sign_in.always_allow,
    ) -> None:
        """Sign in if this session never did, after `before` gave its leave, and hear what was sent
        meanwhile: the handlers run as soon as this begins to catch up. Raises TelegramAway,
        TelegramWait, TelegramRefused, SessionRevoked."""
        self.on_message, self.on_press = on_message, on_press
        self.side_handlers = side_handlers
        client = build(self.settings, name=BOT_SESSION, updates=True, settled=self.is_settled)
        assert isinstance(client, UpdateClient)
        # Raw updates are all we read: nothing is parsed that could fail before we see it.
        client.hear = self._note
        client.add_handler(ConnectHandler(self._on_reconnect))
        line = self.line = Rpc(client)
        client.asks, client.moved = line.ask, self.places.stored
        try:
            async with asyncio.timeout(sign_in.CONNECT_TIMEOUT):
                await apart(sign_in.enter(line, self.settings.bot_token, before=before))
                self.since = CLOCK.time()
                await client.begin()
                await self.places.keep(client)
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
        """Ask Telegram for the bot's username until it answers: groups address the bot by it."""
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

    async def ping(self) -> None:
        """One round trip to Telegram, over the connection that hears. Raises as `Rpc.ask`."""
        if self.line is None:
            raise TelegramAway("not connected")
        await self.line.ask(raw.functions.Ping(ping_id=secrets.randbits(62)))

    async def read_clock_offset(self) -> float:
        """Seconds by which Telegram's clock is ahead of ours, to a second; it tells its time with
        its salts (core.telegram.org/mtproto/service_messages). The library keeps an offset too,
        but only of messages that few sessions get. Raises as `Rpc.ask`."""
        if self.line is None:
            raise TelegramAway("not connected")
        began, steady = clock.own_wall(), clock.steady()
        salts = await self.line.ask(raw.functions.GetFutureSalts(num=1))
        return float(salts.now + 0.5 - (began + (clock.steady() - steady) / 2))

    @property
    def handling(self) -> set[asyncio.Task[None]]:
        """The updates that are being handled now."""
        return self.under_way.running

    @property
    def dead(self) -> bool:
        """Whether the session was taken away or given up; only a new process can help."""
        return self.line is None or self.line.dead or bool(self.line.revoked)

    @property
    def connected(self) -> bool:
        """Whether it hears now: its connection stands, and nothing before that waits."""
        return self.naming is not None and self.line is not None and self.line.is_up

    async def _drop(self) -> None:
        line, self.line = self.line, None
        if line is not None:
            await sign_in.shut(line)

    # --- receiving updates

    async def _on_reconnect(self, client: Client, session: Session) -> None:
        """Called when the connection is up again: getDifference fetches the updates sent
        meanwhile."""
        if client.is_initialized and session is client.session:
            await client.recover_gaps()

    def _note(self, update: Any, users: dict[int, Any], chats: dict[int, Any]) -> None:
        """One update, in the order Telegram sent them: handling begins in that order, and goes
        on beside the next one's."""
        self.unsaved = True
        if (news := group_news.news(update, chats)) is not None:
            self.side_handlers.on_group_news(news)
        told = self._parse(update, users, chats)
        if told is None or self.under_way.has(self.key(told)):
            return
        if self.closing:
            self.missed = True
            return
        self.under_way.begin(self.key(told), self._handling(told))

    def key(self, told: Told) -> Key:
        """What tells it from what else is handled."""
        return (*told.mark, told.text if isinstance(told, inbound.Incoming) else "")

    def _handling(self, told: Told) -> Coroutine[Any, Any, None]:
        if isinstance(told, inbound.Stopped):
            return self.side_handlers.on_blocked(told.person)
        if isinstance(told, inbound.Incoming):
            return self.on_message(told)
        if isinstance(told, MemberChange):
            return self.side_handlers.on_member_change(told)
        if isinstance(told, inbound.Press):
            return self.on_press(told)
        return self.side_handlers.on_inline(told)

    def _parse(self, update: Any, users: Any, chats: Any) -> Told | None:
        """What a person said, pressed or chose; it may be told more than once."""
        if isinstance(update, MESSAGES):
            return inbound.message(update, users, chats)
        if isinstance(update, raw.types.UpdateBotCallbackQuery):
            return inbound.press(update, users, chats)
        if isinstance(update, raw.types.UpdateBotStopped):
            return inbound.parse_block(update)
        return member_updates.parse_member_change(update, users) or inline_updates.parse_inline(
            update, users
        )

    def is_new(self, incoming: inbound.Incoming) -> bool:
        """Whether a message was written while this session listened; Telegram tells whole
        seconds."""
        return incoming.at > self.since - 1.0

    def is_settled(self) -> bool:
        """Whether every received update is handled."""
        client = self.line.client if self.line is not None else None
        waiting = isinstance(client, UpdateClient) and (client.unheard or client.stream.incomplete)
        return not (waiting or self.handling or self.missed)

    async def save(self) -> None:
        """Store the place in Telegram's update stream once every received update is handled.
        Raises StoreError; it is stored at the next call then."""
        client = self.line.client if self.line is not None else None
        if self.unsaved and isinstance(client, UpdateClient) and self.is_settled():
            self.unsaved = False
            try:
                is_kept = await client.keep()
                await client.storage.save()
                await self.places.keep(client)
            except StoreError:
                self.unsaved = True
                client.written.clear()
                raise
            self.unsaved = self.unsaved or not is_kept

    async def quiet(self, patience: float) -> None:
        """Hear no more, and let what runs finish, for at most `patience` seconds. What comes now
        is heard at the next start."""
        self.closing = True
        if self.handling:
            await asyncio.wait(self.handling, timeout=patience)
        try:
            await self.save()
        except StoreError as error:  # what was heard since is heard again at the next start
            log.warning("bot.place-unsaved", error=error)

    async def close(self) -> None:
        """Hear no more and disconnect, without waiting for what runs."""
        self.closing = True
        if self.naming is not None:
            self.naming.cancel()
            await asyncio.wait({self.naming})
        await self._drop()
