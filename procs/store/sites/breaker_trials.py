"""Trials: jobs of our own that visit a site before its breaker closes.

A person's job would make a bad trial: its link could fail by itself, and would keep the site closed
for everybody behind it. A trial is due at the end of an opening; there is at most one for each
breaker, and none when nobody waits any more.
"""

from dataclasses import dataclass

from procs.config.rules import AT
from procs.core.clock import Now
from procs.records.job import Kind, Lane, State
from procs.records.job_payload import TrialPayload
from procs.store.database import Database
from procs.store.jobs import file_owners, seats

#: The person of a breaker that is closed to all, and the user of trials: nobody has that number.
EVERYBODY = -1
#: The prefix of `error` of a job that waits for a breaker; the class of the failure follows.
WAITS = "breaker"
#: Seconds for which a job that was to be called may still be on its way to the site.
CALLED = 60.0
#: Deliveries that are looked at for links which are known to work, and how many of those are tried.
RECENT, KNOWN = 20, 2

ALIVE = f"SELECT id FROM jobs WHERE mark = :mark AND mark IS NOT NULL AND state < {State.DONE}"
#: An opening that ends later has its trial later.
LATER = f"UPDATE jobs SET at = :at WHERE id = :job AND state = {State.LATER} AND at < :at"
WAITING = f"""
SELECT 1 FROM jobs
 WHERE state = {State.LATER} AND at > :since AND site = :site AND error LIKE '{WAITS} %'
   AND kind <> '{Kind.TRIAL}'
 LIMIT 1
"""
DELIVERED = """
SELECT url, user_id FROM requests
 WHERE state = 'delivered' AND cached = 0 AND site = :site ORDER BY id DESC LIMIT :recent
"""


@dataclass(frozen=True, slots=True)
class Way:
    """By which egress a job visits which site."""

    site: str
    egress: str = "default"

    @property
    def facts(self) -> dict[str, str]:
        """The parameters that name a way in a statement."""
        return {"site": self.site, "egress": self.egress}

    @property
    def machine(self) -> str:
        """The machine by whose own address this way leaves, "" where any may go it."""
        return self.egress.partition(AT)[2]


@dataclass(frozen=True, slots=True)
class Trial:
    """The person whose breaker a trial tests, and an address of the site that somebody asked
    for."""

    way: Way
    person: int
    url: str

    @property
    def mark(self) -> str:
        """The mark of the trial's job: no second job of the same mark is queued."""
        return f"trial:{self.way.site} {self.way.egress} {self.person}"


def plan(db: Database, trial: Trial, *, at: float, now: Now) -> None:
    """Add a trial of a breaker at a wall instant, unless it has one."""
    alive = db.one(ALIVE, {"mark": trial.mark})
    if alive and at <= now.wall:
        return
    with db.write():
        alive = db.one(ALIVE, {"mark": trial.mark})
        if alive:
            db.change(LATER, {"job": alive[0], "at": at})
            return
        site, egress = trial.way.site, trial.way.egress
        # Nothing of it goes to Telegram: a slot that may not sign in can carry it (`folder`).
        payload = TrialPayload(
            *(trial.url, site, trial.mark), folder=1, egress=egress, person=trial.person
        )
        job = seats.NewJob(EVERYBODY, Lane.LOOK, Kind.TRIAL, payload, mark=trial.mark, site=site)
        number = seats.add_later(db, job, at=at, now=now)
        file_owners.bind(db, number, trial.way.machine)


def is_awaited(db: Database, site: str, *, now: Now) -> bool:
    """Whether a job waits for a breaker of this site."""
    return db.one(WAITING, {"site": site, "since": now.wall - CALLED}) is not None


def known_good(db: Database, site: str) -> list[str]:
    """Links of this site that were delivered lately, of different people, the latest first."""
    rows = db.all(DELIVERED, {"site": site, "recent": RECENT})
    by_user: dict[int, str] = {}
    for url, user in rows:
        by_user.setdefault(user, url)
    return list(by_user.values())[:KNOWN]
