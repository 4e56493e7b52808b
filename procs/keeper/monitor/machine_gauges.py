"""Figures of the machine and of files: they can be had while the database is locked or lost."""

from contextlib import suppress
from pathlib import Path

from procs.backups import backup_drill, backup_store, offsite_copy
from procs.backups.backup_store import BAD
from procs.config import Settings
from procs.core import disk, meminfo
from procs.core.clock import Now
from procs.core.files import event_file
from procs.core.files.event_file import LOCKS, STATES
from procs.core.paths import BACKUP_FAILURE
from procs.engine.jail import cgroups
from procs.keeper.monitor.sliding_window import forecast
from procs.store.database import files_of

#: A figure and what is to be said of it.
Gauge = tuple[float | None, str]
#: Seconds in which errors of locks, and deaths of processes, are counted.
LOCKED_IN, DEATHS_IN = 300.0, 60.0
#: Waits for a lock in that time that are a fault without any error: one a second.
MOST_WAITS = 300
#: Of the forecast: seconds between two of its points, how many are kept (an hour) and needed, and
#: how far it looks.
POINT, POINTS, FEWEST, LOOK_AHEAD = 60.0, 60, 15, 4 * 3600.0
#: What the listener notes of a process: it died unasked, or supervisord gave it up.
DIED, GIVEN_UP = "died", "FATAL"


class MachineGauges:
    """One machine's. `began` is when this process did, on the boot clock: backups are missed only
    from then on, where there are none."""

    def __init__(self, settings: Settings, *, began: float) -> None:
        self.settings = settings
        self.began = began
        self.group = cgroups.own()
        #: The share of the disk in use, by the minute, and the boot instant of the next point.
        self.points: list[tuple[float, float]] = []
        self.next_point = 0.0

    def read(self, now: Now) -> dict[str, Gauge]:
        """All gauges, each with a few words about its value."""
        return {
            **self.disk(now),
            "memory_used": self.memory(),
            **self.events(now),
            **self.backups(now),
            "database_log": self.database_log(),
        }

    def disk(self, now: Now) -> dict[str, Gauge]:
        """The fullest disk, as the share in use now and as it is forecast for four hours on."""
        used, place = max(map(used_share, self.places()), default=(0.0, ""))
        if now.boot >= self.next_point:
            self.next_point = now.boot + POINT
            self.points = [*self.points, (now.boot, used)][-POINTS:]
        said = f"{place}: {100 * (1 - used):.1f} % free"
        ahead = forecast(self.points, LOOK_AHEAD) if len(self.points) >= FEWEST else None
        soon = "" if ahead is None else f"{place}: {100 * (1 - ahead):.1f} % free in 4 hours"
        return {"disk_used": (used, said), "disk_forecast": (ahead, soon)}

    def places(self) -> set[Path]:
        """The folders whose disks count."""
        home, jobs = self.settings.home, self.settings.jobs
        apart = {jobs} if disk.is_apart(jobs, home) else set()
        return {home, *apart, *(file.parent for file in files_of(self.settings.database_url)[:1])}

    def memory(self) -> Gauge:
        """The share in use, of the machine or of our control group."""
        share = meminfo.used_share()
        with suppress(OSError, ValueError):
            share = max(share, meminfo.group_share(self.group))
        return share, f"{100 * share:.0f} % in use"

    def events(self, now: Now) -> dict[str, Gauge]:
        """What processes noted of locks, and supervisord's listener of processes."""
        run = self.settings.run
        recent = [e for e in event_file.read(run / LOCKS) if is_recent(e.at, now, LOCKED_IN)]
        errors = [e for e in recent if e.words[:1] == ("error",)]
        waits = len(recent) - len(errors)
        trouble = len(errors) + (waits > MOST_WAITS)
        said = f"{len(errors)} errors and {waits} waits in 5 minutes"
        states = event_file.read(run / STATES)
        died = [e for e in states if e.words[1:2] == (DIED,) and is_recent(e.at, now, DEATHS_IN)]
        last = {e.words[0]: e.words[1] for e in states if len(e.words) > 1}
        given_up = sorted(name for name, word in last.items() if word == GIVEN_UP)
        event_file.shorten(run / STATES)
        event_file.shorten(run / LOCKS, counted=True)  # metrics count them
        return {
            "lock_trouble": (trouble, said),
            "deaths_a_minute": (len(died), f"{len(died)} in the last minute"),
            "processes_given_up": (len(given_up), ", ".join(given_up)),
        }

    def backups(self, now: Now) -> dict[str, Gauge]:
        """How many intervals the newest verified one is old, and whether the last drill was bad.
        Nothing is missed, or carried away, where another machine takes them now."""
        folder, interval = self.settings.backup_folder, self.settings.backup_interval
        drill, listed, why = backup_drill.last(folder), [], ""
        is_bad = drill is not None and drill.state == BAD
        found: dict[str, Gauge] = {"drill_bad": (is_bad, drill.why if drill else "")}
        if self.settings.takes_backups and backup_store.elsewhere(self.settings):
            return {**found, "backup_age": (0.0, ""), "copies_failed": (0, "")}
        found["copies_failed"] = self.copies(folder)
        if self.settings.takes_backups:
            try:
                listed = backup_store.listed(folder)
                why = text_of(self.settings.run / BACKUP_FAILURE)
            except OSError as error:  # none is there for who may not look
                why = str(error)
            past = [o.taken_at for o in listed if o.is_ok and not o.is_ahead(now.wall)]
            age = now.wall - max(past) if past else now.boot - self.began
            age = min(age, now.wall - self.turn())
            found["backup_age"] = (age / interval, why)
        return found

    def turn(self) -> float:
        """Since which wall instant this machine takes the backups; 0 where no other ever did."""
        return backup_store.turn(self.settings).since if self.settings.has_server else 0.0

    def copies(self, folder: Path) -> Gauge:
        """How many copies to another place failed in a row; none where the operator wants none."""
        copy = offsite_copy.last(folder) if self.settings.backup_command else None
        return (copy.failures, copy.why) if copy else (0, "")

    def database_log(self) -> Gauge:
        """The size of the database's log in bytes; 0 where it has none."""
        size = 0
        with suppress(OSError, IndexError):
            size = files_of(self.settings.database_url)[1].stat().st_size
        return size, f"{size / disk.MIB:.0f} MiB"


def text_of(path: Path) -> str:
    """What a file says; nothing where there is none."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def used_share(folder: Path) -> tuple[float, str]:
    """The share of a disk in use, with its folder."""
    try:
        return 1 - disk.free(folder) / disk.whole(folder), str(folder)
    except OSError:  # gone: other figures tell of it
        return 0.0, str(folder)


def is_recent(at: float, now: Now, seconds: float) -> bool:
    """Of a clock that was put back, what lies a little ahead is recent too."""
    return abs(now.wall - at) < seconds
