"""The clock of a database that machines share, reckoned on this machine's time since its boot.

No machine's own clock is asked: leases, due times and the budget of messages mean the same on each,
however wrong its clock is. A process asks now and then, since the rates of two clocks differ.
"""

from operator import attrgetter

from procs.core import clock, log
from procs.core.clock import ClockReading
from procs.store.database import SERVER, Database, FrozenDatabase, frozen

#: So many times the server is asked at first, and when an answer says something else than before;
#: the one that came quickest is the truest.
ASKED = 4
#: Seconds by which a new answer must differ, beyond what both may be wrong by, to be believed.
NOISE = 0.002
#: Seconds by which no two looks differ but for a clock that was set.
STEP = 1.0


def follow_server(url: str) -> None:
    """Go by the clock of a server's database, of whatever version and however empty it is; nothing
    for a file. Raises StoreError."""
    if url.startswith(SERVER):
        with frozen(url) as db:
            follow(db)


def follow(db: FrozenDatabase) -> bool:
    """Go by the database's clock, where it has one that machines share. Whether it was set since
    the last look: then what others wrote by it before is no sign of them. Raises StoreError."""
    first = reading(db)
    if first is None or agrees(first):
        return False
    others = (reading(db) for _ in range(ASKED - 1))
    found = [first, *(one for one in others if one is not None)]
    truest = min(found, key=attrgetter("wrong_by"))
    if agrees(truest):
        return False
    before = clock.SHARED.ahead
    clock.share(truest.ahead)
    if before is None or abs(truest.ahead - before) < STEP:
        return False
    log.warning("database-clock.stepped", seconds=round(truest.ahead - before, 1))
    return True


def follow_told(db: Database) -> bool:
    """The same by what a quiet transaction of ours was told just now: only where that is another
    time than is known, the server is asked. Raises StoreError."""
    told = db.told_clock
    if told is None or clock.SHARED.ahead is None or agrees(told):
        return False
    return follow(db)


def agrees(found: ClockReading) -> bool:
    """Whether an answer may be what is known already."""
    before = clock.SHARED.ahead
    return before is not None and abs(found.ahead - before) <= found.wrong_by + NOISE


def reading(db: FrozenDatabase) -> ClockReading | None:
    """The server's clock, asked now."""
    began = clock.elapsed()
    told = db.time()
    return None if told is None else clock.read_between(began, told, clock.elapsed())
