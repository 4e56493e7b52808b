"""How busy each hour of the latest day was: the load by core, and the requests that arrived."""

from dataclasses import dataclass

from procs.core.clock import Now
from procs.store.database import Database
from procs.store.reports.use_sums import ONE_DAY, ONE_HOUR

#: A load is kept in thousandths, one for each sample.
THOUSANDTHS = 1000
READ = """
SELECT start, measure, value FROM use_sums
 WHERE grain = :grain AND start >= :since AND measure IN ('samples', 'load', 'received')
"""


@dataclass(frozen=True, slots=True)
class BusyHour:
    """`load`: processes that ran or waited, by core, on average; of all machines where several
    share the database."""

    start: int
    load: float
    requests: int


def latest(db: Database, *, now: Now) -> list[BusyHour]:
    """The hours of the latest day in which samples were taken."""
    sums: dict[int, dict[str, int]] = {}
    for start, measure, value in db.all(READ, {"grain": ONE_HOUR, "since": now.wall - ONE_DAY}):
        sums.setdefault(start, {})[measure] = value
    return [
        BusyHour(start, of["load"] / of["samples"] / THOUSANDTHS, of.get("received", 0))
        for start, of in sorted(sums.items())
        if of.get("samples") and "load" in of
    ]
