"""Hands what the monitor found to the bot, as rows of alerts: written by a thread of its own, as a
locked database would hold the monitor up.

Where machines share the database, a row about the figure of a machine has its name as the subject,
and only its own monitor writes it. What all of them find alike is written by one of them.
"""

import threading
from collections.abc import Mapping, Sequence

from procs.core import clock, log
from procs.core.clock import Now
from procs.errors import StoreError
from procs.keeper.monitor.alert_rules import COMMON_KINDS, RULED_KINDS
from procs.keeper.outside.outside_message import ToldAlert
from procs.store import wake
from procs.store.database import Database
from procs.store.health import alerts
from procs.store.health.alerts import Alert

#: Seconds between two writes that only bring details up to date: a figure changes with each look.
REFRESH = 60.0
#: Kind and subject of a row.
Row = tuple[str, str]


class ChatAlerts:
    """The rows of the kinds of our table, about the machine of this name ("" where it is alone) and
    about what is common."""

    def __init__(self, db: Database, machine: str = "") -> None:
        self.db = db
        self.machine = machine
        #: Whether this monitor writes what is common, and the rows as they were read last.
        self.leads = not machine
        self.rows: Sequence[Alert] | None = None
        self.thread: threading.Thread | None = None
        self.written: dict[Row, ToldAlert] | None = None
        self.written_at = 0.0

    def bring(self, wanted: Mapping[str, ToldAlert], *, now: Now) -> None:
        """Have the rows say what is there, as soon as the database can be written; and within
        REFRESH what was found of it last, since the bot repeats what the row says."""
        if self.thread is not None and self.thread.is_alive():
            return
        named = {self.row_of(one.kind): one for one in wanted.values() if one.kind in RULED_KINDS}
        subjects = self.subjects()
        ours = {row: one for row, one in named.items() if row[1] in subjects}
        if not self.must_write(ours, now):
            return
        self.written_at = now.boot
        self.thread = threading.Thread(
            target=self.write, args=(ours, subjects), name="chat-alerts", daemon=True
        )
        self.thread.start()

    def row_of(self, kind: str) -> Row:
        """The row for a kind of ours."""
        return kind, "" if kind in COMMON_KINDS else self.machine

    def subjects(self) -> set[str]:
        """The subjects of the rows that are ours to write."""
        return {self.machine, ""} if self.leads else {self.machine}

    def must_write(self, ours: Mapping[Row, ToldAlert], now: Now) -> bool:
        """Whether the rows lack a kind, have one too many, or have said the same for long enough
        while something else is true; or somebody else changed them."""
        if self.written is None or ours.keys() != self.written.keys():
            return True
        if now.boot - self.written_at < REFRESH:
            return False
        if any(one.detail != self.written[row].detail for row, one in ours.items()):
            return True
        return self.rows is not None and of_rules(self.rows, self.subjects()) != set(ours)

    def write(self, ours: dict[Row, ToldAlert], subjects: set[str]) -> None:
        """Bring the rows in step with what is told, and wake the bot. What fails is done with the
        next look."""
        try:
            twin = self.db.twin()
            try:
                there = apply(twin, ours, subjects, now=clock.now())
            finally:
                twin.close()
        except StoreError as error:
            return log.warning("alerts.unwritten", error=error)
        if there == set(ours):
            is_news = self.written is None or ours.keys() != self.written.keys()
            self.written = ours
            if is_news:
                wake.notify(self.db.run, wake.BOT)


def apply(db: Database, ours: Mapping[Row, ToldAlert], subjects: set[str], *, now: Now) -> set[Row]:
    """Note what is there, clear what is not, and renew the details of what goes on, in one
    transaction, of these subjects alone. Returns the rows that there are then. Raises
    StoreError."""
    with db.write():
        there = of_rules(alerts.standing(db), subjects)
        for kind, subject in set(ours) - there:
            detail = ours[kind, subject].detail
            alerts.note(db, kind, subject, now=now, lasts=True, detail=detail)
        for kind, subject in set(ours) & there:
            alerts.renew(db, kind, subject, detail=ours[kind, subject].detail)
        for kind, subject in sorted(there - set(ours)):
            alerts.clear(db, (kind,), subject, now=now)
        return of_rules(alerts.standing(db), subjects)


def of_rules(rows: Sequence[Alert], subjects: set[str]) -> set[Row]:
    """The rows of our kinds about these subjects."""
    ours = [one for one in rows if one.kind in RULED_KINDS and one.subject in subjects]
    return {(one.kind, one.subject) for one in ours}
