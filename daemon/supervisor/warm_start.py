"""Starts our own processes from supervisord's memory: they are forked, and no Python is started.

Each of them would read and hold the same modules for itself, a second of CPU and 40 MiB.
supervisord has imported them all, so a process has them at once, and shares that memory until it
writes there. It is supervisord's child as before, with settings, signals, descriptors and a command
line of its own; what it has in common with the others besides is where its memory lies and how
texts are hashed. The nursery, and so every download, is executed as before and shares neither.

A process is executed (execve(2)), as supervisord does it, where a fork would be another process:
when a file of a module was changed since, as by an upgrade, when a variable that Python or its
libraries read at their start has another value, and when the modules could not be imported.
"""

import asyncio
import ctypes
import gc
import hashlib
import importlib
import importlib.util
import os
import runpy
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from daemon.supervisor import warm_modules
from procs.core import log, process
from procs.core.memory import shared_heap

#: The modules that supervisord runs (supervisord.conf).
PROGRAMS = ("procs.worker", "procs.bot", "procs.keeper", "daemon.supervisor.event_listener")
#: How variables begin that Python, the C library and OpenSSL read once.
READ_AT_START = ("PYTHON", "MALLOC_", "GLIBC_", "LD_", "LANG", "LC_", "OPENSSL_", "SSL_", "TZ")
#: What may be wrong with a module, ours or a library's, that cannot be imported.
UNIMPORTABLE = (ImportError, SyntaxError, AttributeError, NameError, TypeError, ValueError, OSError)
#: Where the words of the command line begin and end in memory (proc(5), fields 48 and 49), counted
#: behind the name, which may have anything in it.
FIRST_WORD, LAST_WORD = 45, 46

#: Between the paths of files, which cannot have it.
NUL = "\0"


class WarmStart:
    """The modules in this process's memory, and what must still be true of them. `around` is the
    environment in which the process began."""

    def __init__(self, around: Mapping[str, str], programs: Sequence[str] = PROGRAMS) -> None:
        self.programs = tuple(programs)
        #: All files that are in memory, in one text, and how they were. A fork compares them, and
        #: must not touch each of the texts that belong to the modules: 3 MiB of pages.
        self.files, self.seen = "", b""
        self.around = read_at_start(around)

    def warm_up(self) -> None:
        """Import what the programs import, and load what they load later. Where that fails nothing
        is forked: each process starts by itself then, and says what is wrong with it."""
        opened = descriptors()
        try:
            warm_modules.load()
            for program in self.programs:
                importlib.import_module(main_of(program))
        except UNIMPORTABLE as error:
            log.warning("warm-start.off", why=error)
            return
        close_loops()
        if descriptors() > opened or threading.active_count() > 1:
            log.warning("warm-start.off", why="a module opened something, or started a thread")
            return
        paths = {getattr(one, "__file__", None) for one in list(sys.modules.values())}
        self.files = NUL.join([*filter(None, paths), *warm_modules.files()])
        self.seen = stamp(self.files)
        for program in self.programs:  # they are run from their first line, as programs
            del sys.modules[main_of(program)]
        shared_heap.settle()

    def can(self, argv: Sequence[str], env: Mapping[str, str]) -> bool:
        """Whether a fork of this process would be the same as what would be executed."""
        return (
            bool(self.files)
            and tuple(argv[:2]) == (sys.executable, "-m")
            and tuple(argv[2:]) in {(program,) for program in self.programs}
            and read_at_start(env) == self.around
            and stamp(self.files) == self.seen
        )


def descriptors() -> set[int]:
    """What this process has open."""
    found = set()
    for name in os.listdir("/proc/self/fd"):
        with suppress(OSError):  # that of the listing itself is closed by now
            os.fstat(int(name))
            found.add(int(name))
    return found


def close_loops() -> None:
    """Close the event loops that libraries make when they are imported. A fork would close what
    they have open when it makes its own, under numbers that are others' by then."""
    for one in gc.get_objects():
        if isinstance(one, asyncio.BaseEventLoop):
            one.close()
    asyncio.set_event_loop_policy(None)


def main_of(program: str) -> str:
    """The module that Python runs for `-m program`. Raises ImportError."""
    spec = importlib.util.find_spec(program)
    return f"{program}.__main__" if spec and spec.submodule_search_locations else program


def read_at_start(env: Mapping[str, str]) -> dict[str, str]:
    """The variables that Python or a library reads at its start, and a fork not again."""
    return {name: text for name, text in env.items() if name.startswith(READ_AT_START)}


def stamp(files: str) -> bytes:
    """What differs when one of the files was changed, or is gone: of times, sizes and inodes."""
    seen = hashlib.blake2b()
    for path in files.split(NUL):
        try:
            found = os.stat(path)
        except OSError:
            seen.update(b"-")
        else:
            seen.update(b"%d %d %d;" % (found.st_mtime_ns, found.st_size, found.st_ino))
    return seen.digest()


def become(argv: Sequence[str], env: Mapping[str, str]) -> NoReturn:
    """Be the program, in a process that was forked for it, and in which supervisord has closed what
    was open."""
    gc.freeze()  # whatever is garbage here believes that it has something open, and would close it
    forget_signals()
    process.take_environment(env)
    name_process(argv)
    sys.argv, sys.orig_argv = [argv[2]], list(argv)
    run(argv[2])


def forget_signals() -> None:
    """Have signals do what they do in a process that has just begun."""
    signal.set_wakeup_fd(-1)
    for number in signal.valid_signals():
        if callable(signal.getsignal(number)):
            signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def name_process(argv: Sequence[str]) -> None:
    """Write the command line over the one of supervisord, for `ps` and for whoever looks for our
    processes; a longer one is cut off."""
    facts = Path("/proc/self/stat").read_text(encoding="utf-8", errors="replace")
    fields = facts.rpartition(")")[2].split()
    first, end = int(fields[FIRST_WORD]), int(fields[LAST_WORD])
    room = end - first
    words = b"".join(os.fsencode(word) + b"\0" for word in argv)
    ctypes.memmove(first, words[: room - 1].ljust(room, b"\0"), room)


def run(program: str) -> NoReturn:
    """Run a module as a program, and end with its exit code. Nothing returns into supervisord."""
    code: object = 1
    try:
        runpy.run_module(program, run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as end:
        code = end.code or 0
    finally:
        if (error := sys.exc_info()[1]) is not None:
            sys.excepthook(type(error), error, error.__traceback__)
        leave(code)


def leave(code: object) -> NoReturn:
    """End as Python ends a program: its threads first, then what it has still to write."""
    getattr(threading, "_shutdown")()  # noqa: B009  # it has no other name
    if not isinstance(code, int):
        print(code, file=sys.stderr)
        code = 1
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code & 0xFF)
