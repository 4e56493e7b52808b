"""A kernel without fences, for the test of the self-test.

    python -m tests.sandbox.unfenced procs.worker …

Runs a module where Landlock and networks of one's own are refused, as on an old kernel in a strict
container: a filter of system calls, which is inherited, answers for the kernel.
"""

import ctypes
import errno
import platform
import runpy
import sys
from collections.abc import Iterable

from procs.engine.jail import bpf, seccomp
from procs.engine.jail.resource_limits import LIBC

LACKING = {"landlock_create_ruleset": errno.ENOSYS, "unshare": errno.EPERM}


def take_fences_away(*names: str) -> None:
    """From here on, for this process and all that it starts: these of LACKING, or all."""
    calls = seccomp.MACHINES[platform.machine()]
    steps = [(bpf.LOAD, 0, 0, bpf.NUMBER)]
    for name in names or LACKING:
        steps += bpf.block(calls.known[name], [seccomp.refuse(LACKING[name])])
    seccomp.give_up_rights()
    seccomp.install(seccomp.code([*steps, seccomp.PASS]), calls, listener=False)


def keep_calls(names: Iterable[str]) -> None:
    """Refuse every call but these from here on, as the filter of a systemd unit does. Rights stay:
    the superuser of a test needs them to map itself (user_namespaces(7))."""
    calls = seccomp.MACHINES[platform.machine()]
    steps = bpf.search(calls.of(names), yes=seccomp.PASS, no=seccomp.refuse(errno.EPERM))
    load = (bpf.LOAD, 0, 0, bpf.NUMBER)
    LIBC.prctl(seccomp.PR_SET_NO_NEW_PRIVS, *map(ctypes.c_ulong, (1, 0, 0, 0)))
    seccomp.install(seccomp.code([load, *steps]), calls, listener=False)


if __name__ == "__main__":
    take_fences_away()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
