"""Which machine runs the bot: one row, a lease with a fence.

Who holds it renews it every few seconds, and says nothing to Telegram from a second before its end.
A machine that stands by takes it over when its time is over, with a higher fence.
"""

import os
from dataclasses import dataclass

from procs.core import clock
from procs.core.clock import Now
from procs.store.database import Database

#: Seconds that the lease lasts, between two renewals and two looks of who stands by, and before its
#: end from which on its holder says nothing: clocks of machines agree to less than that.
BOT_LEASE, BOT_BEAT, STANDBY_LOOK, MARGIN = 8.0, 3.0, 1.0, 1.0

TAKE = """
INSERT INTO bot_lease (name, machine, pid, fence, until) VALUES ('bot', :machine, :pid, 1, :until)
    ON CONFLICT (name) DO UPDATE
   SET machine = excluded.machine, pid = excluded.pid, until = excluded.until,
       fence = bot_lease.fence + 1
 WHERE bot_lease.until < :now
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

    def take(self, *, now: Now) -> bool:
        """Take the lease, if its time is over. Raises StoreError."""
        began = clock.elapsed()
        facts = {"machine": self.machine, "pid": os.getpid(), "until": now.boot + BOT_LEASE}
        with self.db.write(full=True):
            rows = self.db.all(TAKE, {**facts, "now": now.boot})
            self.lineage = self.db.lineage()
        return self._hold(began, int(rows[0][0])) if rows else False

    def renew(self, *, now: Now) -> bool:
        """Keep the lease. False when another took it. Raises StoreError."""
        began = clock.elapsed()
        with self.db.write(only=(), quiet=True):
            kept = self.db.change(RENEW, self._mine(now.boot + BOT_LEASE)) > 0
            self.lineage = self.db.lineage()
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
