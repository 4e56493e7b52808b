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

#: Where programs, libraries and certificates are. Of /etc only what these read: there may be
#: secrets in it.
SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/nix/store", "/gnu/store")
ETC = (
    *("alternatives", "ca-certificates", "fonts", "gai.conf", "group", "host.conf", "hosts"),
    *("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "mime.types", "nsswitch.conf"),
    *("passwd", "pki", "resolv.conf", "ssl"),
)
#: What runtimes ask of the machine: processors, memory, random numbers.
MACHINE = ("/proc", "/sys/devices/system/cpu", "/dev/urandom", "/dev/random", "/dev/zero")
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
        fence.allow([CODE.parent], landlock.READ_DIR)  # to find our package, not what lies beside
        fence.allow([os.devnull], landlock.READ_FILE | landlock.WRITE_FILE)
        fence.allow([folder], landlock.OWN)
        if port:
            fence.allow_connect(port)
        fence.close()
    syscalls.filter_calls(network=port > 0)


@cache
def readable() -> tuple[str, ...]:
    """What everybody's code needs to run. Never a folder that holds ours by chance: our settings
    or a job may lie there too."""
    python = {sys.prefix, sys.base_prefix, *(path for path in sys.path if path)}
    python -= {str(CODE.parent)} - {sys.prefix, sys.base_prefix}
    etc = (f"/etc/{name}" for name in ETC)
    return (*SYSTEM, *etc, *MACHINE, *sorted(python), str(CODE), tools().ffmpeg)


def state() -> str:
    """The fences that this machine has, in words."""
    abi = landlock.version()
    words = [
        f"Landlock {abi} ({'files, TCP' if landlock.has_tcp() else 'files only'})" if abi else "",
        "system calls" if syscalls.is_known() else "",
        "own network" if has_networks() else "",
    ]
    return ", ".join(filter(None, words)) or "none"


def is_tight() -> bool:
    """Whether a child can reach nothing but its way out, whatever runs in it."""
    return landlock.has_tcp() or has_networks()
