"""The worker's line to the simulated Telegram: what a courier offers to a delivery."""

from collections.abc import Collection, Sequence
from typing import Any

from procs.core import clock
from procs.errors import Crowded, TelegramAway
from procs.records.inline_records import InlineTarget
from procs.records.job import Part
from procs.store.limits.send_budget import EMPTY_AT, STRICT, GapLimit
from procs.telegram.delivery.presentation import PLAIN, Presentation
from procs.telegram.delivery.send_once import ChatTarget
from procs.telegram.message_limits import LATE, LATE_IN_CHAT, Urgency, bot_rules, departures
from procs.telegram.pace import AHEAD
from procs.telegram.rpc_errors import AlreadySent
from procs.telegram.session.rpc import AGAIN, WRITES, Leave
from tests.simulation.machine import Until
from tests.simulation.scheduler import Violation


class SimulatedCourier:
    """A slot's session. Each call is written and answered at points of their own."""

    def __init__(self, actor: Any, slot: int) -> None:
        self.actor, self.name = actor, f"slot-{slot}"
        self.telegram = actor.world.telegram

    async def connect(self, **_: Any) -> None:
        """It is."""

    async def send(
        self,
        target: ChatTarget,
        part: Part,
        random_id: int,
        *,
        shown: Presentation = PLAIN,
        leave: Leave,
    ) -> int | None:
        made = await self.send_album(target, [part], [random_id], shown=shown, leave=leave)
        for button in shown.buttons:
            self.telegram.buttons.append((button.token, target.chat, target.chat))
        return made[0]

    async def edit_inline(
        self, target: InlineTarget, part: Part, *, leave: Leave, **_: Any
    ) -> bool:
        """Put a media into an inline message; it is always there still."""
        await self.leave(leave, 0)
        key, _number = self.telegram.files[part.reference.id]
        trouble = self.telegram.trouble
        self.telegram.place(self.actor.random, target, key, trouble=trouble)
        await self.travel()
        return True

    async def broadcast(self, number: int, person: int, random_id: int, *, leave: Leave) -> int:
        """A broadcast's message to one person: its number."""
        await self.leave(leave, person)
        facts = (self.actor.random, number, person, random_id)
        made = self.telegram.copy(*facts, trouble=self.telegram.trouble)
        self.telegram.judge_pace(person, 1)
        await self.travel()
        return made

    async def leave(self, leave: Leave, chat: int) -> None:
        """Have a place in line, and write in it. Raises Crowded."""
        for _ in range(WRITES):
            if self.write(await leave(), chat, 1):
                return
        raise Crowded(AGAIN, "messages.SendMessage")

    async def send_album(
        self,
        target: ChatTarget,
        parts: Sequence[Part],
        random_ids: Sequence[int],
        *,
        shown: Presentation = PLAIN,
        leave: Leave,
    ) -> Sequence[int | None]:
        for _ in range(WRITES):
            place = await leave()
            if self.write(place, target.chat, len(parts)):
                break
        else:
            raise Crowded(AGAIN, "messages.SendMedia")
        try:
            made = self.telegram.receive(
                self.actor.random, target, list(zip(parts, random_ids, strict=True))
            )
        except AlreadySent:
            made = [None] * len(parts)
        await self.travel()
        return made

    def write(self, place: Any, chat: int, messages: int) -> bool:
        """Whether the call leaves in its place, or in another that there is for it."""
        scheduler, at = self.actor.scheduler, place.until - LATE
        self.judge_budget(chat, messages, at)
        self.telegram.judge_payment(0, messages, at)
        if chat:
            self.telegram.judge_payment(chat, messages, at)
        scheduler.departing += 1
        try:
            self.actor.point("sends a message to Telegram")
            if clock.now().boot <= place.until:
                return True
            if not place.renew():
                return False
            renewed = self.actor.world.machine.asked[self.actor.pid]
            self.telegram.judge_payment(0, messages, renewed)
            if chat and renewed > at + LATE_IN_CHAT:
                self.telegram.judge_payment(chat, messages, renewed)
            return True
        finally:
            scheduler.departing -= 1

    def judge_budget(self, chat: int, messages: int, at: float) -> None:
        """Whether the rows of the budget have what a place costs: no scope is empty before its
        messages have passed. Of a place that is long over they are forgotten. Raises Violation."""
        if self.actor.world.machine.boot > at + STRICT:
            return
        for rule in (*bot_rules(Urgency.DELIVERY), *(departures(chat) if chat else ())):
            if isinstance(rule, GapLimit):
                rows = self.actor.world.disk.reader.all(EMPTY_AT, {"scope": rule.scope})
                if not rows or rows[0][0] < at + messages * rule.gap - AHEAD:
                    raise Violation("sent without its place", f"{rule.scope}: {rows}, for {at:.3f}")

    async def travel(self) -> None:
        """The answer is on its way, and others go on."""
        await Until(clock.now().boot + self.actor.random.choice((0.01, 0.05, 0.4)))

    async def find(
        self, target: ChatTarget, part: Part, *, taken: Collection[int], since: int = 0
    ) -> int | None:
        await self.travel()
        if self.actor.random.random() < 0.1 and not self.actor.calm:
            raise TelegramAway("the search was lost")
        return self.telegram.find(target, part, set(taken))

    async def refreshed(self, *, chat: int, access: int, message: int) -> None:
        """No message shows what is gone."""
        await self.travel()
