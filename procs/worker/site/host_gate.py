"""Hosts that admins blocked: no job visits one, whatever link or redirect leads there."""

from functools import partial

from procs.errors import HostBlocked
from procs.records.job import Lease
from procs.store.database import Database
from procs.store.server_absence import until_back
from procs.store.sites import host_lists
from procs.store.sites.host_lists import ALL
from procs.wishes import sites


def check(db: Database, lease: Lease) -> None:
    """Raises HostBlocked for a link whose host was blocked since it was accepted."""
    row = host_lists.blocked(db, host_lists.host_of(lease.link.url))
    if row:
        raise HostBlocked(row.host, site=lease.site)


def check_found(db: Database, lease: Lease, site: str) -> None:
    """The same for the site on which the media of a link is. Of a site with several hosts, one that
    is not blocked is enough."""
    known = next((one.hosts for one in sites.SITES if one.name == site), None)
    hosts = known or ({site} if "." in site else set())
    rows = [host_lists.blocked(db, host) for host in hosts]
    if rows and all(rows):
        raise HostBlocked(site, site=lease.site)


def refusal(db: Database, host: str) -> HostBlocked | None:
    """Why a job's program may not connect to a host. Where all hosts are blocked but some, the
    files of those may lie anywhere, so that such a row refuses no connection."""
    row = host_lists.blocked(db, host)
    return HostBlocked(row.host) if row and row.host != ALL else None


async def awaited_refusal(db: Database, host: str) -> HostBlocked | None:
    """The same, as soon as the server of the database answers: a program that waits for its
    connection tries again, and one that is refused has failed for good."""
    return await until_back("host-gate", partial(refusal, db, host))
