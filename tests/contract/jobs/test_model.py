"""Random walks of several users and workers over the store and over a model of it, side by side.

`make test` walks the same ways each time. CHAPAR_WALKS=2000 walks that many new ones; a walk that
fails is printed as a program.
"""

import os
from collections.abc import Callable

from hypothesis import HealthCheck, settings
from hypothesis.stateful import initialize, precondition, rule
from hypothesis.strategies import booleans, integers, lists, sampled_from, tuples

from procs.records.job import Kind, Lane, Lease, State, Step
from procs.store.health import runtime_settings as wishes
from procs.store.jobs import leases, outcomes, pause_control, pauses, recovery, seats
from procs.store.media import references
from procs.store.reports import pruner
from procs.store.requests import request_status, requests
from procs.store.requests.request_status import Report
from tests.contract.cycle import turn
from tests.contract.model import Job
from tests.contract.worlds import SITES, USERS, Worlds, note, pick

WALKS = int(os.environ.get("CHAPAR_WALKS", "0"))
KILL = "UPDATE workers SET started = -1 WHERE id = :worker"

SCOPES = (*map(pauses.user, USERS), *map(pauses.site, SITES), pauses.ALL)
#: Which of several things: the latest ones are the most interesting.
WHICH = integers(0, 5)
LINKS = lists(integers(0, 9), min_size=1, max_size=5)
ENDS = ("good", "good", "bad", "retry", "wait", "turn", "release", "stale")
UPKEEP = ("reap", "due", "reap", "deaths", "due", "prune")


class Walk(Worlds):
    """Each step does one thing to the store and to the model, and compares what they answer."""

    # Asking and leaving

    @initialize(links=tuples(LINKS, LINKS, LINKS), room=integers(1, 6))
    def begin(self, links: tuple[list[int], ...], room: int) -> None:
        for user, names in zip(USERS, links, strict=True):
            self.ask(user, names)
        self.claim(0, Lane.HEAVY, room, leases.ENDLESS)

    @rule(user=sampled_from(USERS), names=LINKS)
    def asks(self, user: int, names: list[int]) -> None:
        self.ask(user, names)

    @rule(which=WHICH, everybody=booleans())
    def leaves(self, which: int, everybody: bool) -> None:
        """One of the latest to ask no longer wants it; with `everybody`, all who share it."""
        one = pick(list(self.model.requests.values()), which)
        wants = [other for other in self.model.requests.values() if other.job == one.job]
        for each in wants if everybody else [one]:
            self.both(
                lambda now, one=each: requests.cancel(self.db, one.id, user=one.ask.user, now=now),
                lambda one=each: self.model.cancel(one, one.ask.user),
            )

    @rule(which=WHICH, user=sampled_from(USERS), left=booleans(), paused=booleans())
    def asks_too(self, which: int, user: int, left: bool, paused: bool) -> None:
        """A second user asks for what the first waits for, in the worst moment: as everybody has
        `left`, or as the second is `paused` and has seats free."""
        if paused:
            self.pauses_scope(pauses.user(user))
        fetches = [j for j in self.model.jobs.values() if j.kind is Kind.FETCH and not j.state.over]
        line = [job for job in fetches if job.state is State.WAITING]
        if not fetches:
            return
        job = pick(line or fetches, which)
        if left and not paused:
            self.cancel_for_all(job)
        self.ask(user, [int(job.mark.split(":")[2])])
        if left and not paused:
            self.revive(job)

    @precondition(lambda self: self.model.jobs)
    @rule(which=WHICH, again=booleans())
    def admin_decides(self, which: int, again: bool) -> None:
        jobs = [job for job in self.model.jobs.values() if job.state.over is again]
        if not jobs:
            return
        job = pick(jobs, which)
        self.revive(job) if again else self.cancel_for_all(job)

    # Leases

    @rule(which=WHICH, lane=sampled_from(Lane), room=integers(1, 4))
    def claims(self, which: int, lane: Lane, room: int) -> None:
        self.claim(which, lane, room, leases.ENDLESS)

    @rule(which=WHICH, room=integers(1, 4), most=integers(1, 4))
    def claims_under_the_limit(self, which: int, room: int, most: int) -> None:
        self.claim(which, Lane.HEAVY, room, most)

    @rule(which=WHICH, lane=sampled_from(Lane), room=integers(0, 3), many=integers(0, 3))
    def turns(self, which: int, lane: Lane, room: int, many: int) -> None:
        """A worker's whole cycle; leases that were lost meanwhile are passed over."""
        worker = pick(self.workers, which)
        done = [one for one in self.leases if one.lane is lane and not self.wanted(one)][-many:]
        self.both(
            lambda now: self.got(
                turn(self.db, worker=worker, lane=lane, room=room, now=now, done=done)
            ),
            lambda: self.meant(self.turn(worker, lane, room, done)),
        )

    def turn(self, worker: int, lane: Lane, room: int, done: list[Lease]) -> list[Job]:
        for one in done:
            if job := self.model.held(one):
                self.model.leave(job, State.DONE)
        return self.model.claim(worker, lane, room) if room else []

    @rule(which=WHICH, done=integers(0, 9))
    def beats_and_notes(self, which: int, done: int) -> None:
        worker = pick(self.workers, which)
        self.both(
            lambda now: {
                (held.job, held.fence, held.stop)
                for held in leases.renew(self.db, worker=worker, now=now)
            },
            lambda: self.model.beat(worker),
        )
        for lease in self.leases[-3:]:
            request_status.report(self.db, [Report(lease, Step.FETCH, done, 9)])
            self.under(
                lease,
                lambda now, one=lease: note(self.db, one, done),
                lambda job: job.progress.update(size=done),
            )

    @precondition(lambda self: self.leases)
    @rule(ends=lists(tuples(WHICH, sampled_from(ENDS), booleans()), min_size=1, max_size=5))
    def settles(self, ends: list[tuple[int, str, bool]]) -> None:
        """Several jobs end, each its own way; some under a lease that is another's by now."""
        for which, how, lost in ends:
            found = [one for one in self.leases if self.counts(one, lost=lost)]
            self.settle(pick(found or self.leases, which), how, delay=which * 7.0)

    def settle(self, lease: Lease, how: str, *, delay: float) -> None:
        db, model, free = self.db, self.model, how == "wait"
        if how in ("good", "stale"):
            return self.fetched(lease) if lease.kind is Kind.FETCH else self.sent(lease, how)
        if how == "bad":
            facts = {"error": "gone", "say": "failed-gone"}
            self.under(lease, lambda now: outcomes.fail(db, lease, now=now, **facts), model.fail)
        elif how == "turn":
            self.under(
                lease,
                lambda now: leases.postpone(db, lease, now=now, delay=delay, why="turn"),
                lambda job: model.postpone(job, delay=delay),
            )
        elif how == "release":
            self.under(lease, lambda now: leases.release(db, lease, now=now), model.release)
        else:
            facts = {"delay": delay, "error": "x", "free": free}
            self.under(
                lease,
                lambda now: leases.retry(db, lease, now=now, **facts),
                lambda job: model.retry(job, delay=delay, free=free),
            )

    def fetched(self, lease: Lease) -> None:
        key = lease.link.key
        got = self.desk.media(key)
        self.under(
            lease,
            lambda now: outcomes.finish_download(self.db, lease, got, keys={key}, now=now),
            lambda job: self.model.fetched(job, key),
        )

    def sent(self, lease: Lease, how: str) -> None:
        """A delivery is made, of the media that was asked for; or its reference is stale."""
        order = requests.order(self.db, lease.delivery.request)
        known = references.read(self.db, lease.delivery.media)
        assert order is not None
        assert known is None or known.title == order.key or not self.model.held(lease)
        if order.state == "open" and (how == "stale" or known is None):
            self.under(
                lease,
                lambda now: requests.fetch_anew(self.db, lease, order, now=now),
                lambda job: self.model.stale(job, lease.delivery.media),
            )
        else:
            self.under(
                lease,
                lambda now: outcomes.finish_delivery(self.db, lease, order.id, worker="w", now=now),
                self.model.delivered,
            )

    # Time, death, upkeep

    @rule(seconds=sampled_from((61.0, 40.0, 10.0, 0.0)), what=sampled_from(UPKEEP))
    def time_passes(self, seconds: float, what: str) -> None:
        self.clock.skip(seconds)
        before = self.clock.wall - seconds
        acts: dict[str, tuple[Callable[..., int], Callable[..., int]]] = {
            "due": (recovery.bring_due, self.model.bring_due),
            "reap": (recovery.reap, self.model.reap),
            "deaths": (recovery.release_dead, self.model.release_dead),
            "prune": (
                lambda db, now: sum(pruner.bites(db, before=before, kinds=[pruner.OLD_JOBS])),
                lambda: self.model.prune(before),
            ),
        }
        act, meant = acts[what]
        self.both(lambda now: act(self.db, now=now), meant)

    @rule(which=WHICH, noticed=booleans())
    def worker_dies(self, which: int, noticed: bool) -> None:
        """One that holds something, if there is one; its death may be noticed later."""
        holding_some = [j.worker for j in self.model.of(State.LEASED) if j.worker in self.workers]
        worker = pick(holding_some or self.workers, which)
        with self.db.write():
            self.db.change(KILL, {"worker": worker})
        self.model.dead.add(worker)
        self.workers[self.workers.index(worker)] = self.desk.worker("w09-9")
        if noticed:
            self.time_passes(0.0, "deaths")

    # Admins

    @rule(scope=sampled_from(SCOPES))
    def pauses(self, scope: str) -> None:
        self.pauses_scope(scope)

    def pauses_scope(self, scope: str) -> None:
        self.both(
            lambda now: pause_control.pause(self.db, scope, now=now),
            lambda: self.model.pause(scope),
        )

    @precondition(lambda self: self.model.pauses)
    @rule(which=WHICH)
    def resumes(self, which: int) -> None:
        scope = pick(sorted(self.model.pauses), which)
        self.both(
            lambda now: pause_control.resume(self.db, scope, now=now),
            lambda: self.model.resume(scope),
        )

    @rule(user=sampled_from(USERS), cap=sampled_from((1, 2, 4, None)))
    def cap_of_one_changes(self, user: int, cap: int | None) -> None:
        self.lowered.add(user)
        self.both(
            lambda now: seats.set_cap(self.db, user, cap, now=now),
            lambda: self.model.set_cap(user, cap),
        )

    @rule(cap=sampled_from((1, 2, 3)))
    def cap_of_all_changes(self, cap: int) -> None:
        self.lowered |= set(USERS)
        wishes.write(self.db, seats.CAP_SETTING, str(cap), now=self.clock.now())
        self.both(
            lambda now: seats.fill_all(self.db, now=now), lambda: self.model.set_default(cap, USERS)
        )


TestWalk = Walk.TestCase
TestWalk.settings = settings(
    max_examples=WALKS or 60,
    stateful_step_count=50,
    derandomize=not WALKS,
    deadline=None,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
)
