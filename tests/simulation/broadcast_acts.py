"""Broadcasts: an admin sends, pauses and takes back; a worker carries them.

The shift is that of `procs.worker.broadcast`, with one line instead of sixteen: there is no event
loop here. Each person has each broadcast once, whoever died meanwhile.
"""

from functools import partial
from typing import Any

from procs.core import clock
from procs.errors import Crowded, NotNow, TelegramAway, TelegramWait
from procs.records.broadcast_records import (
    BroadcastContent,
    BroadcastItem,
    BroadcastState,
    Segment,
    SendState,
)
from procs.records.job import Lease
from procs.store.broadcasts import broadcasts, recipients
from procs.store.broadcasts.broadcasts import NewBroadcast
from procs.store.broadcasts.recipients import SendOutcome
from procs.telegram.pace import Urgency
from procs.worker.broadcast.broadcast_shift import AWAY, SHIFT
from procs.worker.process.context import WorkerContext

#: Broadcasts of an episode at most; people planned at once, and outcomes stored at once.
MOST, BITE, FLUSH = 2, 3, 2
#: Seconds that one waits for its turn.
TURN = 2.0
WORDS = BroadcastContent(1, 0, (BroadcastItem(1, "news"),))
#: Who must have it, and broadcasts that are not over.
SENT = "SELECT broadcast, person FROM broadcast_sends WHERE state = 'sent'"
UNFINISHED = "SELECT id FROM broadcasts WHERE state IN ('running', 'deleting')"
STATES = (BroadcastState.PAUSED, BroadcastState.RUNNING, BroadcastState.CANCELLED)


def admin_acts(actor: Any) -> None:
    """Begin one, or change its state."""
    known = broadcasts.latest(actor.db, MOST)
    if len(known) < MOST and actor.random.random() < 0.3:
        now = actor.now()
        new = NewBroadcast(1, 0, WORDS, Segment(), people=6, start=now.wall, night=False)
        number = broadcasts.add(actor.db, new, now=now)
        return actor.says(f"sends broadcast {number}")
    if known and actor.random.random() < 0.3:
        one, to = actor.random.choice(known), actor.random.choice(STATES)
        actor.says(f"wants broadcast {one.id} {to.value}")
        broadcasts.move(actor.db, one.id, to, now=actor.now())
    return None


def watch(actor: Any) -> None:
    """As the bot does: pause what lost its job; in calm everything that stands goes on."""
    db, now = actor.db, actor.now()
    broadcasts.orphans(db, broadcasts.latest(db, MOST), now=now)
    for one in broadcasts.latest(db, MOST) if actor.calm else ():
        if one.state is BroadcastState.PAUSED:
            broadcasts.move(db, one.id, BroadcastState.RUNNING, now=now)


async def carry(actor: Any, context: WorkerContext, lease: Lease) -> None:
    """As `broadcast_shift.broadcast`. Raises NotNow, TelegramWait, LeaseLost."""
    number, until = lease.broadcast, clock.now().boot + SHIFT
    try:
        while not broadcasts.leave(context.db, lease, number, now=clock.now()):
            found = broadcasts.read(context.db, number)
            assert found is not None
            if found.started_at is None:
                people = recipients.count(context.db, found.segment, now=clock.now())
                broadcasts.begin(context.db, number, people, now=clock.now())
            if await sends(actor, context, number, until):
                broadcasts.move(context.db, number, BroadcastState.DONE, now=clock.now())
            elif clock.now().boot >= until:
                raise NotNow(0.0, "shift", keeps=True)
    except TelegramWait as wait:
        broadcasts.rest(context.db, number, "flood", clock.now().wall + wait.seconds)
        raise
    except TelegramAway as error:
        broadcasts.rest(context.db, number, "away", None)
        raise NotNow(AWAY, f"telegram-away {error}") from error


async def sends(actor: Any, context: WorkerContext, number: int, until: float) -> bool:
    """As `SendRun.run`: whether everybody was tried."""
    waiting = recipients.unsettled(context.db, number)
    outcomes: list[SendOutcome] = []
    try:
        while True:
            waiting = waiting or recipients.plan(context.db, number, BITE, now=clock.now())
            if not waiting:
                return True
            found = broadcasts.read(context.db, number)
            running = found is not None and found.state is BroadcastState.RUNNING
            if not running or clock.now().boot >= until:
                return False
            to = waiting.pop(0)
            leave = partial(
                context.pace.leave,
                "messages.SendMessage",
                chat=to.person,
                urgency=Urgency.BROADCAST,
                patience=TURN,
            )
            try:
                courier: Any = context.courier
                given = await courier.broadcast(number, to.person, to.random_id, leave=leave)
            except Crowded:
                continue  # found again among the unsettled
            at = clock.now().wall
            outcomes.append(SendOutcome(to.person, SendState.SENT, at, (given,)))
            if len(outcomes) >= FLUSH:
                recipients.note(context.db, number, outcomes)
                outcomes = []
    finally:
        if outcomes and not context.db.dead:  # type: ignore[attr-defined]
            recipients.note(context.db, number, outcomes)
