"""What the tries of a prisoner are made of: a list of them, and calls to the kernel by name."""

import ctypes
import json
import os
import platform
import sys
from collections.abc import Callable

from procs.engine.jail import syscall_numbers

LIBC = ctypes.CDLL(None, use_errno=True)
NUMBERS = syscall_numbers.read(0 if platform.machine() == "x86_64" else 1)
TRIES: dict[str, Callable[[], object]] = {}
FACTS = json.loads(sys.argv[2])
VICTIM, SECRET, FOLDER = FACTS["victim"], FACTS["secret"], os.path.dirname(FACTS["secret"])
#: A file of ours that every download may read.
LIBRARY = FACTS["library"]
AT_FDCWD, AT_EMPTY_PATH = -100, 0x1000


def call(name, *words):
    return number(NUMBERS[name], *words)


def number(of, *words):
    answer = LIBC.syscall(of, *words)
    if answer < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return answer


def attempt(work: Callable[[], object]) -> Callable[[], object]:
    TRIES[work.__name__] = work
    return work


def child(work: Callable[[], object]) -> None:
    """Do it in a process of its own, so that the next tries find all as it was."""
    if (pid := os.fork()) == 0:
        try:
            work()
        except OSError as error:
            os._exit(error.errno or 255)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if code < 0:
        raise OSError(f"killed by {-code}")
    if code:
        raise OSError(code, os.strerror(code))
