"""Keeps yt-dlp up to date: installs newer versions, and returns to the previous one when a version
is worse."""

import asyncio
from contextlib import suppress

from procs.config import Settings
from procs.core import clock, codec, disk, log
from procs.engine.egress.dial import configured
from procs.engine.releases.versions import EngineRefused, Version
from procs.engine.updates.smoke_test import SmokeTrial
from procs.engine.updates.updater import Updater
from procs.errors import ChaparError, alert_kinds
from procs.store.database import Database
from procs.store.health import alerts, engine_records
from procs.store.health import runtime_settings as rows
from procs.store.health.engine_records import EngineUse

OFF, NOTIFY, AUTO = "off", "notify", "auto"
#: Seconds between two looks for a newer version; sooner when so many extractors broke since the
#: last look; and until the first look of all.
DAY, SOONER, FIRST_LOOK = 24 * 3600.0, 3 * 3600.0, 3600.0
MANY = 10
#: Seconds for which a version is on probation. It is worse than the one before when so many
#: attempts found an extractor broken, and they are such a share of all, so many times the usual
#: one, but never more than most.
PROBATION = 24 * 3600.0
FAILED, SHARE, TIMES, WORST_SHARE = 10, 0.2, 3.0, 0.9
#: The rows that say when it was looked, with how many broken then, behind this the name of the
#: machine; and what was the newest. One without a name is of a version that had one for all.
LOOKED, NEWEST = "engine.looked", "engine.newest"


def trial(settings: Settings) -> SmokeTrial:
    """The smoke test that a version must pass here."""
    networks = [str(network) for network in settings.allowed_networks]
    routes = configured(settings.upstream_proxy, settings.allowed_ports)
    return SmokeTrial(settings.engine_smoke_urls, networks, routes)


def say(line: str) -> None:
    """Log one step of an update."""
    log.info("engine.update", step=line)


class EngineUpdates:
    """The versions of one machine, watched."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self.db = db
        self.mode = settings.engine_update
        self.updater = Updater(settings.home, trial(settings), say)
        self.looking: asyncio.Task[None] | None = None

    def watch(self) -> None:
        """Judge what is used, and begin a look that is due."""
        self.judge()
        if self.mode != OFF and self.is_due() and not self.is_looking():
            self.looking = asyncio.create_task(self.look())

    def judge(self) -> None:
        """Record the version in use, and return to the previous one when it is worse."""
        now, here, current = clock.now(), disk.host(), self.updater.versions.current()
        version, since = engine_records.in_use(self.db, here) or ("", 0.0)
        if version != current.name:
            engine_records.use(self.db, here, current.name, now=now)
        elif self.mode == AUTO and now.wall - since <= PROBATION:
            used = engine_records.latest(self.db, here)
            if used and is_worse(used):
                self.go_back(used)

    def is_looking(self) -> bool:
        """Whether it looks for a newer version now."""
        return self.looking is not None and not self.looking.done()

    def go_back(self, used: EngineUse) -> None:
        """Use the version before again, and let no update take this one."""
        why = f"{used.broken} of {used.tries} attempts found an extractor broken"
        with suppress(EngineRefused):  # there is none, or somebody is at it
            before = self.updater.rollback()
            engine_records.refuse(self.db, disk.host(), used.version, why=why, now=clock.now())
            engine_records.use(self.db, disk.host(), before.name, now=clock.now())
            log.error("engine.rolled-back", version=used.version, to=before.name, why=why)
            now, kind = clock.now(), alert_kinds.ROLLED_BACK
            alerts.note(self.db, kind, used.version, now=now, detail=f"{before.name}: {why}")

    def is_due(self) -> bool:
        """Whether to ask for a newer version now; the first time an hour after the first start."""
        now, (at, broken) = clock.now().wall, self.last_look()
        if at == 0:
            self.note_look(now - DAY + FIRST_LOOK)
            return False
        more = engine_records.count_broken(self.db, disk.host()) - broken
        # One of the future was by a clock that was ahead.
        return not 0 <= now - at < (SOONER if more >= MANY else DAY)

    def last_look(self) -> tuple[float, int]:
        """The wall instant of this machine's last look, and the extractors that had broken by
        then."""
        before = rows.read(self.db, LOOKED, "[0, 0]")
        at, broken = codec.load(rows.read(self.db, own_row(), before))
        return float(at), int(broken)

    def note_look(self, at: float) -> None:
        """Note the wall instant of a look, and how many downloads the version had broken by
        then."""
        text = codec.dump([at, engine_records.count_broken(self.db, disk.host())])
        rows.write(self.db, own_row(), text, now=clock.now())

    async def look(self) -> None:
        """Ask the index for the newest version; install it, or log that it exists."""
        self.note_look(clock.now().wall)
        try:
            newest = await self.updater.newest()
            rows.write(self.db, NEWEST, newest, now=clock.now())
            if self.is_wanted(newest):
                await self.take(newest)
        except (ChaparError, OSError) as error:
            log.warning("engine.not-updated", why=error)

    def is_wanted(self, newest: str) -> bool:
        """Whether a version is newer than ours and was not refused on this machine."""
        current = self.updater.versions.current()
        refused = engine_records.refused_versions(self.db, disk.host())
        return Version(newest).number > current.number and newest not in refused

    async def take(self, newest: str) -> None:
        """Install a version and use it, or only log that it is there, as the operator wants it.
        Raises EngineRefused."""
        if self.mode == AUTO:
            version = await self.updater.update(newest)
            engine_records.use(self.db, disk.host(), version.name, now=clock.now())
        else:
            log.warning("engine.newer", version=newest, fix="chapar engine update")


def own_row() -> str:
    """The row of this machine's last look: each has versions of its own."""
    return f"{LOOKED}.{disk.host()}"


def is_worse(used: EngineUse) -> bool:
    """Whether a version finds more extractors broken than the one before did."""
    much = min(WORST_SHARE, max(SHARE, TIMES * used.usual))
    return used.broken >= FAILED and used.share >= much
