"""Hands what the monitor found to the bot, as rows of alerts: written by a thread of its own, as a
locked database would hold the monitor up."""

import threading
from collections.abc import Mapping

from procs.core import clock, log
from procs.core.clock import Now
from procs.errors import StoreError
from procs.keeper.monitor.alert_rules import RULED_KINDS
from procs.keeper.outside.outside_message import ToldAlert
from procs.store import wake
from procs.store.database import Database
from procs.store.health import alerts

#: Seconds between two writes that only bring details up to date: a figure changes with each look.
REFRESH = 60.0


class ChatAlerts:
    """One database's rows of the kinds of our table."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.thread: threading.Thread | None = None
        self.written: dict[str, ToldAlert] | None = None
        self.written_at = 0.0

    def bring(self, wanted: Mapping[str, ToldAlert], *, now: Now) -> None:
        """Have the rows say what is there, as soon as the database can be written; and within
        REFRESH what was found of it last, since the bot repeats what the row says."""
        if self.thread is not None and self.thread.is_alive():
            return
        ours = {one.kind: one for one in wanted.values() if one.kind in RULED_KINDS}
        if not self.must_write(ours, now):
            return
        self.written_at = now.boot
        self.thread = threading.Thread(
            target=self.write, args=(ours,), name="chat-alerts", daemon=True
        )
        self.thread.start()

    def must_write(self, ours: Mapping[str, ToldAlert], now: Now) -> bool:
        """Whether the rows lack a kind, have one too many, or have said the same for long enough
        while something else is true."""
        if self.written is None or ours.keys() != self.written.keys():
            return True
        is_old = now.boot - self.written_at >= REFRESH
        return is_old and any(one.detail != self.written[kind].detail for kind, one in ours.items())

    def write(self, ours: dict[str, ToldAlert]) -> None:
        """Bring the rows in step with what is told, and wake the bot. What fails is done with the
        next look."""
        try:
            twin = self.db.twin()
            try:
                there = apply(twin, ours, now=clock.now())
            finally:
                twin.close()
        except StoreError as error:
            return log.warning("alerts.unwritten", error=error)
        if there == set(ours):
            is_news = self.written is None or ours.keys() != self.written.keys()
            self.written = ours
            if is_news:
                wake.notify(self.db.run, wake.BOT)


def apply(db: Database, ours: Mapping[str, ToldAlert], *, now: Now) -> set[str]:
    """Note what is there, clear what is not, and renew the details of what goes on, in one
    transaction. Returns the kinds that the rows name then. Raises StoreError."""
    with db.write():
        there = {one.kind for one in alerts.standing(db)} & RULED_KINDS
        for kind in set(ours) - there:
            alerts.note(db, kind, now=now, lasts=True, detail=ours[kind].detail)
        for kind in set(ours) & there:
            alerts.renew(db, kind, detail=ours[kind].detail)
        alerts.clear(db, sorted(there - set(ours)), "", now=now)
        return {one.kind for one in alerts.standing(db)} & RULED_KINDS
