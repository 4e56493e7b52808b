"""Whether Chapar may serve: the conditions of `/readyz`, each in a few words when it is not met."""

import threading
from collections.abc import Callable

from procs.config import Settings
from procs.core import clock, disk, log
from procs.core.clock import Now
from procs.errors import StoreError
from procs.store import wake
from procs.store.database import Database
from procs.store.health import round_trips, runtime_settings, workers
from procs.store.health.workers import Worker
from procs.store.jobs.leases import LEASE
from procs.store.limits import revoked_sessions
from procs.store.limits.revoked_sessions import RevokedSession
from procs.store.machines import bot_lease
from procs.store.requests.request_status import SILENT

#: Seconds in which the database must take a write, and seconds after which a loop that did not turn
#: stands still.
WRITE_TIME, LOOP_TIME = 1.0, 30.0
#: Seconds after which the bot's last round trip to Telegram says nothing any more.
TRIP_LIFE = 120.0
#: The share of the disk that must be free.
FREE_SHARE = 0.1
#: The row that is written to try the database.
PROBE = "readiness.probe"
STANDS_STILL = "keeper: its loop stands still"


class WriteProbe:
    """Tries to write, in a thread of its own: at a locked database it would wait for half a
    minute, and whoever asks must have an answer in a second."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.thread: threading.Thread | None = None
        self.why = ""

    def failure(self) -> str:
        """Why the database cannot be written within a second; "" when it can."""
        if self.thread is None or not self.thread.is_alive():
            self.thread = threading.Thread(target=self.write, name="write-probe", daemon=True)
            self.thread.start()
        self.thread.join(WRITE_TIME)
        if self.thread.is_alive():
            return f"no write within {WRITE_TIME:g} s"
        return self.why

    def write(self) -> None:
        """Write one row, and note why that failed; empty when it did not."""
        try:
            twin = self.db.twin()
            try:
                runtime_settings.write(twin, PROBE, "1", now=clock.now())
                self.why = ""
            finally:
                twin.close()
        except StoreError as error:
            self.why = str(error)
            log.warning("readiness.unwritten", error=error)


class Readiness:
    """The conditions, of one machine. `turned` says when the keeper's loop turned last, on the boot
    clock."""

    def __init__(self, db: Database, settings: Settings, turned: Callable[[], float]) -> None:
        self.db = db
        self.settings = settings
        self.turned = turned
        self.probe = WriteProbe(db)

    def is_alive(self) -> bool:
        """Whether the keeper's loop turns."""
        return clock.now().boot - self.turned() < LOOP_TIME

    def missing(self, unwritten: str) -> list[str]:
        """What keeps Chapar from serving; empty when it may. `unwritten` is what the probe said.
        Raises StoreError."""
        now = clock.now()
        found = [] if self.is_alive() else [STANDS_STILL]
        found += [f"database: {unwritten}"] if unwritten else []
        own = [one for one in workers.present(self.db) if one.here]
        if self.settings.posts and not any(answers(one, now) for one in own):
            found.append("workers: none serves with a fresh heartbeat")
        found += self.signed_out()
        return found + self.crowded()

    def crowded(self) -> list[str]:
        """Why files of downloads have no place."""
        try:
            share = disk.free(self.settings.home) / disk.whole(self.settings.home)
        except OSError as error:
            return [f"disk: {self.settings.home}: {error.strerror}"]
        if share > FREE_SHARE:
            return []
        return [f"disk: {100 * share:.1f} % free of {100 * FREE_SHARE:g} % at least"]

    def signed_out(self) -> list[str]:
        """Why the bot hears nobody. Its socket exists from the first connection on; what became of
        that connection its round trips tell."""
        if not self.settings.bot_token:
            return []
        lost = [one.name for one in revoked_sessions.unresolved(self.db) if self.is_own(one)]
        if lost:
            return [f"telegram: the sign-in of {name} is revoked" for name in lost]
        if not self.bot_runs():
            return ["bot: does not run, or is not connected yet"]
        return self.out_of_reach()

    def is_own(self, session: RevokedSession) -> bool:
        """Whether it is this machine's: that of another one keeps only that one from serving."""
        return session.machine == self.settings.shared_name

    def out_of_reach(self) -> list[str]:
        """Why nothing of Telegram is heard: there is no way, or the bot does not ask any more."""
        at = round_trips.latest(self.db)
        if at is None:
            return []  # the first is on its way
        age = clock.now().boot - at
        if age >= TRIP_LIFE:
            return [f"bot: no round trip to Telegram for {age:.0f} s"]
        return ["telegram: cannot be reached"] if round_trips.is_away(self.db) else []

    def bot_runs(self) -> bool:
        """Whether it does, on this machine or on another one of several."""
        if wake.notify(self.settings.run, wake.BOT):
            return True
        held = bot_lease.holder(self.db) if self.settings.has_server else None
        return held is not None and held.until >= clock.now().boot


def answers(worker: Worker, now: Now) -> bool:
    """Whether a worker of this machine serves and is heard of: it may hang, or be stopped by a
    signal, long before its leases are taken back."""
    is_heard = now.boot - worker.beat_at < SILENT
    return serves(worker, now) and is_heard and not worker.stopped


def serves(worker: Worker, now: Now) -> bool:
    """Whether a worker serves, by its row and its process."""
    fresh = now.boot - worker.beat_at < LEASE
    return worker.state == "serving" and fresh and (not worker.here or worker.alive)
