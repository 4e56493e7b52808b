"""To which boot the processes of a home count themselves: that which their supervisord noted.

The kernel's file of the boot id can show something else in another mount namespace (systemd-nspawn
lays one of its own over it; a unit with its own /proc sees the kernel's), and a process outside the
service would take all workers for dead. As long as the process that wrote the note lives, its boot
is this one, whatever that file shows here.
"""

from contextlib import suppress
from pathlib import Path

from procs.core import clock, disk

#: Held by supervisord as long as it lives. It begins with its process id and its start (clock ticks
#: since the boot), which no other process has, and the boot id that it found.
SUPERVISOR_LOCK = "supervisor.lock"


def text(pid: int, start: int) -> str:
    """What a process writes into the lock as it becomes supervisord."""
    return f"{pid} {start} {clock.boot_id()}\n"


def follow(run: Path) -> None:
    """Count this process to the boot of the supervisord that runs on this directory, to that of the
    kernel's file where none does, or one that noted none."""
    clock.count_to(noted(run / SUPERVISOR_LOCK))


def noted(lock: Path) -> str | None:
    """The boot id in a lock whose process lives."""
    with suppress(OSError, ValueError):
        pid, start, boot = disk.text(lock).split()
        if start_of(int(pid)) == int(start):
            return boot
    return None


def start_of(pid: int) -> int:
    """The start of a process, in clock ticks since boot; 0 when there is none, or a zombie. Field
    22 of /proc/pid/stat, counted after the name, which may hold anything (proc(5))."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    fields = stat[stat.rindex(b")") + 2 :].split()
    return 0 if fields[0] in (b"Z", b"X") else int(fields[19])
