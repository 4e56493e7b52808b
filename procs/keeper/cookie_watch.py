"""Warns of files of cookies whose sign-in ends soon, or ended; and sees when a refused one was
replaced by hand."""

from pathlib import Path

from procs.config import Settings, cookie_file
from procs.core import clock, disk, log
from procs.errors import alert_kinds
from procs.store.database import Database
from procs.store.health import alerts
from procs.store.sites import cookies

#: Seconds before the end of a sign-in at which admins are warned.
WARNING = 3 * 24 * 3600.0


class CookieWatch:
    """The files that `sites.toml` names."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self.db = db
        self.sites = settings.sites.sites

    def watch(self) -> None:
        """Look at each file: it may be another by now."""
        for site, rules in self.sites.items():
            for path in filter(None, rules.cookies):
                try:
                    found = cookie_file.parse(disk.text(path))
                    self.note_replaced(site, path)
                except (OSError, ValueError) as error:
                    log.warning("cookies.unreadable", file=path, error=type(error).__name__)
                else:
                    self.note(
                        cookies.subject(site, path.name),
                        cookie_file.facts(found, site, now=clock.now().wall),
                    )

    def note(self, subject: str, facts: cookie_file.CookieFacts) -> None:
        """Begin or end the alert about one file."""
        now = clock.now()
        if facts.valid and not 0 < facts.until - now.wall <= WARNING:
            return alerts.clear(self.db, (alert_kinds.ENDING,), subject, now=now)
        alerts.note(self.db, alert_kinds.ENDING, subject, now=now, lasts=True)

    def note_replaced(self, site: str, path: Path) -> None:
        """End the alert about a refused file that is another one by now, or was released by hand.
        Raises OSError."""
        refused = cookies.health(self.db, site, path.name)
        written = clock.shared_wall(path.stat().st_mtime)
        if refused is None or written > refused.since:
            kinds = (alert_kinds.REFUSED,)
            alerts.clear(self.db, kinds, cookies.subject(site, path.name), now=clock.now())
