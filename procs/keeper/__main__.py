"""`python -m procs.keeper`: runs the keeper until a signal stops it."""

import asyncio
import sys
from contextlib import suppress
from functools import partial

from procs import start
from procs.config import Settings
from procs.core import log, process
from procs.keeper.gate_watchdog import GateWatchdog
from procs.keeper.machines.wake_relay import WakeRelay
from procs.keeper.metrics.metric_server import MetricServer
from procs.keeper.monitor import alert_file
from procs.keeper.monitor.alert_watch import AlertWatch
from procs.keeper.schedule import Keeper
from procs.store.database import Database

#: Seconds between two looks at what is due.
TICK = 1.0


async def keep(settings: Settings, db: Database) -> int:
    """Run the schedule, with the watchdog of the gate, the monitor and the endpoint of metrics
    beside it, until the process is told to stop."""
    gate_watchdog = GateWatchdog(db.write_locks())
    gate_watchdog.start()
    keeper, signals = Keeper(db, settings), process.Signals()
    endpoint, relay = None, None
    if channel := db.channel(settings.database_direct_url):
        relay = WakeRelay(settings.run, channel)
        relay.start()
    if settings.metrics:
        endpoint = MetricServer(
            db,
            settings,
            settings.metrics,
            lambda: keeper.turned,
            partial(alert_file.standing, settings),
        )
        endpoint.start()
    alert_watch = AlertWatch(db, settings, lambda: keeper.turned)
    alert_watch.start()
    log.info("keeper.started")
    needed = [one for one in (alert_watch, endpoint) if one]
    while not signals.stop.is_set() and all(one.is_alive() for one in needed):
        keeper.run()
        with suppress(TimeoutError):
            async with asyncio.timeout(TICK):
                await signals.stop.wait()
    is_asked = signals.stop.is_set()  # else one of them failed: the next keeper has another
    log.info("keeper.left", asked=is_asked)
    if is_asked:
        keeper.machines.leave()
    for thread in (endpoint, relay):
        if thread:
            thread.leave()
    alert_watch.leave()
    gate_watchdog.leave()
    return 0 if is_asked else 1


if __name__ == "__main__":
    sys.exit(start.run("keeper", keep))
