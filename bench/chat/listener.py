"""A bot whose loop is watched: `python -m bench.chat.listener`.

Waits for USR1, from which on it counts, and says at its end in one JSON line how late its loop
was and how much processor time it took.
"""

import asyncio
import contextlib
import json
import signal
import sys
import time

from bench.chat.goals import at
from procs import config, start
from procs.bot.__main__ import live
from procs.config import Settings
from procs.store.database import Database, migrate

#: Seconds between two looks at the clock.
TICK = 0.005


class Watch:
    """How late the loop woke up each time, and the processor time since it was begun."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Measure from now on."""
        self.late: list[float] = []
        self.cpu = time.process_time()

    async def run(self) -> None:
        """Wake up every TICK seconds, for ever, and note how late that was."""
        while True:
            before = time.monotonic()
            await asyncio.sleep(TICK)
            self.late.append(time.monotonic() - before - TICK)

    def figures(self) -> dict[str, float]:
        """`stall`, seconds of lateness that one wake-up in a hundred exceeds, and `cpu`,
        seconds."""
        return {"stall": at(self.late, 0.99), "cpu": time.process_time() - self.cpu}


async def watched(settings: Settings, db: Database) -> int:
    """Run the bot as its `__main__` does, and print what was measured since SIGUSR1."""
    watch = Watch()
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, watch.begin)
    task = asyncio.create_task(watch.run())
    done = await live(settings, db)
    print(json.dumps(watch.figures()), flush=True)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    return done


if __name__ == "__main__":
    settings = config.load(need_telegram=True)
    migrate(settings.database_url, run=settings.run)
    sys.exit(start.run("bot", watched, need_telegram=True))
