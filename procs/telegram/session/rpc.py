"""Calls over one client: each call is one attempt that ends in an answer or in one of our errors.

`Client.invoke` sleeps out waits and repeats every 500 by itself, RANDOM_ID_DUPLICATE among them,
then hides what the last one was; and a call whose connection broke waits 15 s for an answer that
cannot come. So the session is asked directly, and calls end when their connection does.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from contextvars import copy_context
from typing import Any

from pyrogram import Client
from pyrogram.errors import RPCError
from pyrogram.handlers import DisconnectHandler
from pyrogram.raw.functions import InvokeWithoutUpdates
from pyrogram.raw.types import BadMsgNotification
from pyrogram.session.session import AuthKeyNotFound, Session, SessionState

from procs.core import log
from procs.errors import Crowded, SessionRevoked, TelegramAway
from procs.telegram.departure import ANY_TIME, PLACE, Departure, TooLate
from procs.telegram.rpc_errors import translate
from procs.telegram.server_clock import CLOCK, TOO_EARLY, described
from procs.telegram.session.other_centers import OtherCenters
from procs.telegram.updates.update_client import UpdateClient
from procs.telegram.upload.connection_pool import ConnectionPool

#: Waits until a call may go out, and spends what it costs; the place that it has then.
Leave = Callable[[], Awaitable[Departure]]
#: Seconds until an answer is no longer expected.
ANSWER = 15.0
#: Attempts to write a call as soon as it is paid for, and seconds until it is worth another.
WRITES, AGAIN = 5, 1.0
#: The codes of messages that are too old and too new for Telegram.
WRONG_TIMES = (16, 17)


async def free() -> Departure:
    """The leave of a call that makes no message."""
    return ANY_TIME


class Rpc:
    """Sends calls over a connected client."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.lanes = ConnectionPool(client)
        self.centers = OtherCenters(client)
        self.broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        client.add_handler(DisconnectHandler(self._note_break))
        #: Telegram's error when it revoked this session's sign-in; "" while that is valid.
        self.revoked = ""
        #: The call that is under way before the connection is ready.
        self.doing = ""
        #: Whether the account pays, and so may send files of double size.
        self.premium = False

    async def _note_break(self, client: Client, session: Session) -> None:
        if session is self.client.session:
            broken, self.broken = self.broken, asyncio.get_running_loop().create_future()
            broken.set_result(None)

    @property
    def dead(self) -> bool:
        """Whether the library gave the connection up; a new client will learn why."""
        session = self.client.session
        return session is None or session.state is SessionState.STOPPED or keyless(session)

    @property
    def is_up(self) -> bool:
        """Whether the connection stands."""
        session = self.client.session
        return session is not None and session.is_started.is_set() and not self.dead

    @property
    def session(self) -> Session:
        """The session of the client. Raises TelegramAway while there is none."""
        if self.client.session is None:
            raise TelegramAway("not connected")
        return self.client.session

    async def ask(self, query: Any, *, timeout: float = ANSWER, leave: Leave = free) -> Any:
        """Telegram's answer to one call, which is paid for with `leave` and then written at once:
        one that would be late, where there is no place for it any more, waits anew. Raises
        TelegramWait, ChatClosed, ReferenceStale, AlreadySent, TelegramRefused, TelegramAway,
        SessionRevoked; as `leave`."""
        method = query.QUALNAME.partition(".")[2]
        for _ in range(WRITES):
            place = await self.when_connected(leave)
            with contextlib.suppress(TooLate):
                return await self._ask(query, method, timeout, place)
            log.info("call.late", session=self.client.name, method=method)
        raise Crowded(AGAIN, method)

    async def ask_center(self, center: int, query: Any, *, leave: Leave) -> Any:
        """The same of the data center of this number. Raises as `ask`."""
        if center == await self.client.storage.dc_id():
            return await self.ask(query, leave=leave)
        for _ in range(WRITES):
            session = await self.centers.connect(center, self.ask)
            place = await self.when_connected(leave)
            with contextlib.suppress(TooLate):
                return await self.centers.ask(center, session, query, place)
        raise Crowded(AGAIN, query.QUALNAME)

    async def _ask(self, query: Any, method: str, timeout: float, place: Departure) -> Any:
        wrapped = InvokeWithoutUpdates(query=query) if self.client.no_updates else query
        try:
            answer = await self._answer(wrapped, timeout, place)
        except TooLate:
            raise
        except (RPCError, OSError) as error:
            ours = translate(error, method)
            if isinstance(ours, SessionRevoked):
                self.revoked = str(ours)
            raise ours from error
        if isinstance(answer, BadMsgNotification):
            raise TelegramAway(f"{method}: {refusal(answer.error_code)}")
        if isinstance(self.client, UpdateClient):
            await self.client.note_own(query, answer)
        return answer

    async def wait_connected(self) -> None:
        """Wait until the connection is up. Raises TelegramAway, SessionRevoked."""
        session = self.session
        if session.is_started.is_set() and not self.dead:
            return
        with contextlib.suppress(TimeoutError):
            if not self.dead:
                async with asyncio.timeout(ANSWER):
                    await session.is_started.wait()
                    return
        if keyless(session):
            raise SessionRevoked("Telegram does not know this session's key")
        raise TelegramAway("not connected")

    async def when_connected(self, leave: Leave) -> Departure:
        """Spend a budget with `leave` while the connection stands: what was paid for before an
        outage, or in it, would leave together with all else after it. Returns, and raises, as
        `leave`; raises as `connected`."""
        while True:
            await self.wait_connected()
            place = await leave()
            if self.session.is_started.is_set() and not self.dead:
                return place

    async def _answer(self, query: Any, timeout: float, place: Departure) -> Any:
        """The answer, or OSError as soon as its connection is closed. Raises TooLate when the call
        could not be written in its place."""
        broken = self.broken
        context = copy_context()
        context.run(PLACE.set, place)
        sending = self.session.send(query, timeout=timeout)
        asking = asyncio.get_running_loop().create_task(sending, context=context)
        try:
            await asyncio.wait({asking, broken}, return_when=asyncio.FIRST_COMPLETED)
            if not asking.done():
                raise ConnectionError("the connection broke")
            return asking.result()
        finally:
            asking.cancel()


def refusal(code: int) -> str:
    """What Telegram means by refusing a message: 16 and 17 are about its time."""
    if code in WRONG_TIMES and abs(CLOCK.offset()) > TOO_EARLY:
        return f"{described(CLOCK.offset())} (code {code})"
    return f"bad message, code {code}"


def keyless(session: Session) -> bool:
    """Whether Telegram said that it does not know this session's key (transport error 404)."""
    task = session.recv_task
    ended = task is not None and task.done() and not task.cancelled()
    return bool(task and ended and isinstance(task.exception(), AuthKeyNotFound))
