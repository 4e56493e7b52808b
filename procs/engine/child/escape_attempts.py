"""Further attempts of the jail's self-test, in a child: it tries to change, watch and read a file
that is not the child's, to reach our process, to leave its namespaces, to fork without end.
Landlock judges none of these, so the filter of system calls must."""

import ctypes
import os
import resource
from collections.abc import Callable
from functools import partial

from procs.engine.jail import seccomp
from procs.engine.jail.resource_limits import LIBC

REACHED = "reached"
ATTRIBUTE = "user.chapar"
CLONE_NEWUSER, IN_MODIFY = 0x10000000, 2
#: Which files the machine has can be hidden only in a tree of the child's own.
LOOK = "look"

Tried = tuple[str, str]


def tries(file: str, readable: str, process: int) -> list[Tried]:
    """The result of each attempt: REACHED, or an error."""
    return [(name, outcome(way)) for name, way in ways(file, readable, process).items()]


def ways(file: str, readable: str, process: int) -> dict[str, Callable[[], object]]:
    """By name. `file` is out of a child's reach; `readable` is ours, and to be read by everybody;
    `process` is ours."""
    return {
        "chmod": partial(os.chmod, file, 0o666),
        "chmod of a library": lambda: os.chmod(readable, os.stat(readable).st_mode & 0o7777),
        "fchmod": partial(by_descriptor, readable, change_mode),
        "chown": partial(os.chown, file, os.getuid(), os.getgid()),
        "utime": partial(os.utime, file, (1, 1)),
        "futimens": partial(by_descriptor, readable, change_times),
        "setxattr": partial(os.setxattr, file, ATTRIBUTE, b"x"),
        "truncate": partial(os.truncate, file, 0),
        "inotify": partial(watch, os.path.dirname(file)),
        "signal": partial(os.kill, process, 0),
        "unshare": partial(system_call, "unshare", CLONE_NEWUSER),
        "forks": endless,
        "rights": hold_rights,
        LOOK: partial(os.stat, file),
    }


def outcome(way: Callable[[], object]) -> str:
    """REACHED when a way worked, else why the kernel refused it."""
    try:
        way()
    except OSError as error:
        return str(error)
    return REACHED


def by_descriptor(path: str, use: Callable[[int], None]) -> None:
    """Use a file by a descriptor that was opened for reading alone. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        use(descriptor)
    finally:
        os.close(descriptor)


def change_mode(descriptor: int) -> None:
    """Set the file's own mode once more. Raises OSError."""
    os.fchmod(descriptor, os.fstat(descriptor).st_mode & 0o7777)


def change_times(descriptor: int) -> None:
    """Set the file's own times once more. Raises OSError."""
    found = os.fstat(descriptor)
    os.utime(descriptor, ns=(found.st_atime_ns, found.st_mtime_ns))


def watch(folder: str) -> None:
    """Ask the kernel to tell of changes in a folder (inotify). Raises OSError."""
    descriptor = system_call("inotify_init1", 0)
    try:
        system_call("inotify_add_watch", descriptor, os.fsencode(folder), IN_MODIFY)
    finally:
        os.close(descriptor)


def endless() -> None:
    """The superuser is not bound by it, whom only a control group bounds."""
    if resource.getrlimit(resource.RLIMIT_NPROC)[1] != resource.RLIM_INFINITY:
        raise OSError("bounded")


def hold_rights() -> None:
    """A capability that is left, be it over the child's own namespaces alone: who can mount there
    can change the tree (capabilities(7))."""
    with open("/proc/self/status") as status:
        held = [line.split()[1] for line in status if line.startswith(("CapPrm", "CapEff"))]
    if not any(int(mask, 16) for mask in held):
        raise OSError("none")


def system_call(name: str, *words: object) -> int:
    """A system call by its name. Raises OSError."""
    answer = int(LIBC.syscall(seccomp.number_of(name), *words))
    if answer < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return answer
