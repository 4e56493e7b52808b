"""Ends alerts about what is not there any more, as who noted them will never see them end: a file
of cookies or a link that `sites.toml` names no longer, the slot of a worker too many, a machine
that has another name by now, a sponsor that was removed.
"""

from collections.abc import Callable, Mapping

from procs.config import Settings
from procs.config.rules import AT
from procs.core import clock, disk, log
from procs.errors import alert_kinds
from procs.store.database import Database
from procs.store.health import alerts, low_disks
from procs.store.limits import revoked_sessions
from procs.store.machines import machine_rows
from procs.store.sites import link_checks
from procs.store.sponsors import sponsor_rows


class GoneSubjects:
    """What one machine knows of; what may be another machine's is taken to be there."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self.db = db
        self.settings = settings
        #: Whether the subject of an alert is there, by its kind.
        self.judges: Mapping[str, Callable[[str], bool]] = {
            alert_kinds.ENDING: self.has_cookies,
            alert_kinds.REFUSED: self.has_cookies,
            alert_kinds.TURNED_LINK: self.has_link,
            alert_kinds.LOW: self.has_machine,
            alert_kinds.EGRESS_OPEN: self.has_machine,
            alert_kinds.REVOKED: self.has_session,
            alert_kinds.SIGN_IN: self.has_session,
            alert_kinds.SPONSOR_LOST: self.has_sponsor,
            **dict.fromkeys(alert_kinds.JUDGED_ALERTS, self.is_judged),
        }

    def end(self) -> None:
        """End what is about nothing; with an alert goes the row that says the same."""
        now = clock.now()
        for one in alerts.standing(self.db):
            is_there = self.judges.get(one.kind)
            if is_there is not None and not is_there(one.subject):
                alerts.clear(self.db, (one.kind,), one.subject, now=now)
                log.info("alert.subject-gone", kind=one.kind, subject=one.subject)
        for host in low_disks.low(self.db):
            if not self.has_machine(host):
                low_disks.note_enough(self.db, host)
        for lost in revoked_sessions.unresolved(self.db):
            if not self.has_session(lost.name):
                revoked_sessions.forget(self.db, lost.name)

    def has_cookies(self, subject: str) -> bool:
        """Whether `sites.toml` has the file for the site (`vimeo a.txt`, `vimeo a.txt/m2`), or it
        is another machine's."""
        site, _, named = subject.partition(" ")
        file, _, machine = named.partition(AT)
        if self.settings.has_server and machine != self.settings.machine:
            return bool(machine) and self.has_machine(machine)
        return file in {path.name for path in self.settings.sites.of(site).cookies if path}

    def has_link(self, subject: str) -> bool:
        """Whether `sites.toml` has the link to be checked (`vimeo https://…`)."""
        rules = self.settings.sites.sites.items()
        own = {link_checks.subject(site, url) for site, one in rules for url in one.check}
        return subject in own or self.settings.has_server

    def has_machine(self, subject: str) -> bool:
        """Whether it is this machine, or one of those that share the database."""
        return subject == disk.host() or subject in self.shared()

    def is_judged(self, subject: str) -> bool:
        """Whether there is a monitor that sees it end: of this machine where it is alone, of what
        all find alike, or of a machine that shares the database."""
        return not subject or subject in self.shared()

    def shared(self) -> set[str]:
        """The machines that share the database; those that were stopped too, for a day."""
        shared = machine_rows.listed(self.db) if self.settings.has_server else []
        return {one.name for one in shared}

    def has_session(self, subject: str) -> bool:
        """Whether a process of this machine has the session, or may have of another one; a bot
        always has its own."""
        name, machine = revoked_sessions.parts(subject)
        if machine != self.settings.shared_name:
            return self.settings.has_server and machine in self.shared()
        slot = name.removeprefix("slot-")
        return not slot.isdecimal() or int(slot) < self.settings.posts

    def has_sponsor(self, subject: str) -> bool:
        """Whether there is a sponsor of this title."""
        return subject in {one.title for one in sponsor_rows.listed(self.db)}
