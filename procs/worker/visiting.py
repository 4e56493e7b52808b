"""May this job visit its site now? Its breaker says so; what the visit shows is told to it."""

import random

from procs import clock, log
from procs.errors import JobError, NotNow
from procs.job import Lease
from procs.store import breakers, wake
from procs.store import settings as counters
from procs.store.breakers import WAITS, Rest, Way
from procs.worker.tools import Tools

#: Seconds until a job looks again while another makes the trial, half more or less; and by how
#: many the first ones after an opening are apart at most.
LOOK = 10.0
APART = 2.0
#: Where a lease keeps by which way it went.
WAY = "way"


def enter(tools: Tools, lease: Lease) -> None:
    """Go to the site, or raise NotNow."""
    way = Way(lease.payload["site"])
    rest = breakers.ask(tools.db, lease, way, patience=LOOK, now=clock.now())
    if rest is not None:
        raise NotNow(seconds(rest), f"{WAITS} {rest.why}")
    lease.progress[WAY] = way.egress


def seconds(rest: Rest) -> float:
    """How long to wait for the end of a rest; not all of a crowd at the same instant."""
    return max(0.0, rest.until - clock.now().wall) + random.random() * APART


def way_of(lease: Lease) -> Way | None:
    """The way of a job that visited its site, None when it did not get that far."""
    egress = lease.progress.get(WAY)
    return Way(lease.payload["site"], egress) if egress else None


def worked(tools: Tools, lease: Lease, *, whole: bool) -> None:
    """The site did its part, of the `whole` download or only of the probe."""
    way = way_of(lease)
    if way and breakers.worked(tools.db, way, whole=whole, now=clock.now()):
        log.info("breaker.closed", site=way.site, egress=way.egress, job=lease.job)
        wake.poke_idle(tools.db.run)


def failed(tools: Tools, lease: Lease, error: JobError) -> Rest | None:
    """Count a failure. Returns the opening that holds now, if any."""
    way = way_of(lease)
    if way is None:
        return None
    rest, opened = breakers.failed(tools.db, lease, way, error, now=clock.now())
    if rest and opened:
        counters.count(tools.db, "breakers.opened")
        log.warning(
            "breaker.opened",
            site=way.site,
            egress=way.egress,
            why=rest.why,
            seconds=round(seconds(rest)),
            job=lease.job,
        )
    return rest
