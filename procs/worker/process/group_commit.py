"""Ends of jobs that come in one turn of the loop, written by one transaction (group commit).

What an end costs is the wait for the disk, in which the whole loop stands still. Jobs that become
ready meanwhile end together in the next transaction, and share its wait; the next jobs of their
lanes are claimed in it too. One that ends alone is written in the next turn of the loop.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from procs.errors import StoreUnready
from procs.records.job import Lane, Lease
from procs.store.database import Database
from procs.store.jobs import leases

#: What a claim inside of a transaction took, which is known behind it.
Claiming = Callable[[], list[Lease]]


@dataclass(slots=True, eq=False)
class JobEnd:
    """The end of one job. `lane`: where the next is claimed, with `freed` rooms more than are free.
    `write` changes the rows, and nothing else: it is called again when the transaction failed."""

    lease: Lease
    lane: Lane
    freed: int
    write: Callable[[], object]


class EndGroup:
    """Ends that one transaction writes, and the task that does it in the next turn of the loop."""

    def __init__(self, commit: Callable[[Sequence[JobEnd]], None]) -> None:
        self.ends: list[JobEnd] = []
        self.commit = commit
        self.is_open = True
        self.task = asyncio.create_task(self._write(), name="job-ends")

    async def _write(self) -> None:
        self.is_open = False
        if self.ends:
            self.commit(self.ends)


class GroupCommit:
    """Those of one worker. `most` is how many jobs of a lane may be leased in all; `claim` takes
    the next jobs of lanes with these rooms beside the free ones, inside of the transaction; `start`
    begins them, once it is on the disk."""

    def __init__(
        self,
        db: Database,
        most: Mapping[Lane, int],
        claim: Callable[[Mapping[Lane, int]], Sequence[Claiming]],
        start: Callable[[Sequence[Lease]], None],
    ) -> None:
        self.db = db
        self.most, self.claim, self.start = most, claim, start
        self.group: EndGroup | None = None

    async def end(self, end: JobEnd) -> None:
        """Return when the end is on the disk. Raises what its `write` raises and StoreUnready, with
        nothing changed. A job that is taken away when it is over already goes on to its end."""
        if self.group is None or not self.group.is_open:
            self.group = EndGroup(self.commit)
        group = self.group
        group.ends.append(end)
        try:
            await asyncio.wait({group.task})
        except asyncio.CancelledError:
            if not group.task.done():
                raise
        error = group.task.exception()
        if error is None:
            return
        if len(group.ends) == 1 or isinstance(error, StoreUnready):
            raise error
        self.commit([end])  # it may have been another's fault

    def commit(self, ends: Sequence[JobEnd]) -> None:
        """Write these ends and claim what is next, in one transaction. Raises what a `write`
        raises, and StoreUnready."""
        freed: dict[Lane, int] = {}
        named: tuple[str, ...] = ()
        for end in ends:
            freed[end.lane] = freed.get(end.lane, 0) + end.freed
            named += leases.names(end.lease, end.lane, self.most[end.lane])
        with self.db.write(full=True, only=named):
            for end in ends:
                end.write()
            found = self.claim(freed)
        for taken in found:
            self.start(taken())
