"""A worker that takes one job at a time and tells of all it does: `python -m bench.queue.hand`.

It sleeps as the product's worker does; its work is to wait for a while.
"""

import argparse
import asyncio
import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvloop

from bench.queue import table
from bench.queue.children import tell
from bench.queue.table import Table
from procs.core.clock import now
from procs.core.process import end_with_parent
from procs.errors import LeaseLost
from procs.records.job import Lane, Lease
from procs.store.database import Database
from procs.store.jobs import claimable, leases
from procs.store.wake import WakeSocket

BACKSTOP = 1.0


@dataclass
class Hand:
    """`work` is how long a job takes, `ttl` how long its lease lasts (None: as long as usual)."""

    db: Database
    words: Path
    work: float
    ttl: float | None

    async def run(self) -> None:
        """Claim and carry one job at a time, for ever."""
        self.name = f"w00-{os.getpid()}"
        self.worker = table.worker(self.db, self.name)
        wake_socket = WakeSocket(self.db.run, self.name)
        while True:
            wake_socket.rise()
            for lease in self.claimed():
                await self.carry(lease)
            wake_socket.rest()
            if not claimable.ready(self.db, Lane.LIGHT):
                self.say("resting")
                await wake_socket.wait(BACKSTOP)

    def claimed(self) -> list[Lease]:
        """At most one lease, told of, with a time of its own where `ttl` says so."""
        got = leases.claim(self.db, worker=self.worker, lane=Lane.LIGHT, room=1, now=now())
        for lease in got:
            self.say("started", job=lease.job, fence=lease.fence, user=lease.user)
        if got and self.ttl:
            leases.renew(self.db, worker=self.worker, now=now(), ttl=self.ttl)
        return got

    async def carry(self, lease: Lease) -> None:
        """Work for a while and finish; tell of a lease that was lost meanwhile."""
        await asyncio.sleep(self.work)
        try:
            leases.finish(self.db, lease, now=now())
            self.say("finished", job=lease.job)
        except LeaseLost:
            self.say("refused", job=lease.job)

    def say(self, word: str, **facts: Any) -> None:
        """Append a word with process, instant and facts to the file of words."""
        tell(self.words, {"word": word, "pid": os.getpid(), "at": time.monotonic(), **facts})


def main() -> None:
    """Work alone, or fork such a worker for each line of standard input."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("words", type=Path)
    parser.add_argument("--work", type=float, default=0.0)
    parser.add_argument("--ttl", type=float)
    parser.add_argument("--births", action="store_true", help="fork one at each line of stdin")
    asked = parser.parse_args()
    if asked.births and not born():
        return
    uvloop.run(Hand(Table(asked.folder).open(), asked.words, asked.work, asked.ttl).run())


def born() -> bool:
    """Fork at each line of stdin and say the child's pid; True in a child.

    What is forked has everything loaded and nothing open, so a birth takes a few milliseconds.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them: they leave no zombie
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            end_with_parent(signal.SIGKILL)
            return True
        print(pid, flush=True)
    return False


if __name__ == "__main__":
    main()
