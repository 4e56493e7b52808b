"""`chapar up`: checks the settings, makes the folders, migrates the database, and becomes
supervisord."""

import ctypes
import fcntl
import os
import shlex
import socket
import stat
import subprocess
import sys
import time
from contextlib import suppress
from math import inf
from pathlib import Path
from typing import NoReturn

import daemon
from daemon.command_error import NotServing, Refusal
from daemon.commands import status
from daemon.console import open_store, package_files, step_bar
from daemon.supervisor import child_environment, control, file_modes, process_tree
from daemon.supervisor.control import ANSWER, Supervisor
from procs import config
from procs.config import Settings, SettingsReading, values
from procs.core import clock, disk
from procs.engine.jail import cgroups

ROOT = Path(__file__).resolve().parents[2]
#: The seconds that supervisord grants a worker beyond its drain grace before it kills.
BEYOND_GRACE = 15
#: How long a detached supervisord may take to answer, in seconds; it took 0.3 here.
ANSWER_TIMEOUT = 30.0
#: How long its processes may take until they serve, in seconds (it took 4 here: 3 of them make
#: supervisord sure), and the seconds between two looks.
UNTIL_SERVING = 60.0
SERVING_POLL = 0.1
#: Seconds after which a process that still dies at each start is not waited for any more.
UNTIL_UP = 15.0
#: supervisord closes descriptors from 5 up when it reloads, and from 3 up in its children.
LOCK_DESCRIPTOR = 3
STDERR_OF_NOBODY = (
    "CHAPAR_LOG_FORM=stderr is for chapar up in the foreground, as systemd runs it; with -d nobody "
    "would keep the lines: leave -d out, or set CHAPAR_LOG_FORM=files"
)
#: prctl(2)
PR_SET_CHILD_SUBREAPER = 36


def up(*, detach: bool = False, bot: bool = True, new: bool = False) -> None:
    """Start Chapar: in the foreground this process becomes supervisord; detached, it returns when
    all run and the workers serve. Only `new` makes a database where there was one. Raises
    BadSettings, StoreError, Refusal, NotServing."""
    reading = config.read(need_telegram=bot)
    settings = reading.settings
    if settings is None:
        raise config.BadSettings(reading.complaints)
    if detach and settings.log_form.stderr:
        raise Refusal(STDERR_OF_NOBODY)
    process_tree.require_unmoved(settings.run)
    make_folders(settings)
    open_store.require_in_charge(settings)
    lock = hold(settings)
    try:
        clear_way(settings.run)
        with step_bar.shown(aloud, "bringing the database up to date") as told:
            patience = UNTIL_SERVING if detach else inf
            open_store.prepare_when_there(settings, told, new=new, patience=patience)
    except BaseException:
        os.close(lock)
        raise
    if closed := file_modes.mend(settings):
        print(f"closed to other users: {len(closed)} files in {settings.home}")
    around = environment(settings, reading, bot=bot)
    child_environment.write(settings.run, around)
    cgroups.settle()
    spare = " + 1" if settings.posts else ""
    print(f"chapar {daemon.__version__}: {settings.posts}{spare} workers, home {settings.home}")
    if detach:
        start_detached(settings, around, lock)
    else:
        become(settings, around, lock)


def aloud(line: str) -> None:
    """Print a line at once: who starts this may read it from a pipe."""
    print(line, flush=True)


def make_folders(settings: Settings) -> None:
    """All folders below home, for this user alone."""
    folders = [settings.run, settings.jobs, settings.outbox, settings.sessions, settings.logs]
    for folder in [settings.home, *folders, settings.cache]:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)
        except OSError as error:
            raise Refusal(
                f"cannot make {folder} ({error.strerror}); {disk.help_of(error)}, or let "
                "CHAPAR_HOME name a folder that this user may write"
            ) from None


def hold(settings: Settings) -> int:
    """The lock that says one supervisord per home. The kernel frees it when the last process that
    holds the descriptor ends."""
    runs = (
        f"Chapar already runs on {settings.home}; "
        "stop it first (chapar stop), or give this one another CHAPAR_HOME"
    )
    path = settings.run / process_tree.LOCK
    try:
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        why = f"{path} cannot be opened ({error.strerror})"
        raise Refusal(f"{why}; {disk.help_of(error)}") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise Refusal(runs) from None
    if process_tree.supervisor_of(settings.run) is not None:  # its lock file was removed
        os.close(lock)
        raise Refusal(runs)
    return lock


def clear_way(run: Path) -> None:
    """Remove what a killed supervisord left of its socket. Raises Refusal when something else lies
    there, or the name is too long: supervisord would start and could not be asked to stop."""
    path = run / "supervisor.sock"
    if len(os.fsencode(path)) > values.SOCKET_BYTES:
        raise Refusal(f"{path} is too long for a socket; choose a shorter CHAPAR_HOME")
    try:
        is_socket = stat.S_ISSOCK(path.lstat().st_mode)
    except FileNotFoundError:
        return
    if not is_socket:
        raise Refusal(f"{path} is in the way: supervisord's socket belongs there; remove it")
    with socket.socket(socket.AF_UNIX) as link, suppress(OSError):
        link.settimeout(ANSWER)
        link.connect(str(path))
        raise Refusal(f"another program answers at {path}; end that program")
    path.unlink(missing_ok=True)


def environment(settings: Settings, reading: SettingsReading, *, bot: bool) -> dict[str, str]:
    """The environment of supervisord and of all its child processes."""
    return {
        **os.environ,
        **config.environment(settings, reading),
        "CHAPAR_PYTHON": shlex.quote(sys.executable),
        "CHAPAR_PROCS": str(settings.posts + 1 if settings.posts else 0),
        "CHAPAR_STOP_WAIT": str(int(settings.drain_grace) + BEYOND_GRACE),
        "CHAPAR_WITH_BOT": str(bot and "bot" in settings.roles).lower(),
        "MALLOC_ARENA_MAX": "2",
        "YTDLP_NO_PLUGINS": "1",
        "PYTHONUNBUFFERED": "1",
        # `-m` must never import from the working folder: downloads lie in some of them.
        "PYTHONSAFEPATH": "1",
        "PYTHONPATH": python_path(),
    }


def python_path() -> str:
    """A checkout that is not installed must be findable. One that is installed is found anyway,
    and named twice it would look like two installations."""
    given = os.environ.get("PYTHONPATH", "")
    checkout = str(ROOT) if (ROOT / "setup.cfg").exists() else ""
    return os.pathsep.join(filter(None, [checkout, given]))


def command(settings: Settings) -> list[str]:
    """supervisord's command line; it names the home, so that `ps` and we can tell whose it is."""
    # Its own lines go into the same standard error as those of its processes, once.
    silent = ["--silent"] if settings.log_form.stderr else []
    program = [
        sys.executable,
        "-m",
        "daemon.supervisor.supervisord",
        "-n",
        "-c",
        str(package_files.path("supervisord.conf")),
        *silent,
    ]
    return [*program, "-j", str(settings.run / process_tree.PID_FILE)]


def become(settings: Settings, around: dict[str, str], lock: int) -> NoReturn:
    """Replace this process by supervisord. The lock goes along."""
    sys.stdout.flush()
    argv = command(settings)
    process_tree.note(lock)
    os.dup2(lock, LOCK_DESCRIPTOR)
    os.set_inheritable(LOCK_DESCRIPTOR, True)
    adopt_orphans()
    os.execve(argv[0], argv, around)


def adopt_orphans() -> None:
    """Let the processes that a dying worker leaves behind become supervisord's children, so that
    they are reaped and logged."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def start_detached(settings: Settings, around: dict[str, str], lock: int) -> None:
    """Start supervisord in a session of its own, and wait until all processes serve. When that
    fails nothing is left running. Raises Refusal, NotServing."""
    argv = [*command(settings), "--silent"]
    os.dup2(lock, LOCK_DESCRIPTOR)
    first_words = settings.logs / "up.log"
    with open(first_words, "wb") as log:
        child = subprocess.Popen(
            argv,
            env=around,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            pass_fds=[LOCK_DESCRIPTOR],
            preexec_fn=prepare_child,
        )
    try:
        await_answer(settings, child, first_words)
        await_service(settings)
    except NotServing:
        raise
    except BaseException:
        end(child)
        raise


def prepare_child() -> None:
    """In the child that becomes supervisord: adopt orphans, and note who holds the lock."""
    adopt_orphans()
    process_tree.note(LOCK_DESCRIPTOR)


def await_answer(settings: Settings, child: subprocess.Popen[bytes], first_words: Path) -> None:
    """Wait until supervisord answers. Raises Refusal when it ends instead, or says nothing."""
    supervisor = Supervisor(settings.run)
    stop = clock.now().boot + ANSWER_TIMEOUT
    while clock.now().boot < stop:
        if supervisor.is_up():
            return
        with suppress(subprocess.TimeoutExpired):
            child.wait(SERVING_POLL)
            said = " ".join(first_words.read_text(errors="replace").split())
            raise Refusal(f"supervisord ended at once: {said}")
    raise Refusal(f"supervisord did not answer and was stopped; see {settings.logs}")


def end(child: subprocess.Popen[bytes]) -> None:
    """End a start that failed, with everything below it."""
    control.stop_by_signals(child.pid, lambda line: None, now=True)
    child.wait()


def await_service(settings: Settings, *, patience: float = UNTIL_SERVING) -> None:
    """Wait until the bot runs and every post has its worker. Raises Refusal when a process does
    not stay up, and after `patience` seconds NotServing when all run and wait, for Telegram say."""
    began = clock.now().boot
    while missing := (now := status.look(settings)).missing:
        waited = clock.now().boot - began
        late = waited > patience
        dies = now.broken or (now.dying and waited > UNTIL_UP) or (now.down and late)
        if now.processes is None or dies:
            raise Refusal(
                f"not up: {', '.join(missing)}; everything was stopped again, see the logs in "
                f"{settings.logs}"
            )
        if late:
            raise NotServing(
                f"started, but after {patience:g} s not all serves: {', '.join(missing)}; it goes "
                f"on trying: look at chapar status, and at the logs in {settings.logs}"
            )
        time.sleep(SERVING_POLL)
