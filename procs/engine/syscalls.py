"""A filter of system calls for a job's process and all that it starts (seccomp(2)).

Landlock judges files and TCP. What it does not see is closed here: UDP and every other kind of
socket (unix sockets too, of which the nursery's is one), TCP that connects while sending (fast
open) or listens, and what `numbers` says. It needs no rights, only the promise to gain none.
"""

import ctypes
import errno
import fcntl
import os
import platform
import socket
import struct
from dataclasses import dataclass

from procs.engine import numbers
from procs.engine.confine import LIBC
from procs.engine.numbers import Numbers

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
#: All of clone's flags that make a namespace.
CLONE_NEW = 0x7E020000
#: fcntl's and ioctl's ways to have signals sent to a process of one's choice.
F_SETOWN_EX, FIOSETOWN, SIOCSPGRP = 15, 0x8901, 0x8902
OWNERS = {
    "fcntl": (fcntl.F_SETOWN, fcntl.F_SETSIG, F_SETOWN_EX),
    "ioctl": (FIOSETOWN, SIOCSPGRP),
}
#: The calls that send, each with its argument of flags.
SENDERS = {"sendto": 3, "sendmsg": 2, "sendmmsg": 3}

#: The version of capset's structures that has two words of each set.
CAPABILITIES = 0x20080522

Step = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Calls:
    """The numbers of calls on one machine: `never` are refused, `signals` too where Landlock does
    not judge them, and `judged` by their arguments."""

    machine: int
    never: tuple[int, ...]
    signals: tuple[int, ...]
    judged: Numbers


def calls(machine: int, column: int) -> Calls:
    never = (numbers.OTHERS, numbers.GROUP, numbers.KERNEL, numbers.SERVERS)
    return Calls(
        machine,
        tuple(n for text in never for n in numbers.read(text, column).values()),
        tuple(numbers.read(numbers.SIGNALS, column).values()),
        numbers.read(numbers.JUDGED, column),
    )


MACHINES = {"x86_64": calls(0xC000003E, 0), "aarch64": calls(0xC00000B7, 1)}


def refuse(error: int) -> Step:
    return (RETURN, 0, 0, REFUSE | error)


PASS: Step = (RETURN, 0, 0, ALLOW)


def program(calls: Calls, *, network: bool, signals: bool) -> list[Step]:
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
    for number in (*calls.never, *(() if signals else calls.signals)):
        steps += [(EQUAL, 0, 1, number), refuse(errno.EPERM)]
    for name, judgement in judgements(network=network).items():
        if name in calls.judged:
            steps += block(calls.judged[name], judgement)
    return [*steps, PASS]


def judgements(*, network: bool) -> dict[str, list[Step]]:
    """For each call that is allowed with some arguments and not with others: the steps."""
    return {
        **{name: none_of(flags, MSG_FASTOPEN) for name, flags in SENDERS.items()},
        **{name: but_for(1, *commands) for name, commands in OWNERS.items()},
        "clone": none_of(0, CLONE_NEW),
        # Its flags are in memory, which no filter sees; libraries then take the older call.
        "clone3": [refuse(errno.ENOSYS)],
        "prlimit64": only(0, 0),
        "socketpair": pair(),
        "socket": tcp() if network else [refuse(errno.EACCES)],
    }


def block(number: int, steps: list[Step]) -> list[Step]:
    """`steps`, which end with a return, for one call only."""
    return [(EQUAL, 0, len(steps), number), *steps]


def none_of(argument: int, flags: int) -> list[Step]:
    """Refuse an argument with any of these flags."""
    judged = (ANY_OF, 0, 1, flags)
    return [(LOAD, 0, 0, ARGUMENT[argument]), judged, refuse(errno.EACCES), PASS]


def only(argument: int, value: int) -> list[Step]:
    """Refuse every other value of an argument."""
    return [(LOAD, 0, 0, ARGUMENT[argument]), (EQUAL, 1, 0, value), refuse(errno.EPERM), PASS]


def but_for(argument: int, *values: int) -> list[Step]:
    """Refuse these values of an argument."""
    judged = [step for one in values for step in ((EQUAL, 0, 1, one), refuse(errno.EPERM))]
    return [(LOAD, 0, 0, ARGUMENT[argument]), *judged, PASS]


def pair() -> list[Step]:
    """Pairs of streams only: one end of a pair of datagrams can send to any unix socket."""
    return [
        (LOAD, 0, 0, ARGUMENT[1]),
        (MASK, 0, 0, TYPE),
        (EQUAL, 2, 0, socket.SOCK_STREAM),
        (EQUAL, 1, 0, socket.SOCK_SEQPACKET),
        refuse(errno.EACCES),
        PASS,
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
        PASS,
    ]


class Program(ctypes.Structure):
    """struct sock_fprog: how many instructions, and where."""

    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def is_known() -> bool:
    """Whether we have the numbers of this machine."""
    return platform.machine() in MACHINES


def filter_calls(*, network: bool, signals: bool = False) -> None:
    """Refuse those calls from now on, here and in all that is started from here. With `network`
    off, sockets of any kind; with `signals` off, signals to anybody, which is for kernels whose
    Landlock does not keep them within the job. Nothing happens on a machine whose numbers we do
    not have."""
    calls = MACHINES.get(platform.machine())
    if calls is None:
        return
    steps = program(calls, network=network, signals=signals)
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
