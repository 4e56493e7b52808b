"""May this job visit its site now, by which way, and what did the visit show?

The operator configures the ways (procs/config/rules.py). Their breakers, the health of their
cookies and the order of visits are rows, so that all workers decide alike.
"""

import os
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from procs import errors
from procs.config.rules import Identity, Rules
from procs.core import clock, log
from procs.core.clock import Now
from procs.engine.client import Probed
from procs.engine.protocol.messages import COOKIES
from procs.errors import JobError, NotNow, StoreUnready, alert_kinds
from procs.records.job import Lease
from procs.records.job_progress import Turn
from procs.store import wake
from procs.store.health import alerts, counters
from procs.store.jobs import leases, outcomes
from procs.store.media import looks
from procs.store.sites import breakers, cookies, visits
from procs.store.sites.breakers import EVERYBODY, WAITS, OpenBreaker, Way
from procs.wishes import variant
from procs.worker.process.context import WorkerContext
from procs.worker.site import host_gate, other_egress

#: The least seconds until a job asks again: a successful trial makes it due anyway, and many jobs
#: that asked often would cost more than the wait. And the most seconds of jitter between jobs that
#: wait for longer.
TRIAL_WAIT = (15.0, 60.0)
APART = 2.0
#: Seconds that a job waits for breakers in all, before it fails.
LONGEST_BREAKER_WAIT = 24 * 3600.0
#: Seconds after which a job that waits for the end of another visit asks by itself.
ROOM_LOOK = 30.0
#: Alerts about a site that end when its breaker closes, and those that end with any visit that
#: reached it.
BREAKING, FILTERED = ("bot-check", "proxy-broken"), ("site-filtered",)


@dataclass(frozen=True, slots=True)
class FailureVerdict:
    """What a failed visit means for its job: seconds to wait, or None for the usual; the name of
    the wait; whether it goes at once by another way, which even a final failure may; and whether
    the breaker is open for everybody."""

    delay: float | None
    why: str
    elsewhere: bool = False
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Visit:
    """One job's visit to its site."""

    context: WorkerContext
    lease: Lease
    rules: Rules
    identity: Identity

    @property
    def way(self) -> Way:
        """The site, and the egress by which it is visited."""
        return Way(self.lease.site, self.identity.name)

    def bring_cookies(self, folder: Path) -> str:
        """Copy the way's cookies into the job's folder. Returns the copy's name, "" for a way
        without cookies."""
        if self.identity.cookies is None:
            return ""
        copy = folder / COOKIES
        shutil.copyfile(self.identity.cookies, copy)
        copy.chmod(0o600)
        with unwritten_at_worst("cookies.uncounted", self.lease):
            cookies.note_use(
                self.context.db, self.way.site, self.identity.cookies.name, now=clock.now()
            )
        return copy.name

    def check_length(self, found: Probed) -> None:
        """Raises TooLong for a media that is longer than the operator allows."""
        clip = variant.parse(self.lease.link.variant).clip
        length = clip.within(found.duration) if clip else found.duration
        if self.rules.max_duration and length > self.rules.max_duration:
            raise errors.TooLong(f"{length:g} s, at most {self.rules.max_duration:g}")

    def note_success(self, *, whole: bool) -> None:
        """Note that the site worked, for the `whole` download or only for the probe."""
        with unwritten_at_worst("visit.unpraised", self.lease):
            self._note_success(whole)

    def _note_success(self, whole: bool) -> None:
        db, way = self.context.db, self.way
        if self.identity.cookies:
            file = self.identity.cookies.name
            cookies.note_success(db, way.site, file)
            alerts.clear(
                db, (alert_kinds.REFUSED,), cookies.subject(way.site, file), now=clock.now()
            )
        if breakers.note_success(db, self.lease, way, whole=whole, now=clock.now()):
            wake_after_breaker(self.context, self.lease, way)
        alerts.clear(db, FILTERED, way.site, now=clock.now())

    def leave(self) -> None:
        """End the visit; at a site with a limit, the next waiting job is due."""
        db, site = self.context.db, self.way.site
        with unwritten_at_worst("visit.unended", self.lease):
            most = self.rules.concurrency
            if most and visits.leave(db, self.lease, site, most=most, now=clock.now()):
                wake.notify_idle(db.run)


def wake_after_breaker(context: WorkerContext, lease: Lease, way: Way) -> None:
    """Wake workers after a breaker closed: its jobs are due."""
    log.info("breaker.closed", site=way.site, egress=way.egress, job=lease.job)
    if breakers.state(context.db, way, EVERYBODY) is None:
        alerts.clear(context.db, BREAKING, way.site, now=clock.now())
    wake.notify_idle(context.db.run)


@contextmanager
def unwritten_at_worst(event: str, lease: Lease) -> Iterator[None]:
    """Ignore a full disk: what is not written here corrects itself, and must not fail the job."""
    try:
        yield
    except StoreUnready as error:
        log.warning(event, job=lease.job, error=error)


def enter(context: WorkerContext, lease: Lease) -> Visit:
    """Begin a visit by the best way there is, or raise NotNow; HostBlocked where admins blocked the
    host since the link was accepted."""
    host_gate.check(context.db, lease)
    site, progress = lease.site, lease.progress
    rules, now = context.settings.sites.of(site), clock.now()
    booked = progress.turn or join_look(context, lease, now=now)
    progress.turn = progress.way = None
    identity = choose(context, lease, rules, booked, now=now)
    way = Way(site, identity.name)
    if not booked or booked.egress != way.egress:
        booked = Turn(way.egress, visits.book(context.db, way, rules, now=now))
    late = booked.at - now.wall
    if late > 0 or not has_room(context, lease, rules):
        progress.turn = booked
        raise NotNow(
            max(late, 0.0) or ROOM_LOOK, visits.TURN if late > 0 else visits.FULL, keeps=True
        )
    progress.way = way.egress
    if rules.rate or rules.gap or rules.concurrency:
        leases.note(context.db, lease)  # the booking is used
    return Visit(context, lease, rules, identity)


def join_look(context: WorkerContext, lease: Lease, *, now: Now) -> Turn | None:
    """Join a download to the look from which it was chosen: both are one visit, by the same way."""
    if lease.attempt > 1 or variant.parse(lease.link.variant).looks:
        return None
    way = looks.way(context.db, lease.link.key, now=now)
    return Turn(way, now.wall) if way else None


def has_room(context: WorkerContext, lease: Lease, rules: Rules) -> bool:
    """Whether the site takes one more visit at once, which is counted then."""
    most, site = rules.concurrency, lease.site
    return not most or visits.enter(context.db, lease, site, most=most, now=clock.now())


def choose(
    context: WorkerContext, lease: Lease, rules: Rules, booked: Turn | None, *, now: Now
) -> Identity:
    """The first way whose breaker lets the job in. Preferred is a way that has not failed this job,
    then the booked one, then the one where it may begin soonest, then the operator's order. Raises
    NotNow when no way is open here, LeftAlone when that lasts too long."""
    site, tried = lease.site, lease.progress.tried

    def order(one: Identity) -> tuple[bool, bool, float]:
        elsewhere = not booked or booked.egress != one.name
        begin = visits.at(context.db, Way(site, one.name), rules, now=now)
        return one.name in tried, elsewhere, begin

    rests = []
    for identity in sorted(fit(context, site, rules, now=now), key=order):
        if identity.name in tried:
            other_egress.move(context, lease, now=now)
        way, look = Way(site, identity.name), random.uniform(*TRIAL_WAIT)
        rest = breakers.ask(context.db, lease, way, patience=look, now=now)
        if rest is None:
            return identity
        rests.append(rest)
    other_egress.move(context, lease, now=now)
    first = min(rests, key=lambda rest: rest.until)
    since = outcomes.waiting_since(context.db, lease)
    if since is not None and now.wall - since > LONGEST_BREAKER_WAIT:
        raise errors.LeftAlone(f"{first.why}, asked for {now.wall - since:.0f} s ago", site=site)
    raise NotNow(seconds(first), f"{WAITS} {first.why}")


def fit(context: WorkerContext, site: str, rules: Rules, *, now: Now) -> tuple[Identity, ...]:
    """The ways whose cookies may be used; when none may, all ways without cookies."""
    ways = rules.identities
    return tuple(one for one in ways if not rests(context, site, one, now=now)) or guests(ways)


def guests(ways: tuple[Identity, ...]) -> tuple[Identity, ...]:
    """The ways, each once, without cookies."""
    return tuple(dict.fromkeys(replace(one, cookies=None) for one in ways))


def rests(context: WorkerContext, site: str, identity: Identity, *, now: Now) -> bool:
    """Whether a way's cookies may not be used now; this includes a missing file."""
    path = identity.cookies
    if path is None:
        return False
    try:
        written = clock.shared_wall(os.stat(path).st_mtime)
    except OSError as error:
        log.warning("cookies.unreadable", site=site, file=path, error=error, fix="put it back")
        return True
    return cookies.rests(context.db, site, path.name, written=written, now=now)


def seconds(rest: OpenBreaker) -> float:
    """Seconds to wait for an opening's end, with jitter, so that not all jobs come at the same
    instant."""
    left = max(0.0, rest.until - clock.now().wall) + random.random() * APART
    return max(left, random.uniform(*TRIAL_WAIT))


def judge(context: WorkerContext, lease: Lease, error: JobError) -> FailureVerdict:
    """Count a failure against the way that was used. Returns what it means for the job."""
    usual = FailureVerdict(None, error.name)
    went = lease.progress.way
    if went is None:
        return usual
    site = lease.site
    identity = identities(context, site).get(went)
    if identity is None:  # a way of another machine, or one that sites.toml has no longer
        return usual
    rest = count(context, lease, Way(site, identity.name), error)
    if identity.cookies and error.name in cookies.MOST:
        refuse(context, site, identity.cookies.name, error)
    ways = fit(context, site, context.settings.sites.of(site), now=clock.now())
    if other_egress.is_worth(context, lease, error, mine=identity, ways=ways):
        lease.progress.tried = (identity.name,)
        leases.note(context.db, lease)
        return FailureVerdict(0.0, error.name, elsewhere=True)
    if rest is None:
        return usual
    alone = rest.person == EVERYBODY
    return FailureVerdict(seconds(rest), f"{WAITS} {error.name}", alone=alone)


def identities(context: WorkerContext, site: str) -> dict[str, Identity]:
    """The identities of a site by their names, with and without cookies."""
    ways = context.settings.sites.of(site).identities
    return {one.name: one for one in (*guests(ways), *ways)}


def count(context: WorkerContext, lease: Lease, way: Way, error: JobError) -> OpenBreaker | None:
    """Count a failure against a breaker. Returns the opening that binds the job's person now, if
    any."""
    rest, opened = breakers.note_failure(context.db, lease, way, error, now=clock.now())
    for one in opened:
        counters.add(context.db, "breakers.opened")
        facts = {"site": way.site, "egress": way.egress, "why": one.why, "job": lease.job}
        whom = "all" if one.person == EVERYBODY else one.person
        left = round(one.until - clock.now().wall)
        log.warning("breaker.opened", **facts, to=whom, seconds=left)
    return rest


def refuse(context: WorkerContext, site: str, file: str, error: JobError) -> None:
    """Count a refusal against a file of cookies."""
    now = clock.now()
    until = cookies.note_refusal(context.db, site, file, error.name, now=now)
    if until:
        subject, why = cookies.subject(site, file), error.name
        alerts.note(context.db, alert_kinds.REFUSED, subject, now=now, lasts=True, detail=why)
        fix = "export them anew, or: chapar breakers --close SITE"
        log.error("cookies.rest", site=site, file=file, why=error.name, until=until, fix=fix)
