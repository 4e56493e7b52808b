"""What every long-lived process sets up for itself: its title, its parent, its signals."""

import asyncio
import ctypes
import os
import resource
import signal
import sys
import time
from collections.abc import Coroutine, Iterable, Mapping
from contextlib import suppress
from typing import Any, TypeVar

from procs.core import log

PR_SET_PDEATHSIG, PR_SET_DUMPABLE = 1, 4
PRIVATE = 0o077
Result = TypeVar("Result")
#: Packages whose tasks end by themselves with whatever the network did to them.
LIBRARIES = ("pyrogram",)


def keep_private() -> None:
    """Be closed to other users, before anything is opened: what this process makes is for its user
    alone, its memory goes into no file when it crashes, and no other process of the same user can
    look into it (prctl(2)). Programs that it starts inherit all but the last."""
    os.umask(PRIVATE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    be_readable(False)


def keep_streams() -> None:
    """Have all three standard streams, as /dev/null where the caller closed one (`<&-`): else the
    next file that is opened gets its number, and what is printed goes into that file."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            null = os.open(os.devnull, os.O_RDWR)  # the lowest number that is free: that one
            setattr(sys, name, os.fdopen(null, "w" if number else "r", closefd=False))


def be_nice(steps: int) -> None:
    """Have a lower priority. A service may be refused that by its filter of system calls; then the
    weight of a job's control group has to do."""
    with suppress(PermissionError):
        os.nice(steps)


def be_readable(is_so: bool) -> None:
    """Choose whether this process's files in /proc belong to its user, or to the superuser
    alone."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_DUMPABLE, *(ctypes.c_ulong(word) for word in (is_so, 0, 0, 0)))


def end_with_parent(signum: signal.Signals) -> None:
    """Have the kernel send `signum` when the supervisor dies (prctl(2)): nothing else would stop
    us."""
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signum)
    if os.getppid() != parent:
        os.kill(os.getpid(), signum)


def number() -> int:
    """supervisord's number of this process (`worker-03` is 3), 0 when it was started by hand."""
    tail = os.environ.get("SUPERVISOR_PROCESS_NAME", "").rpartition("-")[2]
    return int(tail) if tail.isdigit() else 0


def environment(names: Iterable[str]) -> dict[str, str]:
    """Those of these variables that this process has, for a program that shall see no others."""
    return {name: os.environ[name] for name in names if name in os.environ}


def take_environment(env: Mapping[str, str]) -> None:
    """Have these variables and no others, as a program that is executed with them."""
    for name in set(os.environ) - set(env):
        del os.environ[name]
    os.environ.update(env)
    time.tzset()


def own_every_task() -> None:
    """Log an exception of a task that nobody awaits as one line of ours: libraries leave such tasks
    when a connection breaks."""
    asyncio.get_running_loop().set_exception_handler(note_unowned)


def note_unowned(_: asyncio.AbstractEventLoop, facts: dict[str, Any]) -> None:
    """Log what ended a task that nobody waits for: a failure of ours with its trace, of a library
    or of the network as a warning."""
    error, task = facts.get("exception"), facts.get("task") or facts.get("future")
    work = getattr(getattr(task, "get_coro", lambda: None)(), "__qualname__", None)
    told: dict[str, Any] = {"what": facts.get("message"), "work": work}
    foreign = type(error).__module__.partition(".")[0] in LIBRARIES
    if error is None or foreign or isinstance(error, OSError):
        log.warning("task.unowned", **told, why=type(error).__name__, error=error)
    else:
        log.error("task.failed", **told, trace=error)


class Signals:
    """TERM, INT and HUP, noted; whoever waits acts on them.

    `stop` is set by the first TERM or INT: finish what runs and leave. `now` is set by INT, or by a
    second TERM: leave at once. `renew` is set by HUP: make room for a fresh process, when another
    can serve meanwhile.
    """

    def __init__(self) -> None:
        self.stop = asyncio.Event()
        self.now = asyncio.Event()
        self.renew = asyncio.Event()
        loop = asyncio.get_running_loop()
        for signum in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(signum, self.note, signum)
        loop.add_signal_handler(signal.SIGHUP, self.renew.set)

    def note(self, signum: signal.Signals) -> None:
        """Note a TERM or an INT: the first TERM asks for a drain, INT or a second TERM for an end
        at once."""
        if self.stop.is_set() or signum == signal.SIGINT:
            self.now.set()
        self.stop.set()

    async def unless_stopped(
        self, work: Coroutine[Any, Any, Result], *, or_renewed: bool = False
    ) -> Result | None:
        """The result of `work`, or None when a signal came first and `work` was cancelled, which it
        is too when who waits for it is."""
        working = asyncio.ensure_future(work)
        events = [self.stop, self.renew] if or_renewed else [self.stop]
        waiting = [asyncio.ensure_future(event.wait()) for event in events]
        try:
            await asyncio.wait({working, *waiting}, return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                return working.result()
        finally:
            for one in (working, *waiting):
                one.cancel()
            await asyncio.wait({working, *waiting})
        return None
