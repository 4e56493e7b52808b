"""When a worker is recycled: after N jobs, or above a memory ceiling."""

import random

from procs.core import clock, log
from procs.worker.process import memory_use
from procs.worker.process.slots import SlotLocks

#: Workers that started together must not recycle together.
JITTER = 0.1
#: Seconds: supervisord counts a process that leaves within `startsecs` (3) as a failed start.
YOUNGEST = 4.0
#: Seconds between two readings of the memory.
MEMORY_INTERVAL = 5.0


class JobBudget:
    """How many jobs this worker still takes before it is recycled."""

    def __init__(self, jobs: int, ceiling: int, places: SlotLocks) -> None:
        self.left = max(1, round(jobs * random.uniform(1 - JITTER, 1 + JITTER)))
        self.ceiling = ceiling
        self.places = places
        self.spent = 0
        self.born = clock.now().boot
        self.looked = 0.0
        self.heavy = False
        #: Whether the post is given away; jobs are claimed until the successor serves.
        self.leaving = False

    def spend(self, jobs: int) -> None:
        """Count jobs that were claimed."""
        self.left -= jobs
        self.spent += jobs

    def is_over(self) -> bool:
        """Whether to drain now: the budget is spent, and another worker serves at the post."""
        if not self.leaving:
            spent = self.left <= 0 or self.too_heavy()
            self.leaving = spent and self.old_enough() and self.places.may_leave()
            if self.leaving:
                log.info("worker.leaving", jobs=self.spent)
        return self.leaving and self.places.is_replaced()

    def old_enough(self) -> bool:
        """Whether the worker lived long enough to be recycled: a fresh one costs a start."""
        return clock.now().boot - self.born >= YOUNGEST

    def too_heavy(self) -> bool:
        """Whether the process held more memory than its ceiling when it was last measured."""
        now = clock.now().boot
        if now - self.looked >= MEMORY_INTERVAL:
            self.looked, held = now, memory_use.anonymous()
            if held > self.ceiling and not self.heavy:
                log.info("worker.heavy", bytes=held, ceiling=self.ceiling)
            self.heavy = held > self.ceiling
        return self.heavy
