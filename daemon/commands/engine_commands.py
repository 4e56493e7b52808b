"""`chapar engine`: the versions of yt-dlp, and which one is used."""

import asyncio
from collections.abc import Callable

from daemon.commands.admins import terminal_acts
from daemon.console.output import minute, table
from procs.config import Settings
from procs.core import clock, disk
from procs.engine.releases.versions import EngineRefused, Version, Versions, check_floor, installed
from procs.engine.updates.updater import Updater
from procs.keeper.engine_updates import NEWEST, trial
from procs.store.database import Database
from procs.store.health import engine_records
from procs.store.health import runtime_settings as rows

Say = Callable[[str], object]
VERSION_COLUMNS = ("version", "where", "state")


class EngineManager:
    """The versions of this home, for one command. Every method raises EngineRefused."""

    def __init__(self, db: Database, settings: Settings, say: Say) -> None:
        self.db = db
        self.say = say
        self.settings = settings
        self.updater = Updater(settings.home, trial(settings), say)
        self.versions = self.updater.versions

    def listed(self) -> list[str]:
        """A line for each version, and what is known of newer ones."""
        refused = engine_records.refused_versions(self.db, disk.host())
        kept = [self.row(one, refused.pop(one.name, "")) for one in self.versions.kept()]
        gone = [(name, "-", f"not taken by itself: {why}") for name, why in refused.items()]
        lines = [*table(VERSION_COLUMNS, [*kept, *gone]), ""]
        used, newest = engine_records.latest(self.db, disk.host()), rows.read(self.db, NEWEST, "")
        if used and used.version == self.versions.current().name:
            tries = f"{used.done} downloads done, {used.broken} attempts found an extractor broken"
            lines.append(f"in use since {minute(used.used_at)}: {tries}")
        if newest:
            lines.append(f"the newest that was seen is {newest}")
        return [*lines, f"CHAPAR_ENGINE_UPDATE is {self.settings.engine_update}"]

    def row(self, version: Version, refused: str) -> tuple[str, str, str]:
        """One version as a row of the table."""
        where = str(version.folder) if version.folder else "installed with Chapar"
        state = "in use" if version == self.versions.current() else ""
        state = state or ("before" if version == self.versions.before() else "kept")
        return version.name, where, f"{state}; not taken by itself: {refused}" if refused else state

    def update(self, wanted: str, *, pre: bool) -> None:
        """Install a version, the newest for "", and use it."""
        was = self.versions.current().name
        self.note(asyncio.run(self.updater.update(wanted, pre=pre)), was)

    def use(self, wanted: str) -> None:
        """Use a version that is installed."""
        was = self.versions.current().name
        version = asyncio.run(self.updater.use(wanted))
        self.note(version, was)
        self.say(f"yt-dlp {version.name} is in use; running jobs finish on the one before")

    def rollback(self) -> None:
        """Go back; no update by itself takes the version that was left."""
        left = self.versions.current()
        version = self.updater.rollback()
        why = "rolled back by hand"
        engine_records.refuse(self.db, disk.host(), left.name, why=why, now=clock.now())
        self.note(version, left.name)
        self.say(f"yt-dlp {version.name} is in use again; {left.name} is not taken by itself")

    def note(self, version: Version, was: str) -> None:
        """Count from now on how the version does."""
        used = engine_records.latest(self.db, disk.host())
        with self.db.write(full=True):
            if used is None or used.version != version.name:
                engine_records.use(self.db, disk.host(), version.name, now=clock.now())
            terminal_acts.note(self.db, "engine-use", f"engine:{disk.host()}", was, version.name)


def complaints(settings: Settings) -> list[str]:
    """Whether downloads can have the version that is in use."""
    try:
        check_floor(Versions(settings.engines).current())
    except EngineRefused as error:
        return [f"{error}; run: chapar engine update"]
    return []


def in_use(settings: Settings) -> str:
    """The version that jobs get, and whether a newer one lies unused in our own environment."""
    current = Versions(settings.engines).current()
    where = f" ({current.folder})" if current.folder else ""
    newer = installed().number > current.number
    hint = f"; chapar engine use {installed().name} would take the newer one installed with Chapar"
    return f"{current.name}{where}{hint if newer else ''}"
