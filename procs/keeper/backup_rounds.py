"""Backups by schedule: a process takes each; admins are told when none was verified for long."""

import asyncio
import sys

from procs.backups import backup_drill, backup_store
from procs.backups.backup_store import BAD
from procs.config import Settings
from procs.core import clock, log
from procs.errors import alert_kinds, remedies
from procs.store import wake
from procs.store.database import Database
from procs.store.health import alerts

TAKE_BACKUP = (sys.executable, "-P", "-m", "procs.backups")
#: Seconds after a start before the first, after one that failed, and that one may take.
SETTLED, BACKUP_AGAIN, LONGEST_BACKUP = 60.0, 600.0, 2 * 3600.0
#: Intervals without a verified one after which admins are told.
MISSED = 2
#: Characters of what a failed one said that are told.
ERROR_TOLD = 300


class BackupRounds:
    """One home's backups."""

    def __init__(
        self, db: Database, settings: Settings, *, command: tuple[str, ...] = TAKE_BACKUP
    ) -> None:
        self.db = db
        self.settings = settings
        self.command = command
        self.began = clock.now().wall
        self.next_try = self.began + SETTLED
        self.why = ""
        self.is_told = False
        self.running: asyncio.Task[None] | None = None

    def watch(self) -> None:
        """Judge how old the newest verified one is, and begin one that is due."""
        if not self.settings.backup_interval:
            return
        self.judge()
        if self.is_due() and not self.is_running():
            self.running = asyncio.create_task(self.take())

    def is_running(self) -> bool:
        return self.running is not None and not self.running.done()

    def is_due(self) -> bool:
        now, newest = clock.now().wall, backup_store.newest_ok(self.settings.backup_folder)
        # One of the future was taken before the clock was set back.
        fresh = newest and 0 <= now - newest.taken_at < self.settings.backup_interval
        return now >= self.next_try and not fresh

    def judge(self) -> None:
        """Tell admins of what is missing, once, and that it is over."""
        now, newest = clock.now(), backup_store.newest_ok(self.settings.backup_folder)
        drill = backup_drill.last(self.settings.backup_folder)
        since = newest.taken_at if newest else self.began
        is_old = now.wall - since > MISSED * self.settings.backup_interval
        is_bad = drill is not None and drill.state == BAD
        if not (is_old or is_bad):
            alerts.clear(self.db, (alert_kinds.NO_BACKUP,), "", now=now)
            self.is_told = False
        elif not self.is_told:
            self.is_told = True
            why = self.why or (drill.why if drill and is_bad else "")
            alerts.note(self.db, alert_kinds.NO_BACKUP, now=now, lasts=True, detail=why)
            log.error("backup.missing", why=why, fix=remedies.of(alert_kinds.NO_BACKUP))
            wake.notify(self.db.run, wake.BOT)

    async def take(self) -> None:
        """One backup, by a process that ends; what it says goes into the keeper's log."""
        self.next_try = clock.now().wall + min(BACKUP_AGAIN, self.settings.backup_interval)
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
        self.judge()
