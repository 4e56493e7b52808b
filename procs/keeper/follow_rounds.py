"""The keeper's duties for follows: it queues looks at sources, records failed ones, and turns news
into requests."""

from functools import partial

from procs.config import Settings
from procs.core import clock, log
from procs.store.database import Database
from procs.store.follows import follow_requests, source_rhythm, sources
from procs.store.requests.allowances import LiveAllowance


class FollowRounds:
    """Looks at sources, one round after the other."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self.db = db
        self.settings = settings
        self.allowance = LiveAllowance(settings)

    def run(self) -> None:
        """One round; nothing is brought and nothing looked at while following is switched off.
        Raises StoreFull."""
        now = clock.now()
        if failed := sources.collect(self.db, partial(least, self.db, self.settings), now=now):
            log.warning("sources.failed", sources=failed)
        if not self.settings.follows:
            return
        if made := follow_requests.bring(self.db, self.allowance, now=now):
            log.info("follows.brought", requests=made)
        sources.plan(self.db, now=now)


def least(db: Database, settings: Settings, site: str) -> float:
    """The shortest interval of a site's sources."""
    many = sources.of_site(db, site)
    return source_rhythm.least(settings.follow_interval, settings.sites.of(site), many)
