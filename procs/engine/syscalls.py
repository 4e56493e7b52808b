"""A filter of system calls for a job's process and all that it starts (seccomp(2)).

Landlock judges files and TCP. What it does not see is closed here: UDP and every other kind of
socket (unix sockets too, of which the nursery's is one), TCP that connects while sending (fast
open), io_uring, and calls that no download needs. It needs no rights, only the promise to gain
none.
"""

import ctypes
import errno
import os
import platform
import socket
import struct
from dataclasses import dataclass

from procs.engine.confine import LIBC

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, MODE_FILTER = 38, 22, 2

#: Instructions of the classic BPF machine: load a word, compare, mask, return.
LOAD, EQUAL, AT_LEAST, ANY_OF, MASK, RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
#: Where struct seccomp_data has the call's number, the machine, and the lower half of arguments.
NUMBER, MACHINE, ARGUMENT = 0, 4, (16, 24, 32, 40)
ALLOW, REFUSE = 0x7FFF0000, 0x00050000
#: Numbers from here up are another way to call on x86-64.
X32 = 0x40000000
MSG_FASTOPEN = 0x20000000
TYPE = 0xF

#: The version of capset's structures that has two words of each set.
CAPABILITIES = 0x20080522

Step = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Calls:
    """The numbers of calls on one machine; `senders` pairs each with its argument of flags."""

    machine: int
    socket: int
    senders: tuple[tuple[int, int], ...]
    never: tuple[int, ...]


#: `never`: ptrace, process_vm_readv and _writev, unshare, setns, mount, bpf, perf_event_open,
#: userfaultfd, add_key, request_key, keyctl, io_uring_setup.
MACHINES = {
    "x86_64": Calls(
        0xC000003E,
        41,
        ((44, 3), (46, 2), (307, 3)),
        (101, 310, 311, 272, 308, 165, 321, 298, 323, 248, 249, 250, 425),
    ),
    "aarch64": Calls(
        0xC00000B7,
        198,
        ((206, 3), (211, 2), (269, 3)),
        (117, 270, 271, 97, 268, 40, 280, 241, 282, 217, 218, 219, 425),
    ),
}


def refuse(error: int) -> Step:
    return (RETURN, 0, 0, REFUSE | error)


def program(calls: Calls, *, network: bool) -> list[Step]:
    """The filter, step by step. Each step is (instruction, steps to skip when true, when false,
    value)."""
    steps: list[Step] = [
        (LOAD, 0, 0, MACHINE),
        (EQUAL, 1, 0, calls.machine),
        refuse(errno.EPERM),
        (LOAD, 0, 0, NUMBER),
        (AT_LEAST, 0, 1, X32),
        refuse(errno.EPERM),
    ]
    for number in calls.never:
        steps += [(EQUAL, 0, 1, number), refuse(errno.EPERM)]
    for number, flags in calls.senders:
        steps += block(number, fast_open(ARGUMENT[flags]))
    steps += block(calls.socket, tcp() if network else [refuse(errno.EACCES)])
    return [*steps, (RETURN, 0, 0, ALLOW)]


def block(number: int, steps: list[Step]) -> list[Step]:
    """`steps`, which end with a return, for one call only."""
    return [(EQUAL, 0, len(steps), number), *steps]


def fast_open(flags: int) -> list[Step]:
    return [
        (LOAD, 0, 0, flags),
        (ANY_OF, 0, 1, MSG_FASTOPEN),
        refuse(errno.EACCES),
        (RETURN, 0, 0, ALLOW),
    ]


def tcp() -> list[Step]:
    """Plain TCP over IPv4 and IPv6; not multipath TCP, which Landlock does not judge."""
    return [
        (LOAD, 0, 0, ARGUMENT[0]),
        (EQUAL, 1, 0, socket.AF_INET),
        (EQUAL, 0, 6, socket.AF_INET6),
        (LOAD, 0, 0, ARGUMENT[1]),
        (MASK, 0, 0, TYPE),
        (EQUAL, 0, 3, socket.SOCK_STREAM),
        (LOAD, 0, 0, ARGUMENT[2]),
        (EQUAL, 2, 0, 0),
        (EQUAL, 1, 0, socket.IPPROTO_TCP),
        refuse(errno.EACCES),
        (RETURN, 0, 0, ALLOW),
    ]


class Program(ctypes.Structure):
    """struct sock_fprog: how many instructions, and where."""

    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def is_known() -> bool:
    """Whether we have the numbers of this machine."""
    return platform.machine() in MACHINES


def filter_calls(*, network: bool) -> None:
    """Refuse those calls from now on, here and in all that is started from here. With `network`
    off, sockets of any kind. Nothing happens on a machine whose numbers we do not have."""
    calls = MACHINES.get(platform.machine())
    if calls is None:
        return
    steps = program(calls, network=network)
    code = b"".join(struct.pack("HBBI", *step) for step in steps)
    set_up(PR_SET_SECCOMP, MODE_FILTER, ctypes.byref(Program(len(steps), code)))


def give_up_rights() -> None:
    """Have no capabilities, and never gain any (capset(2)): the superuser's could look into other
    processes past Landlock, and Landlock and the filter ask for the promise."""
    set_up(PR_SET_NO_NEW_PRIVS, 1, 0)
    if LIBC.capset(struct.pack("Ii", CAPABILITIES, 0), bytes(24)):
        raise OSError(ctypes.get_errno(), "capset")


def set_up(what: int, value: int, more: object) -> None:
    """prctl(2). Raises OSError."""
    if LIBC.prctl(what, ctypes.c_ulong(value), more, ctypes.c_ulong(0), ctypes.c_ulong(0)):
        number = ctypes.get_errno()
        raise OSError(number, f"prctl {what}: {os.strerror(number)}")
