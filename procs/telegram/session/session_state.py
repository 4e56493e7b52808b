"""Whether a session may be used: a revoked one stays unused until its file or the token is another,
so that no process signs in, or is refused, again and again."""

import asyncio
import hashlib

from procs.config import Settings
from procs.core import clock, log
from procs.errors import SessionRevoked, TelegramWait, alert_kinds
from procs.store.database import Database
from procs.store.health import alerts
from procs.store.limits import revoked_sessions
from procs.telegram.session.sign_in import SIGN_IN

#: Seconds between two checks whether the session was replaced.
HELP_POLL = 2.0
FIX = "no other process may use it; remove its file to sign in anew"
#: Seconds of a wait before a sign-in from which on admins are told.
LONG = 60.0


def name_on(machine: str, name: str) -> str:
    """What a session of a machine is called in rows; `machine` is "" for one that is alone."""
    return f"{name}-{machine}" if machine else name


class SessionState:
    """The standing of one session, `bot` or `slot-0`."""

    def __init__(self, db: Database, settings: Settings, name: str) -> None:
        self.db = db
        self.name = name_on(settings.shared_name, name)
        self.file = settings.sessions / f"{name}.session"
        self.token = hashlib.sha256(settings.bot_token.encode()).hexdigest()[:8]

    def mark(self) -> str:
        """What changes when the session is another: the file's inode, and a digest of the token."""
        inode = self.file.stat().st_ino if self.file.exists() else 0
        return f"{inode}:{self.token}"

    def is_lost(self) -> bool:
        """Whether this very session was revoked."""
        return revoked_sessions.is_lost(self.db, self.name, mark=self.mark())

    def note(self, error: SessionRevoked) -> None:
        """Record that Telegram revoked the sign-in of this session. One whose file is gone was
        replaced by the operator while its worker still drained: nothing is left to be lost."""
        if not self.file.exists():
            log.info("session.replaced", session=self.name, error=error)
            return
        revoked_sessions.note_lost(
            self.db, self.name, mark=self.mark(), why=str(error), now=clock.now()
        )
        alerts.note(
            self.db, alert_kinds.REVOKED, self.name, now=clock.now(), lasts=True, detail=str(error)
        )
        log.error("session.revoked", session=self.name, error=error, file=self.file, fix=FIX)

    def wait(self, wait: TelegramWait) -> None:
        """Record that Telegram allows a sign-in of this session only later."""
        if wait.scope == SIGN_IN and wait.seconds >= LONG:
            detail = f"{wait.seconds:.0f} s"
            alerts.note(self.db, alert_kinds.SIGN_IN, self.name, now=clock.now(), detail=detail)

    def good(self) -> None:
        """Record that the session is signed in; earlier failures no longer count."""
        alerts.clear(
            self.db, (alert_kinds.REVOKED, alert_kinds.SIGN_IN), self.name, now=clock.now()
        )

    async def until_replaced(self) -> None:
        """Wait until a new session file or token replaces the revoked one."""
        while self.is_lost():
            await asyncio.sleep(HELP_POLL)
