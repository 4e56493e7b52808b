"""Jobs that meet a site, in the words of the tests of breakers."""

from procs import errors
from procs.errors import JobError
from procs.records.job import Lease
from procs.store.sites import breakers
from procs.store.sites.breakers import TRIPS, OpenBreaker, Way
from tests.contract.conftest import Desk

SITE, NAMED = Way("site.example"), Way("youtube")
LOOK = 10.0
BROKEN, BUSY, CHECK = TRIPS[errors.SiteBroken], TRIPS[errors.SiteBusy], TRIPS[errors.BotCheck]


def lease(desk: Desk, *names: str, user: int = 0) -> list[Lease]:
    """Running downloads of one site, each of a user of its own, or all of one."""
    found = []
    for number, name in enumerate(names, 1):
        desk.asks(user or number, name)
        found += desk.claim(desk.worker())
    return found


def fails(desk: Desk, job: Lease, error: JobError, way: Way = SITE) -> OpenBreaker | None:
    return breakers.note_failure(desk.db, job, way, error, now=desk.clock.now())[0]


def asks(desk: Desk, job: Lease, way: Way = SITE) -> OpenBreaker | None:
    return breakers.ask(desk.db, job, way, patience=LOOK, now=desk.clock.now())


def works(desk: Desk, job: Lease, *, whole: bool = True, way: Way = SITE) -> bool:
    return breakers.note_success(desk.db, job, way, whole=whole, now=desk.clock.now())


def shut(desk: Desk, jobs: list[Lease], way: Way = SITE) -> None:
    """Close a site to everybody, by as many people as that takes."""
    for job in jobs[: BROKEN.people]:
        fails(desk, job, errors.SiteBroken("500"), way)
