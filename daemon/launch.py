"""Starting: judge the settings, make the folders, bring the database up to date, and become
supervisord."""

import ctypes
import fcntl
import os
import shlex
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import daemon
from daemon import modes, status
from daemon.control import Supervisor
from daemon.errors import Refused
from procs import clock, config
from procs.config import Reading, Settings
from procs.engine import cgroups
from procs.store.migrate import migrate

ROOT = Path(__file__).resolve().parent.parent
#: What supervisord grants a worker beyond its drain grace before it kills, in seconds.
BEYOND_GRACE = 15
#: How long a detached supervisord may take to answer, in seconds; it took 0.3 here.
PATIENCE = 30.0
#: How long its processes may take until they serve, in seconds (it took 4 here: 3 of them make
#: supervisord sure), and the seconds between two looks.
UNTIL_SERVING = 60.0
LOOK = 0.1
#: supervisord closes descriptors from 5 up when it reloads, and from 3 up in its children.
LOCK_DESCRIPTOR = 3
#: prctl(2)
PR_SET_CHILD_SUBREAPER = 36


def up(*, detach: bool = False, bot: bool = True) -> None:
    """Start Chapar: in the foreground this process becomes supervisord; detached, it returns when
    all run and the workers serve. Raises BadSettings, NewerDatabase, Refused."""
    reading = config.read(need_telegram=bot)
    settings = reading.settings
    if settings is None:
        raise config.BadSettings(reading.complaints)
    make_folders(settings)
    lock = hold(settings)
    if closed := modes.mend(settings):
        print(f"closed to other users: {len(closed)} files in {settings.home}")
    migrate(settings.database_url, run=settings.run)
    around = environment(settings, reading, bot=bot)
    cgroups.settle()
    print(f"chapar {daemon.__version__}: {settings.workers} + 1 workers, home {settings.home}")
    if detach:
        start_detached(settings, around, lock)
        await_service(settings)
    else:
        become(around, lock)


def make_folders(settings: Settings) -> None:
    """All folders below home, for this user alone."""
    folders = [settings.run, settings.jobs, settings.outbox, settings.sessions, settings.logs]
    for folder in [settings.home, *folders, settings.cache]:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)
        except OSError as error:
            raise Refused(
                f"cannot make {folder} ({error.strerror}); "
                "let CHAPAR_HOME name a folder that this user may write"
            ) from None


def hold(settings: Settings) -> int:
    """The lock that says one supervisord per home. The kernel frees it when the last process that
    holds the descriptor ends."""
    lock = os.open(settings.run / "supervisor.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise Refused(
            f"Chapar already runs on {settings.home}; "
            "stop it first (chapar stop), or give this one another CHAPAR_HOME"
        ) from None
    return lock


def environment(settings: Settings, reading: Reading, *, bot: bool) -> dict[str, str]:
    """What supervisord and all processes below it find around them."""
    return {
        **os.environ,
        **config.environment(settings, reading),
        "CHAPAR_PYTHON": shlex.quote(sys.executable),
        "CHAPAR_PROCS": str(settings.workers + 1),
        "CHAPAR_STOP_WAIT": str(int(settings.drain_grace) + BEYOND_GRACE),
        "CHAPAR_WITH_BOT": str(bot).lower(),
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


def command() -> list[str]:
    return [sys.executable, "-m", "daemon.supervisord", "-n", "-c", str(configuration())]


def configuration() -> Path:
    """supervisord.conf of the checkout, or where the installation put it."""
    places = [folder / "supervisord.conf" for folder in (ROOT, Path(sys.prefix, "share/chapar"))]
    for place in places:
        if place.exists():
            return place
    raise Refused(f"no supervisord.conf at {places[0]} or {places[1]}; install Chapar again")


def become(around: dict[str, str], lock: int) -> NoReturn:
    """Replace this process by supervisord. The lock goes along."""
    sys.stdout.flush()
    os.dup2(lock, LOCK_DESCRIPTOR)
    os.set_inheritable(LOCK_DESCRIPTOR, True)
    adopt_orphans()
    argv = command()
    os.execve(argv[0], argv, around)


def adopt_orphans() -> None:
    """Let the processes that a dying worker leaves behind become supervisord's children, so that
    they are reaped and logged."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def start_detached(settings: Settings, around: dict[str, str], lock: int) -> None:
    """Start supervisord in a session of its own, and wait until it answers."""
    os.dup2(lock, LOCK_DESCRIPTOR)
    first_words = settings.logs / "up.log"
    with open(first_words, "wb") as log:
        child = subprocess.Popen(
            [*command(), "--silent"],
            env=around,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            pass_fds=[LOCK_DESCRIPTOR],
            preexec_fn=adopt_orphans,
        )
    supervisor = Supervisor(settings.run)
    for _ in range(int(PATIENCE / 0.1)):
        if supervisor.is_up():
            return
        with suppress(subprocess.TimeoutExpired):
            child.wait(0.1)
            raise Refused(f"supervisord ended at once: {first_words.read_text().strip()}")
    raise Refused(f"supervisord (pid {child.pid}) does not answer; see {settings.logs}")


def await_service(settings: Settings, *, patience: float = UNTIL_SERVING) -> None:
    """Wait until the bot runs and every post has its worker. Raises Refused with all that is
    missing after `patience` seconds; what was started goes on trying."""
    end = clock.now().boot + patience
    while missing := status.look(settings).missing:
        if clock.now().boot > end:
            raise Refused(
                f"not up after {patience:g} s: {', '.join(missing)}; it goes on trying: "
                f"look at chapar status, and at the logs in {settings.logs}"
            )
        time.sleep(LOOK)
