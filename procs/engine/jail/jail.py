"""What a job's process can reach: its own folder, and one way out.

Four fences, each where the kernel has it: Landlock (files; TCP to one port since Linux 6.7), a list
of allowed system calls, a network of its own in which there is nothing but the way out, and a tree
of its own in which there is nothing but programs and the folder. They hold for the child and for
everything that it starts, whatever yt-dlp, ffmpeg or a hostile file make of it.
"""

import ctypes
import fcntl
import os
import platform
import re
import resource
import socket
import struct
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from procs.core import process
from procs.core.ffmpeg import tools
from procs.engine.jail import cgroups, job_root, landlock, resource_limits, seccomp
from procs.engine.jail.job_root import PIVOT_ROOT
from procs.engine.jail.landlock import Fence
from procs.engine.jail.resource_limits import LIBC

CLONE_NEWUSER, CLONE_NEWNET, CLONE_NEWNS = 0x10000000, 0x40000000, 0x00020000
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
BACKLOG = 64
#: Processes of everything that our user runs, where a job's own cannot be counted by themselves.
CROWD = 8192
#: Since this Linux the limit counts a user namespace by itself.
COUNTED_APART = (5, 14)

#: Where programs and libraries are. Not /usr as a whole: somebody may keep their own things there.
SYSTEM = (
    *("/lib", "/lib32", "/lib64", "/bin", "/sbin", "/nix/store", "/gnu/store"),
    *("/usr/bin", "/usr/sbin", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec"),
    *("/usr/share", "/usr/local/bin", "/usr/local/lib", "/usr/local/lib64", "/usr/local/share"),
)
#: Of /etc what these read, and the certificates of everybody: beside them private keys may lie.
ETC = (
    *("alternatives", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "mime.types"),
    *("ssl/certs", "ssl/cert.pem", "ssl/openssl.cnf", "ca-certificates/extracted"),
    *("pki/tls/certs", "pki/tls/cert.pem", "pki/tls/openssl.cnf", "pki/ca-trust/extracted"),
    *("crypto-policies", "nsswitch.conf"),
)
#: What runtimes ask of the machine: processors, memory, random numbers. Of processes only the own
#: one: what the others were called with is nobody's business.
MACHINE = (
    *("/proc/cpuinfo", "/proc/filesystems", "/proc/loadavg", "/proc/meminfo", "/proc/stat"),
    *("/proc/sys/vm/overcommit_memory", "/proc/uptime", "/proc/version"),
    *(f"/proc/self/{name}" for name in ("cgroup", "fd", "maps", "stat", "statm", "status", "task")),
    *("/sys/devices/system/cpu", "/dev/urandom", "/dev/random", "/dev/zero"),
)
#: Of the folders in which a Python is installed, what belongs to it.
PYTHON = ("bin", "lib", "lib64", "pyvenv.cfg")
CODE = Path(__file__).resolve().parents[2]


def way_out() -> socket.socket:
    """A socket on which a job's proxy can listen: the only thing in a network of the job's own,
    where there can be one. This process is in that network from then on."""
    if has_root():
        leave_tree(CLONE_NEWNET)
        raise_loopback()
    elif has_networks():
        leave_network()
    return listener()


def listener() -> socket.socket:
    """A listening socket on a free port of loopback. Raises OSError."""
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    door.bind(("127.0.0.1", 0))
    door.listen(BACKLOG)
    return door


def leave_network() -> None:
    """Be in a network where there is nothing but loopback. Raises OSError."""
    leave(CLONE_NEWUSER | CLONE_NEWNET)
    raise_loopback()


def leave_tree(also: int = 0) -> None:
    """Have mounts of our own, and the rights over them. Raises OSError."""
    user, group = os.getuid(), os.getgid()
    leave(CLONE_NEWUSER | CLONE_NEWNS | also)
    job_root.map_ourselves(user, group)


def leave(what: int) -> None:
    """Leave the namespaces that `what` names (unshare(2)). Raises OSError."""
    if LIBC.unshare(what):
        number = ctypes.get_errno()
        raise OSError(number, f"unshare: {os.strerror(number)}")


def raise_loopback() -> None:
    """Set loopback up in a new network namespace (netdevice(7)). Raises OSError."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))


@cache
def has_networks() -> bool:
    """Whether processes may have a network namespace of their own."""

    def attempt() -> None:
        leave_network()
        reach_ourselves()

    return works(attempt)


@cache
def has_root() -> bool:
    """Whether processes may have a root of their own, and a network beside it."""

    def attempt() -> None:
        leave_tree(CLONE_NEWNET)
        raise_loopback()
        reach_ourselves()
        job_root.enter(shown(), folder, PIVOT_ROOT[platform.machine()])
        os.stat(CODE)

    # A job's folder can be written. Ours may lie on a mount that is read only for good, as in a
    # systemd unit with ProtectSystem=strict, and says nothing about a job's.
    folder = Path(tempfile.gettempdir()).resolve()
    return platform.machine() in PIVOT_ROOT and works(attempt)


def reach_ourselves() -> None:
    """Connect to a socket of our own, to prove that loopback works. Raises OSError."""
    with listener() as door:
        socket.create_connection(door.getsockname(), timeout=1).close()


def works(tried: Callable[[], None]) -> bool:
    """Whether the kernel allows these steps. Tried in a process that ends at once, because some
    systems allow the first step and none of the later ones."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            process.be_readable(True)
            tried()
            code = 0
        finally:
            os._exit(code)
    return os.waitpid(pid, 0)[1] == 0


def enter(folder: Path, port: int, *, heard: bool = False) -> int | None:
    """Close the fences. `port` is the way out, 0 for none at all. With `heard`, returns the
    descriptor at which the kernel reports refused calls (`seccomp.filter_calls`)."""
    limit_tasks(apart=has_root() or (port > 0 and has_networks()))
    if has_root():
        if not port:
            leave_tree()
        job_root.enter(shown(), folder, PIVOT_ROOT[platform.machine()])
    seccomp.give_up_rights()
    if landlock.version():
        fence = Fence()
        fence.allow(readable(), landlock.READ)
        fence.allow([os.devnull], landlock.READ_FILE | landlock.WRITE_FILE)
        fence.allow([folder], landlock.OWN)
        if port:
            fence.allow_connect(port)
        fence.close()
    process.be_readable(False)
    signals = landlock.has_scopes()
    return seccomp.filter_calls(network=port > 0, signals=signals, heard=heard)


def limit_tasks(*, apart: bool) -> None:
    """Bound how many processes and threads there can be: of a job, where it is in a user namespace
    of its own, which is counted `apart`. The superuser is not bound by it (setrlimit(2)), only by a
    control group."""
    release = tuple(map(int, re.findall(r"\d+", platform.release())[:2]))
    most = cgroups.tasks() if apart and release >= COUNTED_APART else CROWD
    resource_limits.lower(resource.RLIMIT_NPROC, most)


def compile_filters() -> None:
    """Both filters of system calls, so that no child has to."""
    if seccomp.is_known():
        for network in (True, False):
            seccomp.compiled(network, landlock.has_scopes(), True)


@cache
def shown() -> job_root.RootPlan:
    """The tree of a job, but for its folder."""
    return job_root.plan((*readable(), os.devnull))


@cache
def readable() -> tuple[str, ...]:
    """The files that everybody's code needs to run. Never a folder that holds ours by chance: our
    settings or a job may lie there too."""
    prefixes = (sys.prefix, sys.base_prefix)
    python = {f"{prefix}/{part}" for prefix in prefixes for part in PYTHON}
    python |= {path for path in sys.path if path} - {str(CODE.parent), *prefixes}
    etc = (f"/etc/{name}" for name in ETC)
    return (*SYSTEM, *etc, *MACHINE, *sorted(python), str(CODE), tools().ffmpeg)


def shows(path: Path) -> bool:
    """Whether downloads can read a path."""
    path = path.resolve()
    return any(path.is_relative_to(Path(one).resolve()) for one in readable())


def state() -> str:
    """The fences that this machine has, in words."""
    abi = landlock.version()
    also = {"TCP": landlock.has_tcp(), "signals": landlock.has_scopes()}
    judged = ["files", *(name for name, there in also.items() if there)]
    words = [
        f"Landlock {abi} ({', '.join(judged)})" if abi else "no Landlock",
        "system calls" if seccomp.is_known() else "",
        "own network" if has_networks() else "",
        "own tree" if has_root() else "",
        "own control group" if cgroups.place() else "",
    ]
    return ", ".join(filter(None, words))


def is_tight() -> bool:
    """Whether a child can reach nothing but its way out, whatever runs in it."""
    return seccomp.is_known() and (landlock.has_tcp() or has_networks())


def guards_files() -> bool:
    """Whether a child can read nothing but programs and its own folder."""
    return landlock.version() > 0
