"""Connections to data centers where the account does not live.

An inline message is edited in the data center that its id names, and no other knows it
(core.telegram.org/api/bots/inline). The way there is the one of core.telegram.org/api/datacenter: a
key of that center, and an authorization that ours exports and it imports. The library goes it too,
but goes on using a session whose import failed or is not over: the center refuses its calls as if
the bot's sign-in had been revoked. Here a session is used once all of that succeeded, and a failure
leaves none.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import copy_context
from typing import Any

from pyrogram import Client, raw
from pyrogram.errors import AuthKeyDuplicated, RPCError, Unauthorized
from pyrogram.session import Auth, Session
from pyrogram.session.session import TransportError

from procs.core import log
from procs.errors import TelegramAway
from procs.telegram.cancellation import apart
from procs.telegram.departure import PLACE, Departure, TooLate
from procs.telegram.rpc_errors import translate

functions = raw.functions
#: Seconds for a key, a connection and an authorization; for one answer; and without a call after
#: which a connection is closed.
OPENING, CENTER_ANSWER, UNUSED = 20.0, 15.0, 60.0
#: One call to the account's own data center.
AskHome = Callable[[Any], Awaitable[Any]]


class OtherCenters:
    """Those of one client, by their numbers."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.doors: dict[int, asyncio.Lock] = {}
        self.sessions: dict[int, Session] = {}
        #: Keys whose center imported the authorization: a later connection needs no other.
        self.keys: dict[int, bytes] = {}
        self.timers: dict[int, asyncio.TimerHandle] = {}
        self.endings: set[asyncio.Task[None]] = set()

    async def connect(self, center: int, ask_home: AskHome) -> Session:
        """A session that its center knows. Raises as `Rpc.ask`; of a center that Telegram does not
        name, or that cannot be reached, TelegramAway."""
        async with self.doors.setdefault(center, asyncio.Lock()):
            known = self.sessions.get(center)
            if known is not None and known.is_started.is_set():
                return known
            await self.drop(center)
            try:
                async with asyncio.timeout(OPENING):
                    self.sessions[center] = await self._open(center, ask_home)
            except (RPCError, OSError, TransportError) as error:
                self.keys.pop(center, None)  # which may be what the center does not know
                raise self._away(center, error) from error
            return self.sessions[center]

    async def _open(self, center: int, ask_home: AskHome) -> Session:
        option = await self._address(center, ask_home)
        test = await self.client.storage.test_mode()
        place = center, option.ip_address, option.port
        key = self.keys.get(center) or await Auth(self.client, *place, test).create()
        session = Session(self.client, *place, key, test)
        try:
            await apart(session.start())
            if not session.is_started.is_set():
                raise ConnectionError(f"data center {center} does not answer")
            if center not in self.keys:
                await self._import(center, session, ask_home)
        except BaseException:
            await end(session)
            raise
        self.keys[center] = key
        log.info("center.connected", session=self.client.name, center=center)
        return session

    async def _address(self, center: int, ask_home: AskHome) -> Any:
        """Where it is. Raises ConnectionError for one that Telegram does not name."""
        config = await ask_home(functions.help.GetConfig())
        for option in config.dc_options:
            special = option.media_only or option.cdn or option.tcpo_only
            if option.id == center and option.ipv6 == self.client.ipv6 and not special:
                return option
        raise ConnectionError(f"there is no data center {center}")

    async def _import(self, center: int, session: Session, ask_home: AskHome) -> None:
        """Have the center know whose session this is."""
        given = await ask_home(functions.auth.ExportAuthorization(dc_id=center))
        query = functions.auth.ImportAuthorization(id=given.id, bytes=given.bytes)
        await session.send(query, timeout=CENTER_ANSWER)

    async def ask(self, center: int, session: Session, query: Any, place: Departure) -> Any:
        """A center's answer to one call, which leaves in its place. Raises TooLate, and as
        `Rpc.ask`: no refusal of another center says that our own revoked the sign-in."""
        method = query.QUALNAME.partition(".")[2]
        context = copy_context()
        context.run(PLACE.set, place)
        sending = session.send(query, timeout=CENTER_ANSWER)
        try:
            answer = await asyncio.get_running_loop().create_task(sending, context=context)
        except TooLate:
            raise
        except (Unauthorized, AuthKeyDuplicated) as error:
            self.keys.pop(center, None)
            await self.drop(center)
            raise self._away(center, error) from error
        except RPCError as error:
            raise translate(error, method) from error
        except OSError as error:
            await self.drop(center)
            raise self._away(center, error) from error
        self._keep(center)
        if isinstance(answer, raw.types.BadMsgNotification):
            raise TelegramAway(f"{method}: bad message, code {answer.error_code}")
        return answer

    def _away(self, center: int, error: BaseException) -> TelegramAway:
        return TelegramAway(f"data center {center}: {type(error).__name__} {error}".strip())

    def _keep(self, center: int) -> None:
        """Keep the connection for a while: the next edit of the same message uses it."""
        if center in self.timers:
            self.timers[center].cancel()
        loop = asyncio.get_running_loop()
        self.timers[center] = loop.call_later(UNUSED, self._leave, center)

    def _leave(self, center: int) -> None:
        session = self.sessions.pop(center, None)
        if session is not None:
            ending = asyncio.ensure_future(end(session))
            self.endings.add(ending)
            ending.add_done_callback(self.endings.discard)

    async def drop(self, center: int) -> None:
        """Close the connection, if there is one."""
        if center in self.timers:
            self.timers.pop(center).cancel()
        if session := self.sessions.pop(center, None):
            await end(session)

    async def close(self) -> None:
        """Close all connections to other centers."""
        for center in list(self.sessions):
            await self.drop(center)


async def end(session: Session) -> None:
    """Stop a session. Errors of a dead connection are not raised."""
    try:
        await session.stop()
    except (TransportError, OSError, RPCError) as error:
        log.warning("center.close-failed", center=session.dc_id, error=error)
