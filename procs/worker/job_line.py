"""The lines of the lanes as one worker sees them, and where each begins.

Who holds an old snapshot of a server keeps every row version since then, and a look at the first in
line passes all those that were claimed meanwhile: after an hour of that a claim takes seconds. So a
worker begins a little before the place of the job that it claimed last in a lane, now and then
further back, and seldom at the beginning: for what came late, or had been passed over. How often
follows from how long such a look took, so that all of them together cost little.
"""

from collections.abc import Callable, Iterable
from functools import partial
from math import inf
from typing import Any

from procs.config import Settings
from procs.core import clock
from procs.core.machine import machine_name
from procs.records.job import Lane, Lease
from procs.store.database import Database
from procs.store.jobs import claimable, leases
from procs.store.jobs.claimable import Claimable
from procs.worker.process.slots import most_of

#: Seconds before the last place from where a look begins: places are instants, and one that came
#: earlier may be committed later. The last reach is the whole line.
REACHES = (0.1, 1.0, inf)
WHOLE_LINE = len(REACHES) - 1
#: Seconds between two looks of each reach at least; how many times as long as a look took the next
#: one of its reach is away, and how many seconds that is at most.
PAUSES, LOOK_TIMES, LOOK_LONGEST = (0.0, 0.05, 0.25), 20.0, 10.0
#: Is told what a claim took, and returns it.
Note = Callable[[list[Lease]], list[Lease]]


class LineHeads:
    """Those of one worker."""

    def __init__(self) -> None:
        self.places: dict[Lane, float] = {}
        #: The steady instants from which on a look of each reach may be taken.
        self.next = [0.0] * len(REACHES)
        #: Of the last look; and of the looks that found something in a lane, until it is claimed:
        #: a shorter claim would not find it.
        self.latest = WHOLE_LINE
        self.found: dict[Lane, int] = {}

    def reach(self) -> int:
        """How far back a look goes now, as a place in REACHES."""
        now = clock.steady()
        return max(one for one, at in enumerate(self.next) if at <= now or not one)

    def since(self, lane: Lane, reach: int) -> float:
        """The place from which on the line of a lane is looked at; 0 for its beginning."""
        return max(0.0, self.places.get(lane, 0.0) - REACHES[reach])

    def is_owed(self) -> bool:
        """Whether the whole line was not looked at last, and may be now."""
        return self.latest < WHOLE_LINE and self.reach() == WHOLE_LINE

    def note_claimed(self, found: Iterable[Lease]) -> None:
        """These were the first in line."""
        for one in found:
            self.places[one.lane] = max(self.places.get(one.lane, 0.0), one.place)

    def note_empty(self, lanes: Iterable[Lane], at: float) -> None:
        """Lanes in which a look found nobody at this instant."""
        for lane in lanes:
            self.places[lane] = max(self.places.get(lane, 0.0), at)

    def note_look(self, reach: int, seconds: float) -> None:
        """A look of this reach took so long."""
        now, self.latest = clock.steady(), reach
        for one in range(reach + 1):
            self.next[one] = now + PAUSES[one]
        if reach:
            self.next[reach] = now + min(LOOK_LONGEST, max(PAUSES[reach], LOOK_TIMES * seconds))


class JobLine:
    """What one worker may claim: looks at the lines, and claims from them."""

    def __init__(self, db: Database, settings: Settings, worker: int) -> None:
        self.db = db
        self.worker = worker
        self.heads = LineHeads()
        #: How many jobs of each lane may run at once, wherever they do.
        self.most = {lane: most_of(settings, lane) for lane in Lane}

    def look(self) -> Claimable:
        """The lanes in which there is something. Raises StoreAway."""
        reach, began, now = self.reach(), clock.steady(), clock.now()
        since = {lane: self.heads.since(lane, reach) for lane in Lane}
        most, alive = self.most[Lane.HEAVY], claimable.alive_since(now)
        seen = claimable.look(self.db, most=most, since=since, alive=alive)
        self.heads.note_look(reach, clock.steady() - began)
        self.heads.note_empty(seen.empty, now.wall)
        self.heads.found = dict.fromkeys(seen.ready, reach)
        return seen

    def ready(self, lane: Lane, *, local: bool) -> bool:
        """Whether something there is for this machine; `local` as for `leases.claim`."""
        since = self.heads.since(lane, self.reach_in(lane))
        return claimable.ready(self.db, lane, local=local, since=since)

    def claim(self, lane: Lane, room: int, *, local: bool) -> list[Lease]:
        """Claim the first of a lane. Raises StoreFull, StoreAway."""
        if not machine_name.shared():
            with self.db.write(only=leases.counted(lane, self.most[lane])):
                found = self.claiming(lane, room, local=local)
            return found()
        wanted, note = self.wanted(lane, room, local=local)
        return note(leases.claim(self.db, **wanted))

    def claiming(self, lane: Lane, room: int, *, local: bool) -> Callable[[], list[Lease]]:
        """The same inside of a transaction; they are known behind it. Raises StoreAway."""
        if not machine_name.shared():
            return leases.claiming(
                self.db,
                worker=self.worker,
                lane=lane,
                room=room,
                now=clock.now(),
                most=self.most[lane],
                local=local,
            )
        wanted, note = self.wanted(lane, room, local=local)
        found = leases.claiming(self.db, **wanted)
        return lambda: note(found())

    def wanted(self, lane: Lane, room: int, *, local: bool) -> tuple[dict[str, Any], Note]:
        """What a claim takes, and what is to be told of what it took."""
        reach, began = self.reach_in(lane), clock.steady()
        self.heads.found.pop(lane, None)
        most, since = self.most[lane], self.heads.since(lane, reach)
        facts = {"worker": self.worker, "lane": lane, "room": room, "now": clock.now()}
        wanted = {**facts, "most": most, "local": local, "since": since}
        return wanted, partial(self.note, reach, began)

    def note(self, reach: int, began: float, found: list[Lease]) -> list[Lease]:
        """Note what a claim took, and how long."""
        if machine_name.shared():
            self.heads.note_look(reach, clock.steady() - began)
            self.heads.note_claimed(found)
        return found

    def reach(self) -> int:
        """How far back a look goes now: in a file, where it passes over nothing, always to the
        beginning."""
        return self.heads.reach() if machine_name.shared() else WHOLE_LINE

    def reach_in(self, lane: Lane) -> int:
        """The same of one lane: at least as far as the look that found something there."""
        return max(self.reach(), self.heads.found.get(lane, 0))
