"""Delivers the entries of a list in its order: a delivery waits for the entries before it.

It waits for entries that are on their way (queued, running, or waiting likewise), not for entries
that are retried later, and not longer than `ORDER_TIMEOUT`: one slow download delays the others by
no more than that.
"""

from collections.abc import Iterable

from procs.core.clock import Now
from procs.records.job import Lane, State
from procs.store.database import Database
from procs.store.jobs import seats

#: Seconds that an entry waits at most for those before it, counted from when it was ready.
ORDER_TIMEOUT = 300.0
#: Seconds until it looks again, should nobody call it.
AGAIN = 15.0
#: Why it waits, in its job's row.
WHY = "in-order"

EARLIER = f"""
SELECT 1 FROM requests r
  JOIN requests e ON e.parent = r.parent AND e.place < r.place AND e.state = 'open'
  JOIN jobs j ON j.id = e.job
       AND (j.state IN ({State.QUEUED}, {State.LEASED}, {State.WAITING})
            OR (j.state = {State.LATER} AND j.error = '{WHY}'))
 WHERE r.id = :request LIMIT 1
"""
NEXT = """
SELECT j.id, j.user_id, j.lane, j.site, j.state, j.error FROM requests e JOIN jobs j ON j.id = e.job
 WHERE e.parent = :parent AND e.state = 'open' ORDER BY e.place LIMIT 1
"""


def waits(db: Database, request: int) -> bool:
    """Whether an entry before this one in its list is still on its way."""
    return db.one(EARLIER, {"request": request}) is not None


def call(db: Database, parents: Iterable[int], *, now: Now) -> None:
    """An entry of these lists ended: queue the delivery that waited for it. In a transaction."""
    for parent in parents:
        row = db.one(NEXT, {"parent": parent})
        if row and row[4] == State.LATER and row[5] == WHY:
            job, user, lane, site = row[:4]
            seats.sit(db, job, user=user, lane=Lane(lane), site=site, now=now)
