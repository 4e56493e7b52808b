"""`python -m procs.keeper`: one keeper, until it is told to stop."""

import asyncio
import signal
import sys

import uvloop

from procs import config, log, process
from procs.errors import StoreError
from procs.keeper.doorman import Doorman
from procs.keeper.round import Keeper
from procs.store.database import open_database

#: Seconds between two looks at what is due.
TICK = 1.0


def main() -> int:
    process.keep_private()
    process.end_with_parent(signal.SIGTERM)
    try:
        settings = config.load(need_telegram=False)
        log.start(settings.log_level)
        db = open_database(
            settings.database_url, run=settings.run, cap=settings.max_downloads_per_user
        )
    except (config.BadSettings, StoreError) as error:
        print(f"chapar keeper cannot start: {error}", file=sys.stderr)
        return 1
    doorman = Doorman(db.write_locks())
    doorman.start()
    uvloop.run(keep(Keeper(db, settings)))
    doorman.leave()
    db.close()
    return 0


async def keep(keeper: Keeper) -> None:
    signals = process.Signals()
    log.info("keeper.started")
    while not signals.stop.is_set():
        keeper.run()
        await signals.unless_stopped(asyncio.sleep(TICK))
    log.info("keeper.left")


if __name__ == "__main__":
    sys.exit(main())
