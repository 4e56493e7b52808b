"""The heartbeat: a call of the operator's URL each minute while Chapar may serve. A service that
misses it (a dead man's switch) tells of what no alert of ours can: the machine, or the monitor, is
dead."""

from collections.abc import Callable
from functools import partial

from procs.config import Settings
from procs.core import log
from procs.core.clock import Now
from procs.errors import StoreError
from procs.keeper.metrics.readiness import Readiness
from procs.keeper.outside import outside_channels
from procs.keeper.outside.bounded_call import BoundedCall
from procs.keeper.outside.outside_channels import UNDELIVERED
from procs.store.database import Database

#: Seconds between two.
HEARTBEAT = 60.0


class Heartbeat:
    """One URL's, if the operator named one."""

    def __init__(self, db: Database, settings: Settings, turned: Callable[[], float]) -> None:
        self.settings = settings
        self.readiness = Readiness(db, settings, turned)
        self.call = BoundedCall[None]()
        self.next = 0.0
        #: What keeps it from being sent, as it was logged last.
        self.why = ""

    def beat(self, now: Now) -> None:
        """Call the URL when a minute is over and nothing is missing; log once why it is not
        called."""
        url = self.settings.heartbeat_url
        if not url or now.boot < self.next:
            return
        self.next = now.boot + HEARTBEAT
        why = self.missing()
        if not why:
            try:
                self.call.run(
                    partial(outside_channels.beat, url, proxy=self.settings.upstream_proxy)
                )
            except UNDELIVERED as error:
                why = f"{type(error).__name__}: {error}"
        if why and why != self.why:
            log.warning("heartbeat.missed", why=why)
        self.why = why

    def missing(self) -> str:
        """Why Chapar may not serve now; "" when it may."""
        try:
            return "; ".join(self.readiness.missing(self.readiness.probe.failure()))
        except StoreError as error:
            return str(error)
