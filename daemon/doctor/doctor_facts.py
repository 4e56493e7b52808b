"""What the checks of one doctor's visit look at, each read once: settings, processes, database."""

import os
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import Self

from daemon.checks import check
from daemon.command_error import NotUp, Refusal
from daemon.commands.status import Status, disk_of
from daemon.console import open_store
from daemon.supervisor import process_tree
from daemon.supervisor.control import ProcessState, Supervisor
from procs import config
from procs.config import Settings
from procs.core import clock
from procs.errors import StoreError
from procs.store.database import Database
from procs.store.limits import revoked_sessions
from procs.store.reports.system_report import overview


def usable() -> Settings | None:
    """The settings with defaults in the place of what is wrong; None where nothing can be said."""
    try:
        return config.usable()[0]
    except config.BadSettings:
        return None


class DoctorFacts:
    """`live` is whether Telegram and sites may be asked. `settings` is None where they do not even
    say where everything lies; others that are wrong have their defaults here."""

    def __init__(self, *, live: bool) -> None:
        self.live = live
        self.reading = config.read(need_telegram=True)
        self.settings = self.reading.settings or usable()
        self.ends = ExitStack()
        #: Why the database could not be opened; "" where it was, or where there is none yet.
        self.unopened = ""
        #: Why a supervisord that runs cannot be asked.
        self.mute = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.ends.close()

    @property
    def given(self) -> Settings:
        """The settings, for checks that are made only where there are some."""
        if self.settings is None:
            raise Refusal("the settings cannot be read")
        return self.settings

    @cached_property
    def owner(self) -> int | None:
        """The user to whom the home belongs; None where there is none yet."""
        try:
            return self.given.home.stat().st_uid
        except OSError:
            return None

    @property
    def is_ours(self) -> bool:
        """Whether this user may work in the home without leaving files that its owner cannot
        use."""
        return self.owner in (None, os.geteuid()) and check.may_enter(self.given.home)

    @cached_property
    def moved(self) -> str:
        """What became of the home where it was moved or removed while Chapar runs; "" elsewhere."""
        try:
            process_tree.require_unmoved(self.given.run)
        except Refusal as error:
            return str(error)
        return ""

    @cached_property
    def damage(self) -> list[str]:
        """What is wrong with the database, which is read whole; a locked one is waited for."""
        return check.database_complaints(self.given) if self.is_ours else []

    @cached_property
    def db(self) -> Database | None:
        """The database; None before the first start, and where it cannot be opened."""
        try:
            if not self.is_ours or not open_store.is_there(self.given):
                return None
            if self.damage:
                self.unopened = self.damage[0]
                return None
            return self.ends.enter_context(open_store.opened(self.given))
        except (Refusal, StoreError) as error:
            self.unopened = str(error)
        return None

    @cached_property
    def processes(self) -> list[ProcessState] | None:
        """The processes as supervisord knows them; None where nobody answers."""
        try:
            return Supervisor(self.given.run).processes()
        except NotUp as error:
            if pid := process_tree.supervisor_of(self.given.run):
                self.mute = f"pid {pid}: {error}"
        return None

    @cached_property
    def status(self) -> Status:
        """The same judgement as `chapar status`, with what could be read."""
        db = self.db
        if db is None:
            return Status(self.given, self.processes, None)
        return Status(
            self.given,
            self.processes,
            overview(db, now=clock.now()),
            disk=disk_of(db, self.given),
            lost=revoked_sessions.unresolved(db),
        )

    @cached_property
    def place(self) -> Path:
        """The home, or the nearest folder above it that there is."""
        there = self.given.home
        while not os.path.lexists(there):
            there = there.parent
        return there
