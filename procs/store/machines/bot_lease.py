"""Which machine runs the bot: one row, a lease with a fence.

Who holds it renews it every few seconds, and says nothing to Telegram from a second before its end.
A machine that stands by takes it over when its time is over, with a higher fence.
"""

import os
from dataclasses import dataclass

from procs.core import clock
from procs.core.clock import Now
from procs.store.database import Database
from procs.store.machines import database_clock

#: Seconds that the lease lasts, between two renewals and two looks of who stands by, and before its
#: end from which on its holder says nothing: clocks of machines agree to less than that.
BOT_LEASE, BOT_BEAT, STANDBY_LOOK, MARGIN = 8.0, 3.0, 1.0, 1.0
#: Seconds that no end of a lease is away, by the clock of whoever goes by the right one.
BEYOND = 2 * BOT_LEASE

TAKE = """
INSERT INTO bot_lease (name, machine, pid, fence, until) VALUES ('bot', :machine, :pid, 1, :until)
    ON CONFLICT (name) DO UPDATE
   SET machine = excluded.machine, pid = excluded.pid, until = excluded.until,
       fence = bot_lease.fence + 1
 WHERE bot_lease.until = 0
    OR (:judges = 1 AND (bot_lease.until < :now OR bot_lease.until > :beyond))
RETURNING fence
"""
#: Its holder by name too: of a fence that a crashed server forgot there may be two.
RENEW = """
UPDATE bot_lease SET until = :until
 WHERE name = 'bot' AND fence = :fence AND machine = :machine AND pid = :pid
"""
HOLDER = "SELECT machine, pid, fence, until FROM bot_lease WHERE name = 'bot'"


@dataclass(frozen=True, slots=True)
class BotHolder:
    """Who holds the lease, and until which instant of the shared clock."""

    machine: str
    pid: int
    fence: int
    until: float

    def is_over(self, now: Now) -> bool:
        """Whether its time is over, or was written by a clock that was set back since."""
        return not now.boot <= self.until <= now.boot + BEYOND


class BotLease:
    """One process's view of it. `own_end` is the instant of this machine's own time since its boot,
    suspensions included, from which on it says nothing."""

    def __init__(self, db: Database, machine: str) -> None:
        self.db = db
        self.machine = machine
        self.fence = 0
        self.own_end = 0.0
        #: The history of the database in which the lease was written last.
        self.lineage = ""

    def take(self, *, now: Now, judges: bool = True) -> bool:
        """Take the lease, if it was given up, or its time is over, as far as that may be judged
        now. Raises StoreError."""
        began = clock.elapsed()
        facts = {"machine": self.machine, "pid": os.getpid(), "until": now.boot + BOT_LEASE}
        facts |= {"judges": int(judges), "now": now.boot, "beyond": now.boot + BEYOND}
        with self.db.write(full=True):
            rows = self.db.all(TAKE, facts)
            self.lineage = self.db.lineage()
        return self._hold(began, int(rows[0][0])) if rows else False

    def renew(self, *, now: Now) -> bool:
        """Keep the lease. False when another took it. Where the clock was set meanwhile, others
        cannot go by the end that this wrote, so it is written anew, and until then this process
        falls silent at the end of before. Raises StoreError."""
        began = clock.elapsed()
        with self.db.write(only=(), quiet=True):
            kept = self.db.change(RENEW, self._mine(now.boot + BOT_LEASE)) > 0
            self.lineage = self.db.lineage()
        if kept and database_clock.follow_told(self.db):
            return self.renew(now=clock.now())
        return self._hold(began, self.fence) if kept else False

    def give_up(self) -> None:
        """Let another take it at once: this process has said its last word. Raises StoreError."""
        self.own_end = 0.0
        with self.db.write():
            self.db.change(RENEW, self._mine(0.0))

    def _mine(self, until: float) -> dict[str, object]:
        holder = {"machine": self.machine, "pid": os.getpid(), "fence": self.fence}
        return {**holder, "until": until}

    def _hold(self, began: float, fence: int) -> bool:
        self.fence, self.own_end = fence, began + BOT_LEASE - MARGIN
        return True


def holder(db: Database) -> BotHolder | None:
    """Who held the lease last; None before the first."""
    row = db.one(HOLDER)
    return BotHolder(*row) if row else None
