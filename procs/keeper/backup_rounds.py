"""Backups by schedule: a process takes each. The monitor tells when none was verified for long."""

import asyncio
import sys
from contextlib import suppress

from procs.backups import backup_drill, backup_store, retention
from procs.config import Settings
from procs.core import clock, log
from procs.core.clock import Now
from procs.core.paths import BACKUP_FAILURE
from procs.store.database import Database
from procs.store.machines import machine_rows

TAKE_BACKUP = (sys.executable, "-P", "-m", "procs.backups")
#: Seconds after a start before the first, after one that failed, and that one may take.
SETTLED, BACKUP_AGAIN, LONGEST_BACKUP = 60.0, 600.0, 2 * 3600.0
#: Characters of what a failed one said that are told.
ERROR_TOLD = 300


class BackupRounds:
    """One home's backups; of machines that share a database one takes them."""

    def __init__(
        self, db: Database, settings: Settings, *, command: tuple[str, ...] = TAKE_BACKUP
    ) -> None:
        self.db = db
        self.settings = settings
        self.command = command
        #: The boot instant before which none is tried.
        self.next_try = clock.now().boot + SETTLED
        #: The same of a look whether there is upkeep.
        self.next_look = 0.0
        self.why = ""
        self.running: asyncio.Task[None] | None = None

    def watch(self) -> None:
        """Begin one that is due."""
        if not self.settings.takes_backups:
            return
        if self.is_due() and not self.is_running() and self.is_our_turn():
            self.running = asyncio.create_task(self.take())

    def is_our_turn(self) -> bool:
        """Whether this machine takes the backups; a minute later it is asked again. Raises
        StoreError."""
        now, settings = clock.now(), self.settings
        machine = machine_rows.backup_machine(self.db, now=now) or settings.machine
        try:
            ours = backup_store.note_turn(settings, machine, now=now.wall)
        except OSError as error:
            log.warning("backup.turn-unwritten", error=error)
            return False
        if not ours:
            self.next_try = now.wall + SETTLED
        return ours

    def is_running(self) -> bool:
        """Whether a process takes a backup now."""
        return self.running is not None and not self.running.done()

    def is_due(self) -> bool:
        """Whether the newest verified backup is too old, or something is to be done that goes with
        one by schedule; and the last attempt long enough ago."""
        now, newest = clock.now(), None
        if now.boot < self.next_try:
            return False
        with suppress(OSError):  # a folder that is out of reach: taking one says why
            newest = backup_store.newest_ok(self.settings.backup_folder)
        # One of the future was taken before the clock was set back.
        fresh = newest and 0 <= now.wall - newest.taken_at < self.settings.backup_interval
        return not fresh or self.has_upkeep(now)

    def has_upkeep(self, now: Now) -> bool:
        """Whether a drill is due, or a backup lies there for an interval that need not stay: who
        takes them by hand more often than by schedule, as a cron job does, would have all of them
        for ever. Looked at once a minute."""
        if now.boot < self.next_look:
            return False
        self.next_look, settings = now.boot + SETTLED, self.settings
        old = now.wall - settings.backup_interval
        keep = retention.Retention(*settings.backup_keep)
        with suppress(OSError):
            spare = retention.spare(settings.backup_folder, keep)
            return backup_drill.is_due(settings) or any(one.taken_at < old for one in spare)
        return False

    async def take(self) -> None:
        """One backup, by a process that ends; what it says goes into the keeper's log."""
        self.next_try = clock.now().boot + min(BACKUP_AGAIN, self.settings.backup_interval)
        process = await asyncio.create_subprocess_exec(
            *self.command,
            stdin=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        said = b""
        try:
            async with asyncio.timeout(LONGEST_BACKUP):
                _, said = await process.communicate()
        except TimeoutError:
            said = b"it took too long"
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        self.why = ""
        if process.returncode:
            self.why = " ".join(said.decode(errors="replace").split())[-ERROR_TOLD:]
            log.error("backup.failed", why=self.why)
        self.note()

    def note(self) -> None:
        """Leave for the monitor why the last one failed; nothing after one that did not."""
        path = self.settings.run / BACKUP_FAILURE
        try:
            path.write_text(self.why, encoding="utf-8")
        except OSError as error:
            log.warning("backup.failure-unwritten", error=error)
