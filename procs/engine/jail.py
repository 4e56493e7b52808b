"""What a job's process can reach: its own folder, and one way out.

Three fences, each where the kernel has it: Landlock (files; TCP to one port since Linux 6.7), a
filter of system calls (no other sockets), and a network of its own in which there is nothing but
the way out. They hold for the child and for everything that it starts, whatever yt-dlp, ffmpeg or
a hostile file make of it.
"""

import ctypes
import fcntl
import os
import socket
import struct
import sys
from functools import cache
from pathlib import Path

from procs.engine import landlock, syscalls
from procs.engine.confine import LIBC
from procs.engine.landlock import Fence
from procs.tools import tools

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
BACKLOG = 64

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
CODE = Path(__file__).resolve().parents[1]


def way_out() -> socket.socket:
    """A socket on which a job's proxy can listen: the only thing in a network of the job's own,
    where there can be one. This process is in that network from then on."""
    if has_networks():
        leave_network()
    return listener()


def listener() -> socket.socket:
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    door.bind(("127.0.0.1", 0))
    door.listen(BACKLOG)
    return door


def leave_network() -> None:
    """Be in a network where there is nothing but loopback. Raises OSError."""
    if LIBC.unshare(CLONE_NEWUSER | CLONE_NEWNET):
        number = ctypes.get_errno()
        raise OSError(number, f"unshare: {os.strerror(number)}")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))


@cache
def has_networks() -> bool:
    """Whether processes may have a network of their own; tried in one that ends at once, because
    some systems allow the first step and none of the later ones."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            leave_network()
            with listener() as door:
                socket.create_connection(door.getsockname(), timeout=1).close()
            code = 0
        finally:
            os._exit(code)
    return os.waitpid(pid, 0)[1] == 0


def enter(folder: Path, port: int) -> None:
    """Close the fences. `port` is the way out, 0 for none at all."""
    syscalls.give_up_rights()
    if landlock.version():
        fence = Fence()
        fence.allow(readable(), landlock.READ)
        fence.allow([os.devnull], landlock.READ_FILE | landlock.WRITE_FILE)
        fence.allow([folder], landlock.OWN)
        if port:
            fence.allow_connect(port)
        fence.close()
    syscalls.filter_calls(network=port > 0, signals=landlock.has_scopes())


@cache
def readable() -> tuple[str, ...]:
    """What everybody's code needs to run. Never a folder that holds ours by chance: our settings
    or a job may lie there too."""
    prefixes = (sys.prefix, sys.base_prefix)
    python = {f"{prefix}/{part}" for prefix in prefixes for part in PYTHON}
    python |= {path for path in sys.path if path} - {str(CODE.parent), *prefixes}
    etc = (f"/etc/{name}" for name in ETC)
    return (*SYSTEM, *etc, *MACHINE, *sorted(python), str(CODE), tools().ffmpeg)


def shows(path: Path) -> bool:
    """Whether downloads can read what lies at a place."""
    path = path.resolve()
    return any(path.is_relative_to(Path(one).resolve()) for one in readable())


def state() -> str:
    """The fences that this machine has, in words."""
    abi = landlock.version()
    also = {"TCP": landlock.has_tcp(), "signals": landlock.has_scopes()}
    judged = ["files", *(name for name, there in also.items() if there)]
    words = [
        f"Landlock {abi} ({', '.join(judged)})" if abi else "no Landlock",
        "system calls" if syscalls.is_known() else "",
        "own network" if has_networks() else "",
    ]
    return ", ".join(filter(None, words))


def is_tight() -> bool:
    """Whether a child can reach nothing but its way out, whatever runs in it."""
    return syscalls.is_known() and (landlock.has_tcp() or has_networks())


def guards_files() -> bool:
    """Whether a child can read nothing but programs and its own folder."""
    return landlock.version() > 0
