"""A claim behind a million waiting jobs beside one behind a thousand."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.machines.amounts import Amounts
from bench.machines.cycles import medians
from bench.machines.lease_table import LeaseTable, claimed, open_session
from bench.machines.lease_table import cycle as cycle_of
from procs.core import clock
from procs.store.health import workers

FEW = 1_000
#: Made by the server itself, because the product's functions would take an hour: each of another
#: person, who has one job queued.
FILL = """
INSERT INTO jobs (id, user_id, lane, state, at, seat, kind, site, payload, story)
SELECT n, n, 0, 0, 1.79e9 + n, -1, 'deliver', '',
       '{"request":' || n || ',"media":1}', '' FROM GENERATE_SERIES(1, %d) AS n
"""


def measure(conninfo: str, folder: Path, amounts: Amounts) -> dict[str, Any]:
    """Microseconds of a cycle behind few and behind many, each in turn, and how they compare."""
    places = [filled(conninfo, folder, jobs) for jobs in (FEW, amounts.deep)]
    admin = open_session(conninfo)
    admin.execute("CHECKPOINT")  # what the filling left to be written
    admin.close()
    few, many = medians(*(turn(place) for place in places), turns=amounts.turns)
    return {
        "depth_cycle_us": [round(few * 1e6), round(many * 1e6)],
        "depth_1e6_ratio": round(many / few, 2),
    }


def filled(conninfo: str, folder: Path, jobs: int) -> LeaseTable:
    """A lease table in which so many jobs wait."""
    place = LeaseTable(conninfo, f"depth{jobs}", folder)
    admin = open_session(place.url)
    admin.execute(FILL % jobs)
    admin.execute("VACUUM ANALYZE jobs")
    admin.close()
    return place


def turn(place: LeaseTable) -> Callable[[], None]:
    """The end of a job with the next claim, without a wait for the disk."""
    db = place.open()
    worker = workers.enter(db, "w", now=clock.now())
    held = claimed(db, worker)

    def cycle() -> None:
        nonlocal held
        held = cycle_of(db, worker, held[0], full=False)

    return cycle
