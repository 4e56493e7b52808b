"""supervisord and the processes below it as the kernel knows them (proc(5)), for when nobody
answers at its socket: something else lies there, it was removed, or supervisord hangs."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from daemon.command_error import Refusal
from procs.core import disk
from procs.core.files import boot_identity, moved_folder

#: What names the process that is supervisord.
LOCK = boot_identity.SUPERVISOR_LOCK
#: The word of supervisord's command line behind which its home can be told.
PID_FILE = "supervisord.pid"
PROC = Path("/proc")
#: Programs whose modules have another name than people know them by.
PROGRAMS = {
    "daemon.supervisor.event_listener": "watch",
    "procs.engine.nursery.main": "nursery",
}
#: The states of a zombie, and of what is just going (proc(5)).
ENDED = ("Z", "X")


@dataclass(frozen=True, slots=True)
class RunningProcess:
    """A process below supervisord, by the word for what it is: `worker`, `bot`, `ffmpeg`."""

    pid: int
    parent: int
    title: str


def note(lock: int) -> None:
    """Write into the lock file that this process is, or becomes, supervisord."""
    pid = os.getpid()
    os.ftruncate(lock, 0)
    os.pwrite(lock, boot_identity.text(pid, start_of(pid)).encode(), 0)


def supervisor_of(run: Path) -> int | None:
    """The process id of the supervisord of a run directory, None when there is none. Found also
    when its lock file was removed or overwritten."""
    pid = noted(run / LOCK)
    return next(started_for(run), None) if pid is None else pid


def require_seen(run: Path) -> None:
    """Raises PermissionError where another user's run directory cannot be looked into: nobody can
    say then that nothing runs there."""
    with suppress(FileNotFoundError, NotADirectoryError):
        os.stat(run / LOCK)


def noted(lock: Path) -> int | None:
    """The process that is named in the lock file, if it is still that one. The lock itself is not
    tried: held for a moment, it would make a start believe that another one runs."""
    with suppress(OSError, ValueError):
        pid, start = map(int, disk.text(lock).split()[:2])
        if start_of(pid) == start:
            return pid
    return None


def started_for(run: Path) -> Iterator[int]:
    """The processes that run as supervisord on a run directory, of its owner or of root."""
    wanted, owners = os.path.realpath(run / PID_FILE), owners_of(run.parent)
    for pid in pids():
        words = command_of(pid)
        if "daemon.supervisor.supervisord" in words and wanted in map(os.path.realpath, words):
            with suppress(OSError):
                if (PROC / str(pid)).stat().st_uid in owners:
                    yield pid


def owners_of(home: Path) -> set[int]:
    """Users whose supervisord may be that of a home: its owner's, or root's. Of a home that is gone
    this user's."""
    try:
        return {home.stat().st_uid, 0}
    except OSError:
        return {os.geteuid(), 0}


def require_unmoved(run: Path) -> None:
    """Raises Refusal where the home of a supervisord that runs was moved or removed since its
    start: what is begun at its place, or goes on at the new one, is a second home with the same
    bot."""
    pid = supervisor_of(run)
    begun_on = home_of(pid) if pid else None
    if pid is None or begun_on is None or os.path.lexists(begun_on):
        return
    lock = begun_on / run.name / LOCK
    if place := moved_folder.now_at(lock, pid=pid):
        raise Refusal(moved_folder.sentence(lock.parent, place.parent))
    raise Refusal(
        f"{begun_on} is gone while Chapar runs; run `chapar stop`, then put the folder back where "
        "it was, or restore a backup: chapar restore FILE"
    )


def home_of(pid: int) -> Path | None:
    """The home that a supervisord was started on, by its command line."""
    words = command_of(pid)
    found = (Path(word) for word in words if Path(word).name == PID_FILE)
    return next((path.parent.parent for path in found), None)


def below(pid: int) -> list[RunningProcess]:
    """Every process that descends from one, parents first."""
    every = [one for other in pids() if (one := seen(other))]
    found, known = [], {pid}
    while fresh := [one for one in every if one.parent in known and one.pid not in known]:
        found += fresh
        known |= {one.pid for one in fresh}
    return found


def seen(pid: int) -> RunningProcess | None:
    """A process by its id; None when it is gone, or another user's."""
    with suppress(OSError, ValueError, IndexError):
        words = command_of(pid)
        module = words[words.index("-m") + 1] if "-m" in words else Path(words[0]).name
        name = PROGRAMS.get(module) or module.rpartition(".")[2]
        return RunningProcess(pid, int(facts_of(pid)[1]), name)
    return None


def pids() -> list[int]:
    """The ids of all processes."""
    return [int(entry.name) for entry in PROC.iterdir() if entry.name.isdecimal()]


def command_of(pid: int) -> list[str]:
    """The words that a process was started with; none when it is gone, or a zombie."""
    with suppress(OSError):
        return os.fsdecode((PROC / str(pid) / "cmdline").read_bytes()).split("\0")[:-1]
    return []


def start_of(pid: int) -> int:
    """When a process was started, in clock ticks since the boot. Raises OSError, also for one that
    has ended and is not waited for yet."""
    facts = facts_of(pid)
    if facts[0] in ENDED:
        raise ProcessLookupError(pid)
    return int(facts[19])


def facts_of(pid: int) -> list[str]:
    """The fields of /proc/PID/stat behind the name, the state first."""
    text = (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    return text.rpartition(")")[2].split()


def is_stopped(pid: int) -> bool:
    """Whether a signal or a debugger has the process stand still (proc(5))."""
    with suppress(OSError):
        return facts_of(pid)[0] in ("T", "t")
    return False


def send(pid: int, signum: signal.Signals) -> None:
    """Signal a process; one that has ended already is no failure. Raises PermissionError."""
    with suppress(ProcessLookupError):
        os.kill(pid, signum)
