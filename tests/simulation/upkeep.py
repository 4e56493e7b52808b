"""Who keeps the table: the keeper's rounds, and an admin at a terminal."""

from procs.keeper.schedule import forget
from procs.store.follows import sources
from procs.store.health import runtime_settings
from procs.store.inline import inline_messages
from procs.store.jobs import pause_control, pauses, recovery, reservations, seats
from procs.store.limits import send_budget
from procs.store.media import looks, uploads
from procs.store.reports import job_record
from procs.store.requests import buttons
from procs.store.sites import breakers, visits
from tests import store_acts
from tests.simulation import broadcast_acts, followers
from tests.simulation.actor import Actor
from tests.simulation.people import ALLOWANCE
from tests.simulation.world import CAP, HOSTS, PEOPLE, ROOMS

#: Seconds that what is over stays in the record.
KEEP = 300.0
SCOPES = (pauses.ALL, *map(pauses.user, PEOPLE), *map(pauses.site, HOSTS))


class Keeper(Actor):
    """Brings back what nobody carries, and forgets what is old."""

    def act(self) -> None:
        if self.calm:
            self.take_back()
            self.follow()
            return self.bring_due()
        acts = (self.take_back, self.take_back, self.bring_due, self.prune, self.maintain)
        if not self.world.known:
            acts = (*acts, *(self.follow,) * (24 if self.world.lists else 2))
        return self.random.choice(acts)()

    def take_back(self) -> None:
        """As `Keeper.take_back`."""
        now = self.now()
        self.says("looks for the dead and the hung")
        recovery.release_dead(self.db, now=now)
        recovery.reap(self.db, now=now)

    def bring_due(self) -> None:
        now, due = self.now(), recovery.next_due(self.db)
        if due is not None and due <= now.wall:
            self.says("brings back what is due")
            recovery.bring_due(self.db, now=now)

    def follow(self) -> None:
        followers.rounds(self, ALLOWANCE)

    def prune(self) -> None:
        """As `Keeper.prune` and `sweep`, of what the simulation fills."""
        now = self.now()
        self.says("forgets what is old")
        forget(self.db, before=now.wall - KEEP)
        with self.db.write():
            send_budget.prune(self.db, now=self.now())
        breakers.prune(self.db, now=now)
        visits.prune(self.db, now=now)
        uploads.prune(self.db, now=now)
        looks.prune(self.db, now=now)
        buttons.prune(self.db, now=now)
        reservations.prune(self.db, host="machine")
        sources.prune(self.db, now=now)
        inline_messages.prune(self.db)

    def maintain(self) -> None:
        """Move the log into the database, as `maintain` does once it is long."""
        self.says("moves the log into the database")
        self.db.checkpoint(truncate=True)
        self.world.disk.note_checkpoint()


class Admin(Actor):
    """Pauses, caps, and decides about jobs."""

    def act(self) -> None:
        if self.calm:
            return self.resume_all()
        acts = (self.pause, self.resume, self.resume, self.cap, self.cap_of_all, self.decide)
        acts = (*acts, self.decide, self.open_site, self.configure)
        if not self.world.known:
            acts = (*acts, self.broadcast)
        return self.random.choice(acts)()

    def broadcast(self) -> None:
        broadcast_acts.admin_acts(self)

    def resume_all(self) -> None:
        for scope, _, _ in pauses.listed(self.db):
            pause_control.resume(self.db, scope, now=self.now())

    def pause(self) -> None:
        if self.random.random() < 0.15:
            scope = self.random.choice(SCOPES)
            self.says(f"pauses {scope}")
            pause_control.pause(self.db, scope, now=self.now())

    def resume(self) -> None:
        if held := pauses.listed(self.db):
            scope = self.random.choice(held)[0]
            self.says(f"resumes {scope}")
            pause_control.resume(self.db, scope, now=self.now())

    def cap(self) -> None:
        user, cap = self.random.choice(PEOPLE), self.random.choice((1, 2, 4, None))
        self.says(f"gives person {user} the cap {cap}")
        self.world.oracle.lowered.add(user)
        seats.set_cap(self.db, user, cap, now=self.now())

    def cap_of_all(self) -> None:
        cap = self.random.choice((1, 2, 3))
        self.says(f"sets the cap of all to {cap}")
        self.world.oracle.lowered |= set(PEOPLE)
        seats.set_cap_of_all(self.db, cap, now=self.now())

    def configure(self) -> None:
        """What a start does: the same values as before cost a read."""
        seats.configure(self.db, cap=CAP, rooms=ROOMS, now=self.now())
        runtime_settings.effective(self.db, runtime_settings.CONFIGURED_ROOMS)

    def decide(self) -> None:
        """End a job for everybody, or run one again that ended badly."""
        latest = job_record.latest(self.db, most=12)
        if not latest:
            return
        job = self.random.choice(latest)
        if job.state.over:
            self.says(f"runs job {job.id} again")
            job_record.retry(self.db, job.id, now=self.now())
        elif self.random.random() < 0.15:
            self.says(f"ends job {job.id} for all")
            store_acts.cancel_job(self.db, job.id, now=self.now())

    def open_site(self) -> None:
        site = self.random.choice(HOSTS)
        self.says(f"closes the breakers of {site}")
        breakers.close(self.db, site, now=self.now())
