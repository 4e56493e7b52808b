"""Known media that the bot sends itself: the product's own class, whose deliveries go on when their
actor does and not by an event loop. They are begun, sent, ended and given back as there."""

import asyncio
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

from procs.bot.first_hand import FirstHand, Handed
from procs.core import clock
from procs.telegram.pace import Pace
from tests.simulation.actor import crash
from tests.simulation.courier import SimulatedCourier
from tests.simulation.machine import Until
from tests.simulation.scheduler import Killed

#: Of so many acts of a bot that might be its end one is.
RESTARTS = 10


@dataclass(eq=False)
class OwnDelivery:
    """One that is on its way: it goes on at a boot instant."""

    handed: Handed
    coroutine: Any
    at: float = 0.0


class SteppedFirstHand(FirstHand):
    """That of one life of a bot. `tasks` are its deliveries."""

    def __init__(self, actor: Any) -> None:
        courier = SimulatedCourier(actor, actor.index)
        session = SimpleNamespace(send_part=courier.send, delete=self.take_away)
        replies = SimpleNamespace(pace=Pace(actor.db))
        parts = {"db": actor.db, "replies": replies, "chat_session": session}
        board = SimpleNamespace(**parts, call=say_nothing, withhold=say_nothing)
        super().__init__(cast(Any, board))
        self.actor = actor
        self.own: list[OwnDelivery] = []
        driven(self.look())

    async def take_away(self, chat: int, access: int, message: int) -> None:
        """The chat's record keeps what was sent; its person had cancelled, and was told so."""
        self.actor.says(f"deletes message {message}, which nobody waits for any more")

    def begin(self, one: Handed) -> None:
        """It goes on in acts of its own."""
        lease = one.lease
        self.sends[lease.job] = one
        self.actor.says(f"has claimed job {lease.job} (fence {lease.fence}) to send it itself")
        self.actor.leases[lease.job] = lease.fence
        carried = OwnDelivery(one, self.carry(one))
        self.own.append(carried)
        self.tasks.add(cast(Any, carried))

    def go_on(self) -> None:
        """Let one of those that wait for nothing go on."""
        ready = [one for one in self.own if one.at <= clock.now().boot]
        if ready:
            self.resume(self.actor.random.choice(ready))

    def go_on_with_all(self) -> None:
        """Let each that waits for nothing go on."""
        for one in [one for one in self.own if one.at <= clock.now().boot]:
            self.resume(one)

    def resume(self, one: OwnDelivery, error: BaseException | None = None) -> None:
        """To where it waits, or to its end; with an error that it meets there. What the product
        would log and forget ends the simulation."""
        self.actor.says(f"goes on with job {one.handed.lease.job} of its own")
        try:
            waits = one.coroutine.throw(error) if error else one.coroutine.send(None)
        except (StopIteration, asyncio.CancelledError):
            self.over(one)
        except Exception as failure:
            raise crash(failure) from failure
        else:
            assert isinstance(waits, Until)
            one.at = waits.at

    def over(self, one: OwnDelivery) -> None:
        lease = one.handed.lease
        self.own.remove(one)
        self.tasks.discard(cast(Any, one))
        if lease.job not in self.sends and self.actor.leases.get(lease.job) == lease.fence:
            del self.actor.leases[lease.job]

    def restart(self) -> None:
        """As `close`, now and then: what is not over is given back, and another process follows.
        Raises Killed."""
        if self.actor.random.random() * RESTARTS >= 1:
            return
        self.actor.says("leaves, to be followed by a fresh one")
        holder, self.holder = self.holder, None
        for one in list(self.own):
            self.resume(one, asyncio.CancelledError())
        self.give_rest_back()
        assert holder is not None
        driven(self.leave(holder))
        raise Killed

    def bury(self) -> None:
        """Close what would otherwise run on."""
        for one in self.own:
            try:
                one.coroutine.close()
            except Killed:
                continue


def say_nothing(*_: object) -> None:
    """What is shown of requests is another act's."""


def driven(work: Any) -> None:
    """Run a coroutine that waits for nothing to its end."""
    try:
        work.send(None)
    except StopIteration:
        return
    raise AssertionError("it waited")
