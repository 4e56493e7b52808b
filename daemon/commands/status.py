"""`chapar status`: processes, workers and queue."""

from dataclasses import dataclass, field, replace

import daemon
from daemon.command_error import NotUp
from daemon.commands import pause_commands
from daemon.commands.admins import mode_command
from daemon.console import (
    alert_lines,
    backup_age,
    follow_load,
    machine_table,
    open_store,
    silent_processes,
)
from daemon.console.machine_table import MachineStatus
from daemon.console.output import count, minute, size
from daemon.console.silent_processes import SilentProcess
from daemon.logs import idle_reasons
from daemon.supervisor import process_tree
from daemon.supervisor.control import ProcessState, Supervisor
from procs.config import Settings
from procs.core import clock, disk
from procs.errors import alert_kinds, remedies
from procs.store.database import Database, files_of
from procs.store.health import alerts, counters, low_disks, notifications
from procs.store.health.alerts import Alert
from procs.store.health.workers import Worker
from procs.store.jobs import pauses, reservations
from procs.store.limits import revoked_sessions
from procs.store.modes import bot_modes
from procs.store.modes.bot_modes import NORMALLY, Mode, ModeRow
from procs.store.reports.system_report import Overview, overview
from procs.store.sites import breakers
from procs.texts import i18n

#: The lanes of jobs as people call them; those that are shown when there is something in them.
LANES = {
    "heavy": "downloads",
    "light": "deliveries",
    "look": "looks",
    "encode": "encodings",
    "source": "list looks",
}
RARE = ("look", "encode", "source")
#: Free bytes below which the database can hardly be written.
FULL = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class DiskStatus:
    """What is free and what is promised to downloads (bytes), since when it is low (wall instant),
    and how often something could not be removed. `below` is the free bytes where the database lies,
    when they are not enough to write it."""

    free: int
    promised: list[int]
    low_since: float | None
    kept: int
    below: int | None = None


@dataclass(frozen=True, slots=True)
class SilentSupervisor:
    """A supervisord that runs and cannot be asked, why, and what runs below it."""

    pid: int
    why: str
    tree: list[process_tree.RunningProcess]


@dataclass(frozen=True, slots=True)
class Status:
    """`processes` is None when no supervisord answers, `store` None before the first start."""

    settings: Settings
    processes: list[ProcessState] | None
    store: Overview | None
    #: (scope, since, why) of each.
    pauses: list[tuple[str, float, str]] = field(default_factory=list)
    #: Sites with a breaker that is not closed.
    shut: list[str] = field(default_factory=list)
    disk: DiskStatus | None = None
    #: Sign-ins that Telegram took away, of all machines.
    lost: list[revoked_sessions.RevokedSession] = field(default_factory=list)
    alarms: list[Alert] = field(default_factory=list)
    #: Admins who cannot be told of any: since when, and why.
    deaf: list[tuple[int, float, str]] = field(default_factory=list)
    mute: SilentSupervisor | None = None
    mode: ModeRow = NORMALLY
    machines: list[MachineStatus] = field(default_factory=list)
    #: Processes that run and do not answer.
    silent: list[SilentProcess] = field(default_factory=list)

    @property
    def all_run(self) -> bool:
        """Whether all that should run does and answers, signed in, with a worker that serves and a
        disk on which downloads may start; a bot left out on purpose is not missed, nor what an
        admin paused."""
        faults = (self.lost_here, self.down, self.silent, self.mute, self.short, self.idle_all)
        return not any(faults)

    @property
    def lost_here(self) -> list[revoked_sessions.RevokedSession]:
        """The sign-ins of this machine that Telegram took away."""
        return [one for one in self.lost if one.machine == self.settings.shared_name]

    @property
    def broken(self) -> list[str]:
        """The processes that supervisord no longer starts."""
        return [one.title for one in self.processes or [] if one.state == "FATAL"]

    @property
    def dying(self) -> list[str]:
        """The processes that ended before they were up, and are started again."""
        return [one.title for one in self.processes or [] if one.state == "BACKOFF"]

    @property
    def short(self) -> list[str]:
        """Why no download may start on this disk."""
        now, floor = self.disk, self.settings.disk_floor
        if now is None:
            return []
        lines = []
        if now.low_since or now.free < floor:
            since = f" since {minute(now.low_since)}" if now.low_since else ""
            lines.append(f"LOW{since}: no download starts below {size(floor)} free")
            lines.append(f"  {remedies.of(alert_kinds.LOW)}")
        if now.below is not None:
            lines.append(f"FULL: {size(now.below)} free where the database lies; free space there")
        return lines

    @property
    def rows(self) -> dict[int, Worker]:
        """The rows of this machine's workers by process id."""
        return {one.pid: one for one in (self.store.workers if self.store else []) if one.here}

    @property
    def idle_all(self) -> bool:
        """Whether workers run, and none of them may serve."""
        return any(one.group == "worker" for one in self.processes or []) and not self.serving

    @property
    def serving(self) -> int:
        """The number of running workers that have a post and answer."""
        rows, mute = self.rows, {one.pid for one in self.silent}
        running = {one.pid for one in self.processes or [] if one.group == "worker" and one.pid}
        return sum(pid in rows and rows[pid].slot is not None for pid in running - mute)

    @property
    def down(self) -> list[str]:
        """The processes that do not run, or not yet, each in a few words."""
        return [
            f"{process.title} is {process.state}"
            for process in self.processes or []
            if process.state != "RUNNING" and not (process.state == "STOPPED" and not process.since)
        ]

    @property
    def missing(self) -> list[str]:
        """All that still keeps Chapar from serving, each in a few words; empty when it is up."""
        if self.processes is None:
            return ["supervisord does not answer"]
        lost = [f"{one.name} has lost its sign-in" for one in self.lost_here]
        return [*lost, *self.down, *(one.line for one in self.silent), *self.idle]

    @property
    def idle(self) -> list[str]:
        """Workers that run and are not in yet, and posts at which nobody serves."""
        rows = self.rows
        running = [one for one in self.processes or [] if one.group == "worker" and one.pid]
        starting = [f"{one.title} starts" for one in running if one.pid not in rows]
        posts = self.settings.posts
        few = [f"{self.serving} of {posts} workers serve"] if self.serving < posts else []
        return starting + few


def look(settings: Settings) -> Status:
    """What supervisord and the store say. Raises StoreError, Refusal."""
    processes, mute = None, None
    try:
        processes = Supervisor(settings.run).processes()
    except NotUp as error:
        if pid := process_tree.supervisor_of(settings.run):
            mute = SilentSupervisor(pid, str(error), process_tree.below(pid))
    if not open_store.is_there(settings):
        return Status(settings, processes, None, mute=mute)
    with open_store.opened(settings) as db:
        seen = overview(db, now=clock.now())
        shut = sorted({one.site for one in breakers.listed(db) if one.is_shut_to_all})
        held, room, gone = pauses.listed(db), disk_of(db, settings), revoked_sessions.unresolved(db)
        told = (alerts.standing(db), notifications.deaf(db))
        mode = bot_modes.current(db, now=clock.now())
        every = machine_table.look(db)
        now = Status(settings, processes, seen, held, shut, room, gone, *told, mute, mode, every)
        return replace(now, silent=silent_processes.find(db, processes or [], now.rows))


def disk_of(db: Database, settings: Settings) -> DiskStatus:
    """Free and promised bytes of this machine's disks, and since when they are low."""
    here = disk.host()
    files = files_of(settings.database_url)
    left = disk.free(files[0].parent) if files else FULL
    return DiskStatus(
        free=disk.free(settings.home),
        promised=[size for _, _, size in reservations.rows(db, here)],
        low_since=low_disks.low(db).get(here),
        kept=counters.read(db).get("cleanup.failed", 0),
        below=left if left < FULL else None,
    )


def render(status: Status) -> str:
    """The status as lines of text."""
    lines = [f"chapar {daemon.__version__}, home {status.settings.home}", ""]
    if status.pauses:
        lines += [*pause_commands.shown(status.pauses), ""]
    if status.shut:
        lines += [f"left alone: {', '.join(status.shut)}; see chapar breakers", ""]
    if status.mode.mode is not Mode.NORMAL:
        lines += [f"mode: {mode_command.spoken(status.mode)}", ""]
    lines += alert_lines.lost_sign_ins(status.settings, status.lost)
    lines += alert_lines.lines(status.alarms, status.deaf)
    lines += machine_table.lines(status.machines)
    if status.mute:
        lines += silent_processes.supervisor(status.mute.pid, status.mute.why, status.mute.tree)
    elif status.processes is None:
        lines += ["not running; start it with: chapar up -d"]
    else:
        if status.silent:
            lines += ["NO WORKER SERVES"] if status.idle_all else []
            lines += [*silent_processes.lines(status.silent), ""]
        elif status.idle_all:
            lines += [*idle_reasons.lines(status.settings.logs, status.alarms), ""]
        lines += processes(status)
    if status.store:
        lines += ["", *queue(status.store), *disk_lines(status)]
        lines.append(backup_age.line(status.settings))
    return "\n".join(lines)


def processes(status: Status) -> list[str]:
    """One line per process; a worker's with its slot and the jobs it has taken."""
    row = "{:<20}{:<10}{:>9}{:>10}  {:<12}{:>5}".format
    lines = [row("process", "state", "pid", "up", "place", "jobs").rstrip()]
    for process in status.processes or []:
        worker = status.rows.get(process.pid)
        starts = "starts" if process.group == "worker" and process.pid else ""
        place, jobs = (place_of(worker), str(worker.jobs)) if worker else (starts, "")
        pid, since = (str(process.pid), i18n.clock("en", process.up_for)) if process.pid else "--"
        lines.append(row(process.title, process.state, pid, since, place, jobs).rstrip())
    return lines


def place_of(worker: Worker) -> str:
    """A worker's place among the others: its slot, or `spare`."""
    place = "spare" if worker.slot is None else f"slot {worker.slot}"
    return f"{place}, drains" if worker.state == "draining" else place


def queue(store: Overview) -> list[str]:
    """The jobs that wait and run, and how the last day's requests ended."""
    lines = []
    for lane, word in LANES.items():
        counts = store.jobs.get(lane, {})
        if lane in RARE and not sum(counts.values()):
            continue
        said = [f"{counts.get(state, 0)} {state}" for state in ("leased", "queued", "waiting")]
        said += [f"{counts[state]} {state}" for state in ("later", "held") if counts.get(state)]
        lines.append(f"{word:<12}{', '.join(said)}")
    if store.oldest:
        lines.append(f"the longest wait is {i18n.span('en', store.oldest)}")
    today = ", ".join(f"{count} {state}" for state, count in sorted(store.requests_today.items()))
    return [*lines, f"last 24 hours: {today or 'no requests'}", *follow_load.lines(store.follows)]


def disk_lines(status: Status) -> list[str]:
    """The disk in a line, and what is wrong with it in others."""
    now = status.disk
    if now is None:
        return []
    promised = f", {size(sum(now.promised))} promised to {count(len(now.promised), 'download')}"
    lines = [f"disk: {size(now.free)} free{promised if now.promised else ''}"]
    lines += status.short
    if now.kept:
        lines.append(f"{count(now.kept, 'time')} something could not be removed; see keeper.log")
    return lines
