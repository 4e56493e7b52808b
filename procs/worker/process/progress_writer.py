"""Progress of a worker's jobs: collected here, written to the database once a second."""

import asyncio
from contextlib import suppress

from procs.core import log
from procs.errors import StoreUnready
from procs.records.job import Lease, Step
from procs.store import wake
from procs.store.database import Database
from procs.store.requests import request_status
from procs.store.requests.request_status import Report

#: Seconds until progress is written; and a new step, of which a short film has several in that
#: time: nobody sees them, and each would be a write, and a wake-up of the bot.
EVERY, STEP_DELAY = 1.0, 0.2


class ProgressWriter:
    """The latest report of every running job."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.reports: dict[int, Report] = {}
        self.steps: dict[int, Step] = {}
        self.news, self.new_step = asyncio.Event(), asyncio.Event()

    def say(self, lease: Lease, step: Step, done: int = 0, total: int = 0, rate: float = 0) -> None:
        """Report how far a job is; sizes in bytes, rate in bytes a second."""
        self.reports[lease.job] = Report(lease, step, int(done), int(total), float(rate))
        if self.steps.get(lease.job) is not step:
            self.steps[lease.job] = step
            self.new_step.set()
        self.news.set()

    def drop(self, lease: Lease) -> None:
        """Forget a job that is over, so that no later report shows it."""
        self.reports.pop(lease.job, None)
        self.steps.pop(lease.job, None)

    def flush(self) -> None:
        """Write the latest reports and wake the bot; those of a store that is not ready are
        dropped."""
        reports, self.reports = list(self.reports.values()), {}
        self.news.clear()
        self.new_step.clear()
        if not reports:
            return
        try:
            request_status.report(self.db, reports)
        except StoreUnready as error:
            log.warning("progress.unwritten", error=error)
        wake.notify(self.db.run, wake.BOT)

    async def run(self) -> None:
        """Write new reports, at most once a second, and new steps sooner."""
        while True:
            await self.news.wait()
            with suppress(TimeoutError):
                async with asyncio.timeout(EVERY - STEP_DELAY):
                    await self.new_step.wait()
            await asyncio.sleep(STEP_DELAY)
            self.flush()
