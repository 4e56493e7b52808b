"""A worker program on the lease table whose jobs do nothing: `python -m bench.queue.worker FOLDER`.

It turns, sleeps and wakes as the worker of the product does: both lanes, rooms, one task per job,
one transaction for whatever ended in the same moment of the event loop.
"""

import argparse
import asyncio
import os
from pathlib import Path

import uvloop

from bench.queue import table
from bench.queue.table import Table
from bench.queue.tally import Tally
from procs.clock import now
from procs.job import Lane, Lease
from procs.store import leases, upkeep, wake, workers
from procs.store.database import Database
from procs.store.wake import Ear

#: As the product's worker has it.
BACKSTOP = 1.0
BEAT = 15.0
LIGHT, HEAVY = 8, 2


class Worker:
    """Claims, carries, finishes; sleeps when there is nothing to claim."""

    def __init__(self, db: Database, tally: Tally, *, rooms: int, full: bool) -> None:
        self.db, self.tally, self.full = db, tally, full
        name = f"w00-{os.getpid()}"
        self.worker = table.worker(db, name)
        self.ear = Ear(db.run, name)
        self.free = {Lane.LIGHT: rooms, Lane.HEAVY: HEAVY}
        self.done: dict[Lane, list[Lease]] = {lane: [] for lane in Lane}
        self.news = asyncio.Event()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as side:
            side.create_task(self.listen())
            side.create_task(self.beat())
            while True:
                self.turn(side)
                await self.rest()

    def turn(self, side: asyncio.TaskGroup) -> None:
        """Settle what ended and fill the free rooms; pass the word on when more is ready."""
        self.ear.rise()
        for lane in Lane:
            for lease in self.turned(lane):
                self.free[lane] -= 1
                side.create_task(self.carry(lease))
            if self.free[lane] == 0 and leases.ready(self.db, lane):
                wake.poke_idle(self.db.run)

    def turned(self, lane: Lane) -> list[Lease]:
        done, self.done[lane] = self.done[lane], []
        return leases.turn(
            self.db,
            worker=self.worker,
            lane=lane,
            room=self.free[lane],
            now=now(),
            done=done,
            full=self.full,
        )

    async def carry(self, lease: Lease) -> None:
        self.tally.ran(lease.payload["n"])
        self.done[lease.lane].append(lease)
        self.free[lease.lane] += 1
        self.news.set()

    async def rest(self) -> None:
        """Leave the name, look once more, then sleep until there is news."""
        if any(self.free.values()) and not self.news.is_set():
            self.ear.rest()
            if any(free and leases.ready(self.db, lane) for lane, free in self.free.items()):
                return
        try:
            async with asyncio.timeout(BACKSTOP):
                await self.news.wait()
        except TimeoutError:
            self.look_at_due()
        self.news.clear()

    def look_at_due(self) -> None:
        due, instant = upkeep.next_due(self.db), now()
        if due is not None and due <= instant.wall:
            upkeep.bring_due(self.db, now=instant)

    async def listen(self) -> None:
        while True:
            await self.ear.wait(3600)
            self.news.set()

    async def beat(self) -> None:
        while True:
            workers.beat(self.db, self.worker, jobs=0, now=now())
            leases.renew(self.db, worker=self.worker, now=now())
            await asyncio.sleep(BEAT)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rooms", type=int, default=LIGHT)
    parser.add_argument("--full", action="store_true")
    asked = parser.parse_args()
    db = Table(asked.folder).open()
    uvloop.run(serve(db, asked.rooms, asked.full))


async def serve(db: Database, rooms: int, full: bool) -> None:
    await Worker(db, Tally(), rooms=rooms, full=full).run()


if __name__ == "__main__":
    main()
