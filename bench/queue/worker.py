"""A worker program on the lease table whose jobs do nothing: `python -m bench.queue.worker FOLDER`.

It serves one lane as a worker does: rooms, one task per job, a transaction for each end, and one
that fills the rooms.
"""

import argparse
import asyncio
import os
from functools import partial
from pathlib import Path

import uvloop

from bench.queue import table
from bench.queue.table import Table
from bench.queue.tally import Tally
from procs.records.job import Lane, Lease
from procs.store.database import Database
from procs.store.jobs import claimable
from procs.store.wake import WakeSocket

#: Rooms of a worker's light lane, and the longest sleep, as the product has them.
ROOMS = 8
BACKSTOP = 1.0


class Worker:
    """Claims, carries, finishes; sleeps when there is nothing to claim."""

    def __init__(self, db: Database, tally: Tally, *, rooms: int, full: bool) -> None:
        self.db, self.tally, self.full = db, tally, full
        self.name = f"w00-{os.getpid()}"
        self.rooms = self.free = rooms
        self.done: list[Lease] = []
        self.news = asyncio.Event()

    async def run(self) -> None:
        """Work for ever."""
        worker, wake_socket = table.worker(self.db, self.name), WakeSocket(self.db.run, self.name)
        async with asyncio.TaskGroup() as jobs:
            while True:
                for lease in self.turned(worker):
                    jobs.create_task(self.carry(lease))
                if self.free == self.rooms:
                    await self.rest(wake_socket)
                else:
                    await self.news.wait()
                    self.news.clear()

    def turned(self, worker: int) -> list[Lease]:
        """Settle what ended, and fill the free rooms."""
        done, self.done = self.done, []
        ends = partial(table.turn, self.db, done=done, full=self.full)
        new = ends(worker=worker, lane=Lane.LIGHT, room=self.free)
        self.free -= len(new)
        return new

    async def carry(self, lease: Lease) -> None:
        """Count a job and settle it with the next turn."""
        self.tally.ran(table.number(lease))
        self.done.append(lease)
        self.free += 1
        self.news.set()

    async def rest(self, wake_socket: WakeSocket) -> None:
        """Leave the name, look once more, then sleep until there is news."""
        wake_socket.rest()
        if not claimable.ready(self.db, Lane.LIGHT):
            await wake_socket.wait(BACKSTOP)
        wake_socket.rise()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rooms", type=int, default=ROOMS)
    parser.add_argument("--full", action="store_true")
    asked = parser.parse_args()
    uvloop.run(serve(Table(asked.folder).open(), asked.rooms, asked.full))


async def serve(db: Database, rooms: int, full: bool) -> None:
    """Run one worker until it is killed."""
    await Worker(db, Tally(), rooms=rooms, full=full).run()


if __name__ == "__main__":
    main()
