"""A filter of system calls for a job's process and all that it starts (seccomp(2)).

Landlock judges files and TCP. Everything else is closed here, by a list of what is allowed
(`allowed_calls`); a few calls are allowed with some arguments only: sockets of TCP (not UDP, not
unix sockets, of which the nursery's is one), no TCP that connects while sending (fast open), and of
fcntl, ioctl and prctl what programs do with their own descriptors and threads. It needs no rights,
only the promise to gain none.

What is refused is reported where the kernel can (`refused_calls`); the call then waits for its
refusal.
"""

import ctypes
import errno
import fcntl
import os
import platform
import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from procs.engine.jail import allowed_calls, bpf, syscall_numbers
from procs.engine.jail.bpf import ANY_OF, ARGUMENT, AT_LEAST, EQUAL, LOAD, MASK, Insn, answer
from procs.engine.jail.resource_limits import LIBC
from procs.engine.jail.syscall_numbers import Numbers

PR_SET_NO_NEW_PRIVS = 38
#: Bytes of one instruction.
STEP = 8
#: seccomp(2): the operation, and the flag that gives a descriptor for what is refused.
SET_FILTER, WITH_LISTENER = 1, 8

#: Verdicts. NOTIFY asks whoever listens; KILL is for calls of another machine, which nothing of
#: ours makes and whose numbers mean something else.
ALLOW, NOTIFY, REFUSE, KILL = 0x7FFF0000, 0x7FC00000, 0x00050000, 0x80000000
#: Numbers from here up are another way to call on x86-64.
X32 = 0x40000000
MSG_FASTOPEN = 0x20000000
TYPE = 0xF
#: All of clone's flags that make a namespace, and that which gives the child to our own parent.
CLONE_NEW, CLONE_PARENT = 0x7E020000, 0x8000
#: The calls that send, each with its argument of flags.
SENDERS = {"sendto": 3, "sendmsg": 2, "sendmmsg": 3}
#: Of fcntl: copies, flags, locks, sizes of pipes. Not owners and signals, leases, watches.
FCNTL = (
    *(fcntl.F_DUPFD, fcntl.F_DUPFD_CLOEXEC, fcntl.F_GETFD, fcntl.F_SETFD, fcntl.F_GETFL),
    *(fcntl.F_SETFL, fcntl.F_GETLK, fcntl.F_SETLK, fcntl.F_SETLKW, 36, 37, 38),
    *(1031, 1032),  # F_SETPIPE_SZ, F_GETPIPE_SZ
)
#: Of ioctl: FIONBIO, FIONREAD, FIOCLEX, FIONCLEX, TCGETS, TIOCGWINSZ.
IOCTL = (0x5421, 0x541B, 0x5451, 0x5450, 0x5401, 0x5413)
#: Of prctl: the parent's death, names of threads and of memory, and questions.
PRCTL = (1, 2, 3, 15, 16, 23, 39, 0x53564D41)

#: The version of capset's structures that has two words of each set.
CAPABILITIES = 0x20080522

#: Which error a refused call gets; programs are used to it.
ERRORS = dict.fromkeys(("socket", "socketpair", *SENDERS), errno.EACCES)


@dataclass(frozen=True, slots=True)
class MachineCalls:
    """The numbers of one machine, all and those that are allowed whatever their arguments are;
    `signals` only where Landlock judges them."""

    machine: int
    known: Numbers
    always: frozenset[int]
    signals: frozenset[int]

    def of(self, names: Iterable[str]) -> frozenset[int]:
        """The numbers of these names; a name that the machine has no call for is left out."""
        return frozenset(self.known[name] for name in names if name in self.known)


def calls(machine: int, column: int) -> MachineCalls:
    """The numbers of a machine, from its column of the table."""
    known = syscall_numbers.read(column)
    bare = MachineCalls(machine, known, frozenset(), frozenset())
    return MachineCalls(
        machine, known, bare.of(allowed_calls.ALWAYS), bare.of(allowed_calls.SIGNALS.split())
    )


MACHINES = {"x86_64": calls(0xC000003E, 0), "aarch64": calls(0xC00000B7, 1)}


def error_of(number: int) -> int:
    """The errno for a refused call: an unknown one gets the errno of a kernel that lacks it."""
    name = name_of(number)
    return ERRORS.get(name, errno.EPERM) if name else errno.ENOSYS


def name_of(number: int) -> str:
    """A call's name on this machine; nothing for an unknown one."""
    return names().get(number, "")


def number_of(name: str) -> int:
    """A call's number on this machine. Raises KeyError."""
    return MACHINES[platform.machine()].known[name]


@cache
def names() -> dict[int, str]:
    """The name of each number on this machine; nothing on one that is unknown."""
    ours = MACHINES.get(platform.machine())
    return {number: name for name, number in ours.known.items()} if ours else {}


PASS = answer(ALLOW)


def refuse(error: int) -> Insn:
    """The instruction that refuses a call with an error number."""
    return answer(REFUSE | error)


def program(
    calls: MachineCalls, *, network: bool, signals: bool, heard: bool = False
) -> list[Insn]:
    """The filter, step by step. With `heard`, somebody listens to what is refused."""
    steps: list[Insn] = [
        (LOAD, 0, 0, bpf.MACHINE),
        (EQUAL, 1, 0, calls.machine),
        answer(KILL),
        (LOAD, 0, 0, bpf.NUMBER),
        (AT_LEAST, 0, 1, X32),
        answer(KILL),
    ]
    for number in calls.of(allowed_calls.UNHEARD.split()):
        steps += bpf.block(number, [refuse(errno.ENOSYS)])
    for name, judgement in judgements(network=network, heard=heard).items():
        steps += bpf.block(calls.known[name], judgement)
    free = calls.always | (calls.signals if signals else frozenset())
    if not heard:
        steps += [(AT_LEAST, 0, 1, 1 + max(calls.known.values())), refuse(errno.ENOSYS)]
    no = answer(NOTIFY) if heard else refuse(errno.EPERM)
    return [*steps, *bpf.search(free, yes=PASS, no=no)]


def judgements(*, network: bool, heard: bool) -> dict[str, list[Insn]]:
    """For each call that is allowed with some arguments and not with others: the steps."""

    def no(name: str) -> Insn:
        return answer(NOTIFY) if heard else refuse(ERRORS.get(name, errno.EPERM))

    senders = {name: none_of(flags, MSG_FASTOPEN, no(name)) for name, flags in SENDERS.items()}
    return {
        **senders,
        "fcntl": only(1, *FCNTL, no=no("fcntl")),
        "ioctl": only(1, *IOCTL, no=no("ioctl")),
        "prctl": only(0, *PRCTL, no=no("prctl")),
        "clone": none_of(0, CLONE_NEW | CLONE_PARENT, no("clone")),
        "prlimit64": only(0, 0, no=no("prlimit64")),
        "socketpair": pair(no("socketpair")),
        "socket": tcp(no("socket")) if network else [no("socket")],
    }


def none_of(argument: int, flags: int, no: Insn) -> list[Insn]:
    """Refuse an argument with any of these flags."""
    return [(LOAD, 0, 0, ARGUMENT[argument]), (ANY_OF, 0, 1, flags), no, PASS]


def only(argument: int, *values: int, no: Insn) -> list[Insn]:
    """Refuse every other value of an argument."""
    judged = [step for one in values for step in ((EQUAL, 0, 1, one), PASS)]
    return [(LOAD, 0, 0, ARGUMENT[argument]), *judged, no]


def pair(no: Insn) -> list[Insn]:
    """Pairs of streams only: one end of a pair of datagrams can send to any unix socket."""
    return [
        (LOAD, 0, 0, ARGUMENT[1]),
        (MASK, 0, 0, TYPE),
        (EQUAL, 2, 0, socket.SOCK_STREAM),
        (EQUAL, 1, 0, socket.SOCK_SEQPACKET),
        no,
        PASS,
    ]


def tcp(no: Insn) -> list[Insn]:
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
        no,
        PASS,
    ]


class FilterProgram(ctypes.Structure):
    """struct sock_fprog: how many instructions, and where."""

    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def is_known() -> bool:
    """Whether the numbers of this machine's calls are known."""
    return platform.machine() in MACHINES


def filter_calls(*, network: bool, signals: bool = False, heard: bool = False) -> int | None:
    """Allow only those calls from now on, here and in all that is started from here. With `network`
    off, sockets of no kind; with `signals` off, signals to nobody, which is for kernels whose
    Landlock does not keep them within the job. Nothing happens on a machine whose numbers we do
    not have.

    With `heard`, what is refused can be read at the descriptor that is returned (and must be, until
    it is closed: the calls wait); None where the kernel gives none, inside a container's own
    filter for instance, and refuses by itself.
    """
    calls = MACHINES.get(platform.machine())
    if calls is None:
        return None
    if heard:
        try:
            return install(compiled(network, signals, True), calls)
        except OSError as error:
            if error.errno not in (errno.EBUSY, errno.EINVAL):
                raise
    install(compiled(network, signals, False), calls, listener=False)
    return None


@cache
def compiled(network: bool, signals: bool, heard: bool) -> bytes:
    """The filter of this machine as the kernel takes it. Made once, for the forks of a nursery."""
    ours = MACHINES[platform.machine()]
    return code(program(ours, network=network, signals=signals, heard=heard))


def code(steps: list[Insn]) -> bytes:
    """The program as the kernel reads it (struct sock_filter)."""
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def install(code: bytes, calls: MachineCalls, *, listener: bool = True) -> int:
    """Have the kernel take a filter. Raises OSError."""
    number = calls.known["seccomp"]
    flags = WITH_LISTENER if listener else 0
    made = LIBC.syscall(
        number, SET_FILTER, flags, ctypes.byref(FilterProgram(len(code) // STEP, code))
    )
    if made < 0:
        raise OSError(ctypes.get_errno(), f"seccomp: {os.strerror(ctypes.get_errno())}")
    return int(made)


def give_up_rights() -> None:
    """Have no capabilities, and never gain any (capset(2)): the superuser's could look into other
    processes past Landlock, and Landlock and the filter ask for the promise."""
    nothing = ctypes.c_ulong(0)
    if LIBC.prctl(PR_SET_NO_NEW_PRIVS, ctypes.c_ulong(1), nothing, nothing, nothing):
        raise OSError(ctypes.get_errno(), "prctl")
    if LIBC.capset(struct.pack("Ii", CAPABILITIES, 0), bytes(24)):
        raise OSError(ctypes.get_errno(), f"capset: {os.strerror(ctypes.get_errno())}")
