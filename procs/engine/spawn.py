"""A connection to the nursery, which is started when nobody listens."""

import asyncio
import socket
import sys
from pathlib import Path

from procs.engine.door import SOCKET
from procs.engine.nursery import TAKEN, UNFIT
from procs.errors import EngineDied
from procs.tools import PATH

#: Seconds until a nursery must be warm, on a busy machine.
PATIENCE = 60.0
#: Seconds until the next look, while another worker's nursery is opening or closing its door.
PAUSE = 0.02

#: All that the nursery and its children know: no secrets, no plugins, no proxies of ours.
ENVIRONMENT = {
    "PATH": PATH,
    "LANG": "C.UTF-8",
    "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
    "PYTHONUNBUFFERED": "1",
    "YTDLP_NO_PLUGINS": "1",
    "YTDLP_NO_LAZY_EXTRACTORS": "1",
    # One arena: a forked child's memory stays shared for longer.
    "MALLOC_ARENA_MAX": "1",
}


async def reach(run: Path, spawn: bool, linger: float) -> socket.socket:
    """A connection to the machine's nursery. Raises EngineDied when there is none to be had."""
    while True:
        try:
            return await connect(run / SOCKET)
        except (FileNotFoundError, ConnectionRefusedError):
            if not spawn:
                raise EngineDied("no nursery listens") from None
        await start(run, linger)


async def connect(path: Path) -> socket.socket:
    """A connection to who listens at `path`. Raises OSError."""
    link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    try:
        await asyncio.get_running_loop().sock_connect(link, str(path))
    except BaseException:
        link.close()
        raise
    return link


async def start(run: Path, linger: float) -> None:
    """Start a nursery that outlives us. It has opened its door when this returns, or another one
    is about to."""
    logs = run.parent / "logs"
    for folder in (run, logs):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(logs / "nursery.log", "ab") as sink:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "procs.engine.nursery"),
            *("--run", str(run), "--linger", str(linger)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            env=ENVIRONMENT,
            cwd="/",
            start_new_session=True,
        )
        code = await process.wait()
    if code == UNFIT:
        raise EngineDied("yt-dlp is too old; upgrade it")
    if code not in (0, TAKEN):
        raise EngineDied(f"the nursery does not start (exit {code}); see {logs / 'nursery.log'}")
    if code == TAKEN:
        await asyncio.sleep(PAUSE)
