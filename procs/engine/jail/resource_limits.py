"""The limits and the environment that a forked child sets for itself before anything else.

It gets a process group of its own, dies with the nursery, is nice, has limits, holds no descriptor
but its socket, and calls its job's folder home. What it can reach from there, `jail` says.
"""

import ctypes
import fcntl
import os
import resource
import signal
import tempfile
from contextlib import suppress
from pathlib import Path

from procs.core import process
from procs.engine.protocol import folder_lock
from procs.engine.protocol.folder_lock import SCRATCH
from procs.engine.protocol.messages import Limits

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
#: What a child keeps beside its three standard descriptors: its connection, and until it is fenced
#: a way to tell the nursery where its refusals are told.
SOCKET, POST = 3, 4

LIBC = ctypes.CDLL(None, use_errno=True)


def enter(folder: Path, limits: Limits, *, parent: int, keep: tuple[int, int]) -> None:
    """Turn this fork of the nursery into a job's own process. `keep` becomes SOCKET and POST."""
    os.setpgid(0, 0)
    die_with(parent)
    default_signals()
    drop_descriptors(keep)
    process.be_nice(limits.nice)
    settle_in(folder)
    limit(limits)
    die_first()


def die_first() -> None:
    """Have the kernel kill a download before the database when memory runs out."""
    with suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:
        score.write("1000")


def die_with(parent: int) -> None:
    """Be killed when `parent` dies (prctl(2)), also if it died before this call."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def adopt() -> None:
    """Become the parent of orphans below us, so that we can wait for every one of them."""
    LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1)


def default_signals() -> None:
    """Let signals do again what they do in a new process: the nursery's handlers are not the
    child's."""
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


def drop_descriptors(keep: tuple[int, int]) -> None:
    """Keep two sockets; everything else is the nursery's, or another job's."""
    safe = [fcntl.fcntl(one, fcntl.F_DUPFD_CLOEXEC, POST + 1) for one in keep]
    for one, place in zip(safe, (SOCKET, POST), strict=True):
        os.dup2(one, place, inheritable=False)
    for descriptor in os.listdir("/proc/self/fd"):
        if int(descriptor) > POST:
            with suppress(OSError):  # the listing's own is closed already
                os.close(int(descriptor))
    silence()


def silence() -> None:
    """Read nothing, and write nowhere."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    os.close(nothing)


def settle_in(folder: Path) -> None:
    """Work, and leave every temporary file, in `folder`."""
    scratch = folder / SCRATCH
    scratch.mkdir(parents=True, exist_ok=True)
    folder_lock.share(folder)
    os.chdir(folder)
    os.environ.update(HOME=str(scratch), TMPDIR=str(scratch), XDG_CACHE_HOME=str(scratch))
    tempfile.tempdir = None


def limit(limits: Limits) -> None:
    """Bounds that the kernel keeps, also for what we start (setrlimit(2)).

    Memory is bounded by DATA, which counts what a process really may write to, private mappings
    included, and not by AS: JavaScript runtimes reserve far more addresses than they use.
    """
    for what, most in (
        (resource.RLIMIT_FSIZE, limits.file),
        (resource.RLIMIT_DATA, limits.memory),
        (resource.RLIMIT_CPU, limits.cpu),
        (resource.RLIMIT_NOFILE, limits.files),
        (resource.RLIMIT_CORE, 0),
    ):
        lower(what, most)


def lower(what: int, most: int) -> None:
    """Lower a limit for good; one that is lower already stays."""
    hard = resource.getrlimit(what)[1]
    value = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (value, value))
