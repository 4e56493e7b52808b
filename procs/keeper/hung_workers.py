"""Kills workers that live but send no heartbeat: their leases expire, and only a dead process
certainly writes nothing more."""

import os
import signal

from procs.core import log
from procs.core.clock import Now
from procs.errors import alert_kinds
from procs.store.database import Database
from procs.store.health import alerts, workers
from procs.store.jobs.leases import LEASE


def kill_hung(db: Database, *, now: Now) -> int:
    """Kill this machine's workers that have not beaten for two leases. Returns how many."""
    hung = [
        worker
        for worker in workers.present(db)
        if worker.state != "spare"
        and worker.here
        and worker.alive
        and now.boot - worker.beat_at > 2 * LEASE
    ]
    for worker in hung:
        silent = now.boot - worker.beat_at
        log.error("worker.hung", worker=worker.name, silent=silent)
        os.kill(worker.pid, signal.SIGKILL)
        alerts.note(db, alert_kinds.HUNG, worker.name, now=now, detail=f"{silent:.0f} s")
    return len(hung)
