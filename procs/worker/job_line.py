"""The lines of the lanes as one worker sees them, and where each begins.

Who holds an old snapshot of a server keeps every row version since then, and a look at the first in
line passes all those that were claimed meanwhile: after an hour of that a claim takes seconds. So
while a look at the whole line is slow, a worker begins a little before the place of the job that it
claimed last in a lane, and looks at the whole line again after many times as long as that took:
for what came late, or had been passed over.
"""

from collections.abc import Iterable

from procs.config import Settings
from procs.core import clock
from procs.core.machine import machine_name
from procs.records.job import Lane, Lease
from procs.store.database import Database
from procs.store.jobs import claimable, leases
from procs.store.jobs.claimable import Claimable
from procs.worker.process.slots import most_of

#: Seconds within which a look at the whole line is quick, how many times as long as a slow one took
#: the next one is away, and how many seconds that is at most.
QUICK, WHOLE_TIMES, WHOLE_LONGEST = 0.005, 20.0, 10.0
#: Seconds before the last place from where a look begins: places are instants, and one that came
#: earlier may be committed later.
OVERLAP = 1.0


class LineHeads:
    """Those of one worker."""

    def __init__(self) -> None:
        self.places: dict[Lane, float] = {}
        #: The steady instant from which on the whole line may be looked at.
        self.next_whole = 0.0

    def is_whole(self) -> bool:
        """Whether looks begin at the beginning."""
        return not self.next_whole or clock.steady() >= self.next_whole

    def since(self, lane: Lane) -> float:
        """The place from which on the line of a lane is looked at."""
        return 0.0 if self.is_whole() else max(0.0, self.places.get(lane, 0.0) - OVERLAP)

    def all(self) -> dict[Lane, float]:
        """The same of every lane."""
        return {lane: self.since(lane) for lane in Lane}

    def note_claimed(self, found: Iterable[Lease]) -> None:
        """These were the first in line."""
        for one in found:
            self.places[one.lane] = max(self.places.get(one.lane, 0.0), one.place)

    def note_whole(self, seconds: float, empty: Iterable[Lane], at: float) -> None:
        """A look at the whole line took so long; lanes in which nothing waited at this instant."""
        for lane in empty:
            self.places[lane] = max(self.places.get(lane, 0.0), at)
        slow = seconds >= QUICK
        self.next_whole = (
            clock.steady() + min(WHOLE_LONGEST, WHOLE_TIMES * seconds) if slow else 0.0
        )


class JobLine:
    """What one worker may claim: looks at the lines, and claims from them. In a file a look is slow
    only because the machine is busy, and begins at the beginning all the same."""

    def __init__(self, db: Database, settings: Settings, worker: int) -> None:
        self.db = db
        self.worker = worker
        self.heads = LineHeads()
        #: How many jobs of each lane may run at once, wherever they do.
        self.most = {lane: most_of(settings, lane) for lane in Lane}

    def look(self) -> Claimable:
        """The lanes in which there is something. Raises StoreAway."""
        is_whole, began, now = self.heads.is_whole(), clock.steady(), clock.now()
        seen = claimable.look(self.db, most=self.most[Lane.HEAVY], since=self.heads.all())
        if is_whole and machine_name.shared():
            self.heads.note_whole(clock.steady() - began, seen.empty, now.wall)
        return seen

    def ready(self, lane: Lane, *, local: bool) -> bool:
        """Whether something there is for this machine; `local` as for `leases.claim`."""
        return leases.ready(self.db, lane, local=local, since=self.heads.since(lane))

    def claim(self, lane: Lane, room: int, *, local: bool) -> list[Lease]:
        """Claim the first of a lane. Raises StoreFull, StoreAway."""
        found = leases.claim(
            self.db,
            worker=self.worker,
            lane=lane,
            room=room,
            now=clock.now(),
            most=self.most[lane],
            local=local,
            since=self.heads.since(lane),
        )
        if machine_name.shared():
            self.heads.note_claimed(found)
        return found
