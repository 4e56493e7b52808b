"""`python -m procs.worker`: one worker process, from its start to its exit."""

import asyncio
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from procs import config, start
from procs.core import clock, log, process
from procs.engine.client import Engine
from procs.engine.egress.dial import configured
from procs.errors import StoreAway, StoreError
from procs.records.job import Lane
from procs.store.database import Database
from procs.store.health import counters, workers
from procs.store.server_absence import until_back
from procs.store.wake import WakeSocket
from procs.telegram.delivery.courier import Courier
from procs.telegram.pace import Pace
from procs.worker.loop import RECYCLE, STOPPED, WorkerLoop
from procs.worker.process import recycle_policy
from procs.worker.process.context import WorkerContext
from procs.worker.process.progress_writer import ProgressWriter
from procs.worker.process.recycle_policy import JobBudget
from procs.worker.process.slots import SlotLocks, rooms_of
from procs.worker.process.tallies import Tallies
from procs.worker.site import host_gate

#: The most deliveries, looks, and looks at sources, that one worker runs at once.
LIGHT_ROOMS, LOOK_ROOMS, SOURCE_ROOMS = 8, 4, 1
#: Steps of niceness: where all cores are busy the bot, for which somebody waits in front of a
#: screen, gets three times the share of a worker. Children are ten steps nicer than that.
NICENESS = 5


async def live(settings: config.Settings, db: Database) -> int:
    """Take a slot, wait for a post, run jobs, exit."""
    name = worker_name(settings)
    signals = process.Signals()
    process.be_nice(NICENESS)
    process.own_every_task()
    places = SlotLocks(settings.run, settings.workers)
    worker = await until_back(name, lambda: workers.enter(db, name, now=clock.now()))
    slot = await signals.unless_stopped(places.slots.wait())
    why = STOPPED
    if slot is not None:
        log.info("worker.entered", worker=name, slot=slot)
        courier, tallies = Courier(settings, slot, db), Tallies()
        context = WorkerContext(
            *(
                settings,
                db,
                worker,
                name,
                ProgressWriter(db),
                engine(settings, db, tallies),
                courier,
                Pace(db),
            ),
            leave=signals.stop.set,
            tallies=tallies,
        )
        context.clock_record.take_up()
        await signals.unless_stopped(context.session_state.until_replaced())
        if not signals.stop.is_set():
            why = await work(context, signals, places)
        tallies.write(db)
    try:
        workers.leave(db, worker, why=why, now=clock.now())
    except StoreAway as error:  # the keeper finds the row of a process that is gone
        log.warning("worker.unwritten", worker=name, error=error)
    places.slots.free()
    log.info("worker.recycled" if why == RECYCLE else "worker.left", worker=name, why=why)
    return 0


def worker_name(settings: config.Settings) -> str:
    """What this worker is called, by no other of the database."""
    name = f"w{process.number():02d}-{os.getpid()}"
    return f"{name}-{settings.machine}" if settings.has_server else name


def engine(settings: config.Settings, db: Database, tallies: Tallies) -> Engine:
    """The engine. System calls that its jail refuses are counted by name, and what passes a child's
    way out."""
    routes = configured(settings.upstream_proxy, settings.allowed_ports)
    routes = replace(routes, forbids=partial(host_gate.awaited_refusal, db))
    return Engine(
        settings.run,
        routes=routes,
        on_refused=partial(count_refused, db),
        on_egress=tallies.note_traffic,
    )


def count_refused(db: Database, calls: Sequence[tuple[str, int]]) -> None:
    """Count the system calls that children were refused."""
    try:
        for name, times in calls:
            counters.add(db, f"refused.{name}", times)
    except StoreError as error:  # a lost count must not fail the job
        log.warning("child.uncounted", error=error)


async def work(context: WorkerContext, signals: process.Signals, places: SlotLocks) -> str:
    """Wait as the spare, then serve until drained. The worker does not serve before the self-test
    shows that downloads are confined. Closes the slot's session. Returns why it ended."""
    born = clock.now().boot
    warm = asyncio.create_task(context.connect_early())
    late = asyncio.create_task(context.sign_in_late())
    fit = asyncio.create_task(context.start_engine())
    fresh = asyncio.create_task(context.keep_fresh())
    try:
        post = await signals.unless_stopped(places.wait_for_post(), or_renewed=True)
        if post is not None:
            await signals.unless_stopped(asyncio.wait_for(fit, None))
            return STOPPED if signals.stop.is_set() else await serve(context, signals, places, post)
        if signals.stop.is_set():
            return STOPPED
        youth = born + recycle_policy.YOUNGEST - clock.now().boot
        await signals.unless_stopped(asyncio.sleep(max(0.0, youth)))
        return RECYCLE
    finally:
        for task in (warm, late, fit, fresh):
            task.cancel()
        await context.close()


async def serve(
    context: WorkerContext, signals: process.Signals, places: SlotLocks, post: int
) -> str:
    """Run jobs at a post until drained. Returns why it ended."""
    settings = context.settings
    serves = partial(workers.serve, context.db, context.worker, slot=post, now=clock.now())
    await until_back(context.name, serves)
    log.info("worker.serving", worker=context.name, post=post)
    mine = JobBudget(settings.recycle_after, settings.memory_ceiling, places)
    wake_socket = WakeSocket(settings.run, context.name)
    try:
        return await WorkerLoop(context, wake_socket, mine, signals, rooms(settings, post)).run()
    finally:
        wake_socket.close()


def rooms(settings: config.Settings, post: int) -> dict[Lane, int]:
    """How many jobs a worker at this post runs at once, by lane. Encoding takes every second
    core."""
    posts, most = settings.workers, settings.max_concurrent_downloads
    return {
        Lane.LIGHT: LIGHT_ROOMS,
        Lane.LOOK: LOOK_ROOMS,
        Lane.SOURCE: SOURCE_ROOMS,
        Lane.HEAVY: rooms_of(post, posts=posts, downloads=most),
        Lane.ENCODE: rooms_of(post, posts=posts, downloads=max(1, posts // 2)),
    }


if __name__ == "__main__":
    sys.exit(start.run("worker", live))
