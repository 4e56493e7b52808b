"""A worker without jobs, under a real supervisord: it enters, serves or spares, hands its post over
at a HUP, and is connected with Telegram while a file says so."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from daemon.commands.restart import RollingRestart
from procs.core import clock
from procs.store.database import open_database
from procs.store.health import workers
from procs.worker.process.slots import SlotLocks

#: Seconds between two looks at the locks, which tell nobody when they are free.
LOCK_POLL = 0.02
#: Seconds: far beyond any start of two small processes, and between two looks at them.
PATIENCE, LOOK = 60.0, 0.05
#: Seconds that one lives at least, as a real one does: to supervisord what ends within `startsecs`
#: has not started.
LIVES = 1.5
CONFIG = """
[supervisord]
logfile={home}/logs/supervisord.log
pidfile={home}/run/supervisord.pid
childlogdir={home}/logs
nodaemon=true
[unix_http_server]
file={home}/run/supervisor.sock
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[program:worker]
command={python} -m tests.sandbox.bare_worker {home}
directory={root}
process_name=worker-%(process_num)02d
numprocs=2
startsecs=1
startretries=9
autorestart=true
redirect_stderr=true
stdout_logfile={home}/logs/worker-%(process_num)02d.log
"""


def config(home: Path, root: Path) -> str:
    return CONFIG.format(home=home, root=root, python=sys.executable)


def way(home: Path) -> Path:
    """The file that stands for a way to Telegram."""
    return home / "way"


def broken(home: Path) -> Path:
    """The file that stands for a program that does not start."""
    return home / "broken"


async def until_in(rolling: RollingRestart) -> None:
    async with asyncio.timeout(PATIENCE):
        while not rolling.supervisor.is_up() or not rolling.all_in():
            await asyncio.sleep(LOOK)


def main(home: Path) -> None:
    if broken(home).exists():
        sys.exit("broken")
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGHUP,))
    db = open_database(f"sqlite:///{home}/chapar.db", run=home / "run")
    me, places = workers.enter(db, str(os.getpid()), now=clock.now()), SlotLocks(home / "run", 1)
    if way(home).exists():
        workers.connect(db, me, now=clock.now())
    else:
        print("2026-01-01T00:00:00.000Z WARNING of another time", flush=True)
    asked, began = False, clock.steady()
    while (
        not asked
        or clock.steady() - began < LIVES
        or (places.posts.mine is not None and not places.may_leave())
    ):
        if places.posts.mine is None and (post := places.posts.take()) is not None:
            places.spare.free()
            workers.serve(db, me, slot=post, now=clock.now())
        elif places.posts.mine is None:
            places.spare.take()
        asked = hears() or asked
    while places.left is not None and not places.is_replaced():
        hears()


def hears() -> bool:
    """Whether a HUP comes before the next look at the locks."""
    return signal.sigtimedwait((signal.SIGHUP,), LOCK_POLL) is not None


if __name__ == "__main__":
    main(Path(sys.argv[1]))
