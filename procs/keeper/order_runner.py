"""Has orders of admins done: an update of the engine beside the keeper's rounds, a rolling restart
in a process of its own, which outlives the keeper that it replaces.
"""

import asyncio
import os

from procs.config import Settings
from procs.core import clock, disk, log
from procs.engine.updates.updater import Updater
from procs.errors import ChaparError
from procs.keeper.machines.restart_runner import RestartRunner, is_restart
from procs.records.job import State
from procs.store.admins import admin_orders
from procs.store.admins.admin_orders import DRAIN, ENGINE_UPDATE, RESTART, AdminOrder
from procs.store.database import Database
from procs.store.health import engine_records
from procs.store.reports import job_record


class OrderRunner:
    """Begins each order once and stores its outcome; a restart goes on without the keeper that
    began it."""

    def __init__(
        self, db: Database, settings: Settings, updater: Updater, restarts: RestartRunner
    ) -> None:
        self.db = db
        self.settings = settings
        self.updater = updater
        self.restarts = restarts
        self.engine: asyncio.Task[None] | None = None

    def watch(self) -> None:
        """Begin what was ordered, and end what is over."""
        for order in admin_orders.due_here(self.db):
            if order.kind == DRAIN:
                self.await_quiet(order)
            elif order.kind == RESTART:
                self.restart(order)
            elif self.engine is None or self.engine.done():
                self.begin_engine(order)

    def await_quiet(self, order: AdminOrder) -> None:
        """End a drain when no job runs any more."""
        if not any(job.state is State.LEASED for job in job_record.alive(self.db)):
            self.end(order, "order-drained")

    def restart(self, order: AdminOrder) -> None:
        """Start the command that does it; it takes the order, so a second one leaves at once."""
        if not order.runner:
            self.restarts.start("--order", order.id)
        elif not is_restart(order.runner):
            self.end(order, "order-broken-off")

    # --- the engine

    def begin_engine(self, order: AdminOrder) -> None:
        """Do it, once more where a keeper was killed over it: it ends in the same."""
        # In a container a keeper may have the pid of the one before, whose order it is then.
        if order.runner == os.getpid() and self.engine:  # it ended without a word
            why = self.engine.exception()
            log.error("order.failed", trace=why, order=order.id)
            return self.end(order, "order-refused", why=type(why).__name__)
        if admin_orders.take(self.db, order.id, os.getpid(), before=order.runner):
            self.engine = asyncio.create_task(self.run_engine(order))

    async def run_engine(self, order: AdminOrder) -> None:
        """Update or roll back the engine, and store how that ended."""
        before = self.updater.versions.current().name
        log.info("order.started", order=order.id, kind=order.kind)
        try:
            if order.kind == ENGINE_UPDATE:
                version = await self.updater.update()
            else:
                version = self.updater.rollback()
                why, now = "rolled back by hand", clock.now()
                engine_records.refuse(self.db, disk.host(), before, why=why, now=now)
        except (ChaparError, OSError) as error:
            log.warning("order.refused", order=order.id, why=error)
            return self.end(order, "order-refused", why=log.mask(str(error)))
        if version.name == before:
            return self.end(order, "order-engine-same", version=version.name)
        engine_records.use(self.db, disk.host(), version.name, now=clock.now())
        self.end(order, "order-engine-used", version=version.name, before=before)

    def end(self, order: AdminOrder, key: str, **words: str) -> None:
        """Store the outcome as a text of the catalogue with its words."""
        log.info("order.ended", order=order.id, outcome=key)
        admin_orders.end(self.db, order.id, key, words, now=clock.now())
