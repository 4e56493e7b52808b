"""Who uses a job's folder: each child holds a shared lock in it for as long as it lives, and who
takes the folder over needs all of it. So a folder is renamed only after everybody who wrote into it
is dead, whatever became of the worker that they belonged to.

The lock is a file and not the folder: a descriptor of a folder would lead a jailed child out of
its tree, by "..".
"""

import fcntl
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

#: Where a child leaves what is temporary, in its folder.
SCRATCH = ".tmp"
IN_USE = f"{SCRATCH}/in-use"
#: The kernel's list of locks (proc(5)): `5: FLOCK  ADVISORY  READ 4321 08:01:131 0 EOF`.
LOCK_LIST = Path("/proc/locks")


def share(folder: Path) -> None:
    """Hold the folder until this process ends. Raises OSError when it was taken over."""
    path = folder / IN_USE
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    if not os.path.samestat(os.fstat(lock), os.stat(path, follow_symlinks=False)):
        raise FileNotFoundError(f"{folder.name} was taken over")


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """While nobody else is in the folder. Raises BlockingIOError when somebody is, OSError when
    there is no such folder."""
    lock = lock_file(folder)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(lock)


def lock_file(folder: Path) -> int:
    """The open lock of a folder, which is made where it is missing: an attempt that ended before
    its child began took the folder over without it. What a child made in its place is no way to
    anywhere else. Raises OSError."""
    with suppress(FileExistsError):
        (folder / SCRATCH).mkdir()
    place = os.open(folder / SCRATCH, os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        return os.open(Path(IN_USE).name, flags, 0o600, dir_fd=place)
    finally:
        os.close(place)


def evict(folder: Path) -> int:
    """Kill those that share a folder whose lease is over: their worker may stand still, and hang up
    on nobody. Returns how many there were; none where the kernel does not show them."""
    users = sharers(folder)
    for pid in users:
        with suppress(ProcessLookupError, PermissionError):
            end = os.killpg if os.getpgid(pid) == pid else os.kill
            end(pid, signal.SIGKILL)
    return len(users)


def sharers(folder: Path) -> list[int]:
    """The processes that hold a folder's lock together with others."""
    try:
        lock = os.stat(folder / IN_USE, follow_symlinks=False)
        rows = [line.split() for line in LOCK_LIST.read_text(encoding="ascii").splitlines()]
    except OSError:
        return []
    place = f"{os.major(lock.st_dev):02x}:{os.minor(lock.st_dev):02x}:{lock.st_ino}"
    shared = {int(row[4]) for row in rows if row[1:4:2] == ["FLOCK", "READ"] and row[5] == place}
    return [pid for pid in shared - {os.getpid()} if has_open(pid, lock)]


def has_open(pid: int, lock: os.stat_result) -> bool:
    """Whether a process has the file of a lock open. The kernel's list names who made a lock; one
    who ended, and left it to a fork of its own, may have given its number to any process by now."""
    with suppress(OSError):
        for name in os.listdir(f"/proc/{pid}/fd"):
            with suppress(FileNotFoundError):
                if os.path.samestat(os.stat(f"/proc/{pid}/fd/{name}"), lock):
                    return True
    return False
