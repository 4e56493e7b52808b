"""Whether a session may be used: one that Telegram took away is left alone until its file or the
token is another, so that no process signs in, or is refused, again and again."""

import asyncio
import hashlib

from procs import clock, log
from procs.config import Settings
from procs.errors import SessionRevoked
from procs.store import sessions
from procs.store.database import Database

#: Seconds between two looks whether somebody helped.
LOOK = 2.0
FIX = "no other process may use it; remove its file to sign in anew"


class Standing:
    """The standing of one session, `bot` or `slot-0`."""

    def __init__(self, db: Database, settings: Settings, name: str) -> None:
        self.db = db
        self.name = name
        self.file = settings.sessions / f"{name}.session"
        self.token = hashlib.sha256(settings.bot_token.encode()).hexdigest()[:8]

    def mark(self) -> str:
        inode = self.file.stat().st_ino if self.file.exists() else 0
        return f"{inode}:{self.token}"

    def is_lost(self) -> bool:
        return sessions.is_lost(self.db, self.name, mark=self.mark())

    def note(self, error: SessionRevoked) -> None:
        """Telegram said that this session is not signed in any more."""
        sessions.note_lost(self.db, self.name, mark=self.mark(), why=str(error), now=clock.now())
        log.error("session.revoked", session=self.name, error=error, file=self.file, fix=FIX)

    async def until_mended(self) -> None:
        """Wait as long as the session is lost."""
        while self.is_lost():
            await asyncio.sleep(LOOK)
