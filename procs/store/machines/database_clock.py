"""The clock of a database that machines share, reckoned on this machine's time since its boot.

No machine's own clock is asked: leases, due times and the budget of messages mean the same on each,
however wrong its clock is. A process asks now and then, since the rates of two clocks differ.
"""

from procs.core import clock, log
from procs.store.database import Database

#: So many times the server is asked at first, and when an answer says something else than before;
#: the one that came quickest is the truest.
ASKED = 4
#: Seconds by which a new answer must differ, beyond what both may be wrong by, to be believed.
NOISE = 0.002
#: Seconds by which no two looks differ but for a clock that was set.
STEP = 1.0


def follow(db: Database) -> bool:
    """Go by the database's clock, where it has one that machines share. Whether it was set since
    the last look: then what others wrote by it before is no sign of them. Raises StoreError."""
    first = reading(db)
    if first is None or agrees(first):
        return False
    others = (reading(db) for _ in range(ASKED - 1))
    truest = min([first, *(one for one in others if one is not None)])
    if agrees(truest):
        return False
    before = clock.SHARED.ahead
    clock.share(truest[1])
    if before is None or abs(truest[1] - before) < STEP:
        return False
    log.warning("database-clock.stepped", seconds=round(truest[1] - before, 1))
    return True


def agrees(found: tuple[float, float]) -> bool:
    """Whether an answer may be what is known already."""
    wrong_by, ahead = found
    before = clock.SHARED.ahead
    return before is not None and abs(ahead - before) <= wrong_by + NOISE


def reading(db: Database) -> tuple[float, float] | None:
    """By how much an answer may be wrong, and how far the server's clock is ahead of ours."""
    began = clock.elapsed()
    told = db.time()
    ended = clock.elapsed()
    return None if told is None else ((ended - began) / 2, told - (began + ended) / 2)
