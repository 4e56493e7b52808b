"""A connection that writes no call later than it was paid for.

Between the moment at which the budget lets a call go and its bytes on the socket a process may be
busy, starved or stopped (SIGSTOP, a suspended machine). What was paid for then would leave together
with what others pay for now. So the last look is here, in front of the socket.
"""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from math import inf
from typing import Any

from pyrogram.connection import Connection
from pyrogram.connection.transport import TCPAbridged

from procs.core import clock
from procs.telegram.packet_executor import PacketExecutor
from procs.telegram.plain_transport import PlainTransport


@dataclass(frozen=True, slots=True)
class Departure:
    """What a call paid for: it may be written until a boot instant. After that `renew` takes
    another place for this very moment, if there is one."""

    until: float
    renew: Callable[[], bool]


def no_other() -> bool:
    """There is no other place to take: `renew` of a call that costs nothing."""
    return False


#: The place of a call that costs nothing.
ANY_TIME = Departure(inf, no_other)
#: The place of this task's call.
PLACE: ContextVar[Departure] = ContextVar("PLACE", default=ANY_TIME)


class TooLate(OSError):
    """The call was not written: its place among all messages expired, and the caller takes
    another."""


class SpeechGuard:
    """Until when this process may speak, by `clock.elapsed`: for ever, unless it must hold a lease
    for that."""

    def __init__(self) -> None:
        self.end: Callable[[], float] = lambda: inf

    def require(self) -> None:
        """Raises NotHeld when the time is over."""
        if clock.elapsed() >= self.end():
            raise NotHeld("this machine may not speak for the bot now")


class NotHeld(OSError):
    """Nothing was written: another machine may run the bot by now."""


SPEECH = SpeechGuard()


class PunctualConnection(Connection):
    """The connection class of the library and of its file connections."""

    def __init__(self, **facts: Any) -> None:
        super().__init__(**facts)
        if self.protocol_factory is TCPAbridged and self.proxy is None:
            self.protocol_factory = PlainTransport

    async def connect(self) -> None:
        """Raises OSError as the library does."""
        await super().connect()
        protocol: Any = self.protocol
        protocol.crypto_executor = PacketExecutor(protocol.crypto_executor)

    async def send(self, data: bytes) -> None:
        """Write one call, already sealed. Raises TooLate, NotHeld, and OSError as the library
        does."""
        SPEECH.require()
        place = PLACE.get()
        late = clock.now().boot - place.until
        if late > 0 and not place.renew():
            raise TooLate(f"late by {late:.3f} s")
        await super().send(data)
