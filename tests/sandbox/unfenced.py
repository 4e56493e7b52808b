"""A kernel without fences, for the test of the self-test.

    python -m tests.sandbox.unfenced procs.worker …

Runs a module where Landlock and networks of one's own are refused, as on an old kernel in a strict
container: a filter of system calls, which is inherited, answers for the kernel.
"""

import platform
import runpy
import sys
from dataclasses import replace

from procs.engine import syscalls

LANDLOCK = 444
UNSHARE = {"x86_64": 272, "aarch64": 97}


def take_fences_away() -> None:
    """From here on, for this process and all that it starts."""
    machine = platform.machine()
    calls = syscalls.MACHINES[machine]
    never = (LANDLOCK, UNSHARE[machine])
    syscalls.MACHINES[machine] = replace(calls, never=never, signals=(), judged={})
    syscalls.give_up_rights()
    syscalls.filter_calls(network=False)
    syscalls.MACHINES[machine] = calls


if __name__ == "__main__":
    take_fences_away()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
