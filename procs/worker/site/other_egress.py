"""What else may be tried for a site that refuses a way: other ways of this machine, and others.

Each machine leaves by an address of its own, so a site that refuses this one's may not refuse
another's. A job for which every way is closed here, or which this address failed, goes to a machine
whose own way is open to its person; each machine is tried once. Where one machine has the database
alone, there is no other.
"""

import random
from collections.abc import Callable, Iterable

from procs import errors
from procs.config.rules import AT, Identity
from procs.core import clock, log
from procs.core.clock import Now
from procs.core.machine import machine_name
from procs.errors import JobError, NotNow
from procs.records.job import Lease
from procs.store.jobs import file_owners
from procs.store.machines import machine_rows
from procs.store.sites import breakers, visits
from procs.store.sites.breakers import Way
from procs.worker.process.context import WorkerContext

#: Failures that another way may avoid, and what must be different about that way.
ELSEWHERE: dict[type[JobError], Callable[[Identity, Identity], bool]] = {
    errors.BotCheck: lambda mine, other: True,
    errors.LoginNeeded: lambda mine, other: other.cookies not in (None, mine.cookies),
    errors.GeoBlocked: lambda mine, other: other.egress != mine.egress,
}
#: Failures that the address of another machine may avoid.
ABOUT_ADDRESS = (
    *(errors.BotCheck, errors.SiteBusy, errors.GeoBlocked),
    *(errors.Refused, errors.SiteFiltered),
)


def is_worth(
    context: WorkerContext,
    lease: Lease,
    error: JobError,
    *,
    mine: Identity,
    ways: Iterable[Identity],
) -> bool:
    """Whether the job tries once more by another of these ways that is open, or on another
    machine."""
    site, now, differs = lease.site, clock.now(), ELSEWHERE.get(type(error))
    if lease.progress.tried:
        return False
    if type(error) in ABOUT_ADDRESS and open_to(context, lease, now=now):
        return True
    if differs is None:
        return False
    others = [one for one in ways if one.name != mine.name and differs(mine, one)]
    return any(
        not breakers.is_open(context.db, Way(site, one.name), person=lease.user, now=now)
        for one in others
    )


def move(context: WorkerContext, lease: Lease, *, now: Now) -> None:
    """Give the job to a machine whose address the site does not refuse, by raising NotNow; return
    when there is none. What this machine has of the files is left behind."""
    here, progress = machine_name.shared(), lease.progress
    if not here or file_owners.is_collected(lease.kind, lease.payload):
        return
    names = open_to(context, lease, now=now)
    if names:
        progress.tried = (*progress.tried, f"{AT}{here}")
        progress.turn = progress.unfinished = None
    if progress.folders:
        return
    there = random.choice(names) if names else ""
    with context.db.write():
        file_owners.bind(context.db, lease.job, there)
    if there:
        log.info("job.moved", job=lease.job, site=lease.site, to=there)
        raise NotNow(0.0, visits.TURN, keeps=True)


def open_to(context: WorkerContext, lease: Lease, *, now: Now) -> list[str]:
    """The other machines to which the site is open, and which this job has not met."""
    here, site = machine_name.shared(), lease.site
    if not here or file_owners.is_collected(lease.kind, lease.payload):
        return []
    ways = [one for one in context.settings.sites.of(site).identities if not one.proxy]
    met = {one.partition(AT)[2] for one in lease.progress.tried}
    return [
        name
        for name in machine_rows.carriers(context.db, now=now)
        if name not in {here, *met}
        and any(
            breakers.is_closed(context.db, Way(site, one.at(name)), person=lease.user)
            for one in ways
        )
    ]
