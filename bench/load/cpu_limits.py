"""How many cores the product may use: whole ones by affinity, parts of one by a control group.

The test's own servers and people are not held, so that a small server is measured and not a small
machine that also plays the rest of the world.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

TOP = Path("/sys/fs/cgroup")
PERIOD = 100_000
#: Of cgroups(7): the folder of the controller and the file of the limit, by version.
VERSIONS = ((TOP / "cpu", "cpu.cfs_quota_us"), (TOP, "cpu.max"))


class Unlimited(Exception):
    """This machine lets us set no such limit."""


@contextmanager
def held(processes: Iterable[psutil.Process], cores: float | None) -> Iterator[None]:
    """Meanwhile these processes, and whatever they start, use at most so many cores; None: all.
    Raises Unlimited."""
    found = list(processes)
    if cores is None:
        yield
    elif cores == int(cores):
        pin(found, int(cores))
        yield
    else:
        group = part(cores)
        try:
            for one in found:
                with suppress(ProcessLookupError):  # it ended meanwhile
                    (group / "cgroup.procs").write_text(str(one.pid))
            yield
        finally:
            empty(group)


def pin(processes: list[psutil.Process], cores: int) -> None:
    """Bind all threads of the processes to the first so many cores. Raises Unlimited when there are
    fewer."""
    free = available(cores)
    for one in processes:
        with suppress(psutil.NoSuchProcess):  # it ended meanwhile
            for thread in one.threads():
                with suppress(ProcessLookupError):
                    os.sched_setaffinity(thread.id, free[:cores])


def available(cores: float) -> list[int]:
    """The cores that there are. Raises Unlimited when they are fewer than that."""
    free = sorted(os.sched_getaffinity(0))
    if len(free) < cores:
        raise Unlimited(f"{cores:g} cores were asked for, and there are {len(free)}")
    return free


def part(cores: float) -> Path:
    """A new group that has so many cores' time, of all there are. Raises Unlimited."""
    available(cores)
    quota = round(cores * PERIOD)
    for folder, name in VERSIONS:
        group = folder / f"chapar-load-{os.getpid()}"
        try:
            group.mkdir()
            words = str(quota) if "quota" in name else f"{quota} {PERIOD}"
            (group / name).write_text(words)
        except OSError:
            with suppress(OSError):
                group.rmdir()
            continue
        return group
    raise Unlimited(f"{cores:g} cores need a control group, which only root may make")


def empty(group: Path) -> None:
    """Move what is left one up, and remove the group."""
    for pid in (group / "cgroup.procs").read_text().split():
        with suppress(OSError):
            (group.parent / "cgroup.procs").write_text(pid)
    with suppress(OSError):
        group.rmdir()
