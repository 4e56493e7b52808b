"""A broadcast job: one worker carries a broadcast for a shift, then gives the job back.

Its position is in the rows (`procs/store/broadcasts`), so that whoever claims the job goes on. A
shift is short: a worker that is to leave never waits long for it.
"""

import asyncio

from procs.core import clock, log, night_hours
from procs.errors import NotNow, StoreFull, TelegramAway, TelegramWait
from procs.records.broadcast_records import Broadcast, BroadcastState
from procs.records.job import Lease
from procs.store import wake
from procs.store.broadcasts import broadcasts, recipients
from procs.store.people import users
from procs.texts import i18n
from procs.worker.broadcast.broadcast_sends import SendRun
from procs.worker.process.context import WorkerContext

#: Seconds that one worker carries it, and until it is tried again when Telegram is away.
SHIFT, AWAY = 60.0, 5.0
#: Seconds within which a bot may delete what it sent (core.telegram.org/bots/api#deletemessage),
#: less a margin; and between two calls that delete.
DELETABLE, DELETE_GAP = 48 * 3600.0 - 60.0, 1.0
DELETE_CALL = "messages.DeleteMessages"
#: Why it rests: these words stand in its row.
AT_NIGHT, FLOOD, OUTAGE = "night", "flood", "away"


async def broadcast(context: WorkerContext, lease: Lease) -> None:
    """Carry a broadcast for a shift. Raises NotNow when it is to go on later, TelegramWait,
    SessionRevoked, LeaseLost."""
    until = clock.now().boot + SHIFT
    number = lease.broadcast
    try:
        while not broadcasts.leave(context.db, lease, number, now=clock.now()):
            found = broadcasts.read(context.db, number)
            if found is not None:
                await further(context, found, until)
            wake.notify(context.db.run, wake.BOT)
            if clock.now().boot >= until:
                raise NotNow(0.0, "shift", keeps=True)
    except TelegramWait as wait:
        broadcasts.rest(context.db, number, FLOOD, clock.now().wall + wait.seconds)
        raise
    except TelegramAway as error:
        broadcasts.rest(context.db, number, OUTAGE, None)
        raise NotNow(AWAY, f"telegram-away {error}") from error
    except StoreFull as error:
        raise NotNow(AWAY, f"disk-full {error}") from error


async def further(context: WorkerContext, found: Broadcast, until: float) -> None:
    """Do what its state asks for, until a boot instant. Raises NotNow, TelegramWait, TelegramAway,
    SessionRevoked."""
    await context.telegram()
    if found.state is BroadcastState.DELETING:
        return await take_back(context, found)
    end = awake(context, found)
    if found.started_at is None:
        now = clock.now()
        broadcasts.begin(
            context.db, found.id, recipients.count(context.db, found.segment, now=now), now=now
        )
        log.info("broadcast.begun", broadcast=found.id, worker=context.name)
    if found.why:
        broadcasts.rest(context.db, found.id, "", None)
    if await SendRun(context, found, until, end).run():
        broadcasts.move(context.db, found.id, BroadcastState.DONE, now=clock.now())
        log.info("broadcast.done", broadcast=found.id, worker=context.name)


def awake(context: WorkerContext, found: Broadcast) -> float:
    """The wall instant at which its night begins. Raises NotNow during the night."""
    now = clock.now().wall
    hours = context.settings.broadcast_night
    if not found.night or hours is None:
        return float("inf")
    place = i18n.place_of(users.language(context.db, found.admin))
    morning = night_hours.ends(hours, now, place)
    if morning is None:
        return night_hours.begins(hours, now, place)
    broadcasts.rest(context.db, found.id, AT_NIGHT, morning)
    raise NotNow(morning - now, AT_NIGHT)


async def take_back(context: WorkerContext, found: Broadcast) -> None:
    """Delete at everybody what was sent within Telegram's limit. Raises TelegramWait,
    TelegramAway, SessionRevoked."""
    after, sender = 0, context.courier.broadcasts
    while True:
        since = clock.now().wall - DELETABLE
        rows = recipients.deletable(context.db, found.id, after=after, since=since)
        if not rows:
            break
        await context.pace.wait_until_allowed(DELETE_CALL, 0.0)
        await sender.delete([number for _, numbers in rows for number in numbers])
        after = rows[-1][0]
        recipients.note_deleted(context.db, found.id, [person for person, _ in rows])
        await asyncio.sleep(DELETE_GAP)
    broadcasts.move(context.db, found.id, BroadcastState.DELETED, now=clock.now())
    log.info("broadcast.deleted", broadcast=found.id, worker=context.name)
