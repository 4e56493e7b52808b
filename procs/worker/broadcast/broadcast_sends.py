"""Sends a broadcast to its people for a while, several messages at a time.

Each message is paid for from the budget below deliveries. Outcomes are stored a few at a time: what
a kill leaves without one is sent again under its random id, which makes no second message.
"""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from functools import partial

from procs.core import clock, log
from procs.errors import (
    ChatClosed,
    Crowded,
    ReferenceStale,
    SessionRevoked,
    TelegramAway,
    TelegramRefused,
    TelegramWait,
)
from procs.records.broadcast_records import Broadcast, BroadcastState, SendState
from procs.store.broadcasts import broadcasts, recipients
from procs.store.broadcasts.recipients import Recipient, SendOutcome
from procs.store.people import silence
from procs.telegram.delivery.broadcast_sender import method
from procs.telegram.departure import Departure
from procs.telegram.pace import Urgency
from procs.worker.process.context import WorkerContext

#: Messages on their way at once: Telegram may take half a second to answer each.
SEND_LINES = 16
#: People planned in one transaction, and seconds between two looks at the broadcast's row.
BITE, ROW_LOOK = 100, 0.5
#: Seconds for which a message waits for the budget before the row is looked at again.
TURN = 2.0
#: Messages in a row that Telegram refuses: then it is the message, not the people.
REFUSALS = 20
#: Names of errors after which a person is left out of the next broadcast.
UNREACHABLE = {
    "USER_IS_BLOCKED": SendState.BLOCKED,
    "INPUT_USER_DEACTIVATED": SendState.GONE,
}
COPIES = 3


@dataclass
class SendRun:
    """One worker's run over a broadcast, until a boot instant, or a wall instant (the night)."""

    context: WorkerContext
    broadcast: Broadcast
    until: float
    until_wall: float
    waiting: deque[Recipient] = field(default_factory=deque)
    outcomes: list[SendOutcome] = field(default_factory=list)
    #: Nobody is left to be planned; the run is to end; the error that ended it.
    is_through: bool = False
    stopped: bool = False
    error: Exception | None = None
    refusals: int = 0
    renewing: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def run(self) -> bool:
        """Whether everybody was tried. Raises TelegramWait, TelegramAway, SessionRevoked."""
        self.waiting.extend(recipients.unsettled(self.context.db, self.broadcast.id))
        lines = [asyncio.create_task(self.line()) for _ in range(SEND_LINES)]
        tasks = [*lines, asyncio.create_task(self.watch(lines))]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            self.flush()
        if self.error is not None:
            raise self.error
        return self.is_through and not self.waiting

    async def watch(self, lines: list[asyncio.Task[None]]) -> None:
        """Store outcomes, and notice that the broadcast is to stop. Raises StoreFull."""
        while (
            not self.stopped and await asyncio.wait(lines, timeout=ROW_LOOK) and not all_done(lines)
        ):
            self.flush()
            found = broadcasts.read(self.context.db, self.broadcast.id)
            now = clock.now()
            is_running = found is not None and found.state is BroadcastState.RUNNING
            if not is_running or now.boot >= self.until or now.wall >= self.until_wall:
                self.stopped = True

    def flush(self) -> None:
        """Raises StoreFull, with the outcomes kept for the next time."""
        if self.outcomes:
            recipients.note(self.context.db, self.broadcast.id, self.outcomes)
            self.outcomes = []

    async def line(self) -> None:
        """Send to one person after the other."""
        while (to := self.next()) is not None:
            try:
                await self.send(to)
            except Crowded:
                self.waiting.appendleft(to)
            except (TelegramWait, TelegramAway, SessionRevoked) as error:
                self.waiting.appendleft(to)
                self.error, self.stopped = self.error or error, True

    def next(self) -> Recipient | None:
        """The next recipient, from bites that are planned in the store; None when all are through
        or the run was stopped."""
        if self.stopped:
            return None
        if not self.waiting and not self.is_through:
            found = recipients.plan(self.context.db, self.broadcast.id, BITE, now=clock.now())
            self.waiting.extend(found)
            self.is_through = not found
        return self.waiting.popleft() if self.waiting else None

    async def send(self, to: Recipient) -> None:
        """Send to one person and note what became of it. Raises TelegramWait, TelegramAway,
        SessionRevoked."""
        content = self.broadcast.content
        try:
            try:
                given = await self.hand_over(to)
            except ReferenceStale:
                await self.renew(content)
                given = await self.hand_over(to)
        except ChatClosed as error:
            self.note(to, UNREACHABLE.get(error.detail, SendState.FAILED), why=error.detail)
        except (ReferenceStale, TelegramRefused) as error:
            self.refusals += 1
            self.note(to, SendState.FAILED, why=str(error))
            if self.refusals == REFUSALS:
                self.give_up(str(error))
        else:
            self.refusals = 0
            self.note(to, SendState.SENT, messages=tuple(one for one in given if one))

    async def hand_over(self, to: Recipient) -> list[int | None]:
        """Send to one recipient and return the numbers of the messages. Raises as
        BroadcastSender.send."""
        content = self.broadcast.content
        return await self.context.courier.broadcasts.send(
            content,
            chat=to.person,
            access=to.access,
            random_id=to.random_id,
            silent=silence.is_silent(self.context.db, to.person, now=clock.now()),
            leave=partial(self.leave, to.person, len(content.items)),
        )

    async def leave(self, chat: int, messages: int) -> Departure:
        """Pay for a message below all others. Raises TelegramWait; Crowded when there is no place
        yet, or the run is to end."""
        if self.stopped:
            raise Crowded(0.0, "broadcast")
        return await self.context.pace.leave(
            method(self.broadcast.content),
            chat=chat,
            urgency=Urgency.BROADCAST,
            patience=TURN,
            messages=messages,
        )

    def note(
        self, to: Recipient, state: SendState, *, messages: tuple[int, ...] = (), why: str = ""
    ) -> None:
        """Keep an outcome; outcomes are written together."""
        at = clock.now().wall
        self.outcomes.append(SendOutcome(to.person, state, at, messages, why))

    def give_up(self, why: str) -> None:
        """Telegram refuses it again and again: it stands until an admin says more."""
        db, number = self.context.db, self.broadcast.id
        self.stopped = True
        broadcasts.move(db, number, BroadcastState.PAUSED, why=why, now=clock.now())
        log.error("broadcast.refused", broadcast=number, error=why)

    async def renew(self, stale: object) -> None:
        """Have fresh references, once for all that met stale ones. Raises ReferenceStale."""
        async with self.renewing:
            if self.broadcast.content is not stale:
                return
            copies = recipients.copies(self.context.db, self.broadcast.id, COPIES)
            sender = self.context.courier.broadcasts
            fresh = await sender.refreshed(self.broadcast.content, copies)
            if fresh is None:
                raise ReferenceStale("no message shows the files of the broadcast")
            broadcasts.renew(self.context.db, self.broadcast.id, fresh)
            found = broadcasts.read(self.context.db, self.broadcast.id)
            self.broadcast = found or self.broadcast
            log.info("broadcast.refreshed", broadcast=self.broadcast.id)


def all_done(tasks: list[asyncio.Task[None]]) -> bool:
    """Whether no task runs any more."""
    return all(task.done() for task in tasks)
