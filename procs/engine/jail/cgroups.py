"""Control groups, where the unit gives us some of our own (cgroups(7), version 2): each job has
one, with so many processes and so much memory at most, whoever the user is and whatever is shared.

systemd gives them with `Delegate=`. A group that has processes cannot bound those below it, so
`chapar up` first moves into one beside those of the jobs.
"""

import os
from contextlib import suppress
from itertools import count
from pathlib import Path

from procs.engine.protocol.messages import Limits

#: Where the processes of Chapar themselves are; jobs are in groups beside it.
MAIN, JOB = "main", "job-"
CONTROLLERS = ("pids", "memory", "cpu")
#: Processes and threads of one job, and more of them for each processor, as ffmpeg has.
TASKS, TASKS_EACH = 256, 16
#: The share of a job in a busy machine, of 100 that others have: as ten steps of niceness give.
WEIGHT = 10
#: A job's programs together may have so often the memory of one.
TOGETHER = 2
#: Set by systemd on what it gives away.
MARKS = ("user.delegate", "trusted.delegate")

numbers = count(1)


def tasks() -> int:
    """How many threads and processes a job may have on this machine."""
    return TASKS + TASKS_EACH * (os.cpu_count() or 1)


def settle() -> None:
    """Before supervisord starts: move out of the way, and have groups below ours bounded. Nothing
    happens where the group is not ours to divide."""
    group = own()
    if group is None or not is_given(group):
        return
    with suppress(OSError):
        (group / MAIN).mkdir(exist_ok=True)
        (group / MAIN / "cgroup.procs").write_text("0")
        for controller in CONTROLLERS:
            with suppress(OSError):
                (group / "cgroup.subtree_control").write_text(f"+{controller}")


def own() -> Path | None:
    """The folder of this process's group, None where there is no such thing."""
    with suppress(OSError, StopIteration):
        mounts = Path("/proc/self/mounts").read_text().splitlines()
        top = next(line.split()[1] for line in mounts if line.split()[2] == "cgroup2")
        lines = Path("/proc/self/cgroup").read_text().splitlines()
        path = next(line.removeprefix("0::") for line in lines if line.startswith("0::"))
        return Path(top, path.lstrip("/"))
    return None


def is_given(group: Path) -> bool:
    """Whether a group was delegated to us: marked by systemd, or an ordinary user's own."""
    for mark in MARKS:
        with suppress(OSError):
            if os.getxattr(group, mark) == b"1":
                return True
    with suppress(OSError):
        return os.geteuid() != 0 and group.stat().st_uid == os.geteuid()
    return False


def place() -> Path | None:
    """The folder in which groups of jobs can be made, None where none can."""
    group = own()
    if group is None or group.name != MAIN:
        return None
    with suppress(OSError):
        given = (group.parent / "cgroup.subtree_control").read_text().split()
        return group.parent if "pids" in given else None
    return None


def make(folder: Path | None, limits: Limits) -> Path | None:
    """A group for one job below `folder`, None where there can be none."""
    if folder is None:
        return None
    group = folder / f"{JOB}{os.getpid()}-{next(numbers)}"
    try:
        group.mkdir()
        set_limits(group, limits)
    except OSError:
        remove(group)
        return None
    return group


def set_limits(group: Path, limits: Limits) -> None:
    """Write a group's limits, as far as the kernel has their files. Raises OSError."""
    (group / "pids.max").write_text(str(tasks()))
    for name, value in (
        ("memory.max", str(TOGETHER * limits.memory)),
        ("memory.swap.max", "0"),
        ("memory.oom.group", "1"),
        ("cpu.weight", str(WEIGHT)),
    ):
        if (group / name).exists():
            (group / name).write_text(value)


def join(group: Path | None) -> None:
    """Go into it, with all that is started from here. Raises OSError."""
    if group is not None:
        (group / "cgroup.procs").write_text("0")


def remove(group: Path | None) -> None:
    """Remove the group when nothing runs in it. One that cannot be removed is swept by a later
    nursery."""
    if group is not None:
        with suppress(OSError):
            group.rmdir()


def sweep(folder: Path | None) -> None:
    """Remove what nurseries left that were killed."""
    for group in sorted(folder.glob(f"{JOB}*")) if folder else ():
        maker = group.name.removeprefix(JOB).partition("-")[0]
        if not Path("/proc", maker).exists():
            remove(group)
