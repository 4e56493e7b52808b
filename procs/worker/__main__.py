"""`python -m procs.worker`: one worker process, from its birth to its planned end."""

import asyncio
import os
import signal
import sys

import uvloop

from procs import clock, config, log, process
from procs.engine.client import Engine
from procs.errors import StoreError
from procs.store import workers
from procs.store.database import Database, open_database
from procs.store.wake import Ear
from procs.telegram.courier import Courier
from procs.worker.budget import RECYCLE, Budget
from procs.worker.desk import Desk
from procs.worker.loop import STOPPED, Loop
from procs.worker.slots import Slots, rooms_of
from procs.worker.tools import Tools


def main() -> int:
    process.end_with_parent(signal.SIGTERM)
    try:
        settings = config.load(need_telegram=False)
        log.start(settings.log_level)
        db = open_database(
            settings.database_url, run=settings.run, cap=settings.max_downloads_per_user
        )
    except (config.BadSettings, StoreError) as error:
        print(f"chapar worker cannot start: {error}", file=sys.stderr)
        return 1
    return uvloop.run(live(settings, db))


async def live(settings: config.Settings, db: Database) -> int:
    """Wait for a slot, serve in it, leave."""
    name = f"w{process.number():02d}-{os.getpid()}"
    worker = workers.enter(db, name, now=clock.now())
    slots = Slots(settings.run, settings.workers)
    log.info("worker.entered", worker=name)
    signals = process.Signals()
    slot = await signals.unless_stopped(slots.wait())
    why = STOPPED
    if slot is not None:
        courier = Courier(settings, slot)
        tools = Tools(settings, db, worker, name, Desk(db), Engine(settings.run), courier)
        why = await serve(tools, signals, slots, slot)
    workers.leave(db, worker, why=why, now=clock.now())
    log.info("worker.recycled" if why == RECYCLE else "worker.left", worker=name, why=why)
    db.close()
    return 0


async def serve(tools: Tools, signals: process.Signals, slots: Slots, slot: int) -> str:
    """Hold a slot and carry jobs. Returns why it ended."""
    settings = tools.settings
    workers.serve(tools.db, tools.worker, slot=slot, now=clock.now())
    log.info("worker.serving", worker=tools.name, slot=slot)
    ear = Ear(settings.run, tools.name)
    budget = Budget(settings.recycle_after, settings.memory_ceiling, slots.may_leave)
    heavy = rooms_of(slot, slots=settings.workers, downloads=settings.max_concurrent_downloads)
    warm = asyncio.create_task(tools.warm())
    try:
        return await Loop(tools, ear, budget, signals, heavy=heavy).run()
    finally:
        warm.cancel()
        ear.close()
        await tools.close()
        slots.free()


if __name__ == "__main__":
    sys.exit(main())
