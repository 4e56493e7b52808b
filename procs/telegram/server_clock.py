"""Telegram's time, as the numbers of its messages tell it.

MTProto numbers messages by time. Telegram refuses numbers that are more than 30 s ahead or 300 s
behind (bad_msg_notification 17 and 16), and the library drops packets likewise, so a client that
goes by a wrong clock is mute. The library takes Telegram's time from few messages, and counts on
from there by the machine's clock, which may be set while it runs; and its numbers only rise, so a
session that began in the future stays there. Here every packet that is really Telegram's tells the
time, the time between two is that of the monotonic clock, which no step moves, and numbers that
Telegram refused as too early are left. What turns out to be too late by less than that is come down
from slowly. A process goes on from what those before it found (`clock_record`): it has heard little
when it first sends, and late.

Sources: core.telegram.org/mtproto/description (message identifier),
/mtproto/service_messages_about_messages (error codes), /mtproto/security_guidelines (msg_id).
"""

from typing import Any

from pyrogram import Client
from pyrogram.raw.core import Message, MsgContainer, TLObject
from pyrogram.raw.functions import Ping
from pyrogram.raw.types import HttpWait, MsgsAck
from pyrogram.session.internals import MsgFactory

from procs.core import clock
from procs.core.clock import Now

#: A number's units in a second.
UNITS = 2**32
#: Seconds of messages of which the latest time counts.
SPAN = 60.0
#: Seconds ahead of Telegram's time from which on it refuses a message.
TOO_EARLY = 30.0
#: Seconds by which the time of numbers may come down in a second: less than the tenth that our pace
#: leaves below what Telegram publishes.
SLEW = 0.05
#: What is not counted among the calls of a session, as the library has it.
UNNUMBERED = (Ping, HttpWait, MsgsAck, MsgContainer)


class ServerClock:
    """Until Telegram said anything its time is taken for this machine's."""

    def __init__(self) -> None:
        #: Telegram's time at the monotonic clock's zero; None while it is not known.
        self._base: float | None = None
        #: The same by the messages of this span alone, and when it began.
        self._newer, self._since = 0.0, 0.0
        #: Seconds by which numbers were ahead of that when it fell, and when it did.
        self._ahead, self._fell = 0.0, 0.0

    @property
    def base(self) -> float | None:
        """Telegram's time at the monotonic clock's zero; None while it is not known."""
        return self._base

    def note(self, number: int) -> None:
        """Take the time from the number of a message that was found to be Telegram's. The longer
        one was on its way, the earlier is the time that it tells: the latest of a span counts. A
        clock that Telegram set back is gone by after two spans."""
        self.learn(number / UNITS - clock.steady())

    def learn(self, told: float) -> None:
        """The same from what Telegram's time would have been at the monotonic clock's zero."""
        now = clock.steady()
        before = self.number_time() - now
        if self._base is None:
            self._base, self._newer, self._since = told, told, now
        elif now - self._since > SPAN:
            self._base, self._newer, self._since = max(self._newer, told), told, now
        else:
            self._newer = max(self._newer, told)
            self._base = max(self._base, told)
        fall = before - self._base
        self._ahead, self._fell = (fall if 0 < fall <= TOO_EARLY else 0.0), now

    def time(self) -> float:
        """Telegram's time, in epoch seconds."""
        return clock.own_wall() if self._base is None else self._base + clock.steady()

    def number_time(self) -> float:
        """The time by which messages are numbered: Telegram's, which it comes down to slowly where
        it was taken for later. Numbers never stand still, since what was sent meanwhile would
        seem to leave at one instant."""
        late = max(0.0, self._ahead - (clock.steady() - self._fell) * SLEW)
        return self.time() + late

    def offset(self) -> float:
        """Seconds by which Telegram's clock is ahead of this machine's; 0.0 while it is not
        known. A packet that was long on its way makes it less."""
        return self.time() - clock.own_wall()

    def refuses(self, number: int) -> bool:
        """Whether a message of this number is too early for Telegram."""
        return number / UNITS - self.time() > TOO_EARLY


#: One for the process: what it says holds for all connections.
CLOCK = ServerClock()


def told() -> Now:
    """This instant with Telegram's time in place of the wall clock: how far apart two messages are
    is kept by it, since no step of the machine's clock moves it and each process knows it."""
    return Now(wall=CLOCK.time(), boot=clock.now().boot)


class PunctualClient(Client):
    """A client whose messages are numbered by Telegram's time."""

    @property
    def server_time(self) -> float:
        """Read by the library for each number."""
        return CLOCK.number_time()

    def _set_server_time(self, msg_id: int) -> None:
        """Called by the library for few messages; `message_decoder` notes the time of all."""


class WrittenBody(TLObject[Any]):
    """A call as its bytes: the library asks for them twice, for their length and to seal them."""

    __slots__ = ["body"]

    def __init__(self, body: bytes) -> None:
        self.body = body

    def write(self, *args: Any) -> bytes:
        """The bytes, whatever the library asks besides."""
        return self.body


class PunctualNumbers(MsgFactory):
    """The numbers of a session's messages. Nothing is awaited between reading and writing one, so
    that they need none of the library's locks."""

    async def allocate_message_identity(self) -> int:
        if CLOCK.refuses(self._last_msg_id):
            self._last_msg_id = 0
        number = int(CLOCK.number_time() * UNITS) & ~0b11
        self._last_msg_id = max(number, self._last_msg_id + 4)
        return self._last_msg_id

    async def create(self, body: TLObject[Any]) -> Message:
        """The next message of the session, with its number, its place and its length."""
        number = await self.allocate_message_identity()
        place = await self.allocate_message_sequence(not isinstance(body, UNNUMBERED))
        written = body.write()
        return Message(WrittenBody(written), number, place, len(written))


def described(offset: float) -> str:
    """What is wrong with a clock from which Telegram's differs by `offset` seconds."""
    side = "behind" if offset > 0 else "ahead of"
    return f"this machine's clock is {abs(offset):.0f} s {side} Telegram's"
