"""Connects to the nursery, and starts it when none listens."""

import asyncio
import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from procs.core import process as this_process
from procs.core.ffmpeg import PATH
from procs.engine.nursery.listener import SOCKET
from procs.engine.nursery.main import LOG_SETTING, TAKEN, UNFIT
from procs.engine.releases.versions import Version
from procs.errors import EngineDied

#: Seconds until a nursery must be warm, on a busy machine.
WARM_TIMEOUT = 60.0
#: Seconds until the next look, while another worker's nursery is opening or closing its door.
PAUSE = 0.02

ROOT = str(Path(__file__).resolve().parents[3])
#: All that the nursery and its children know: no secrets, no plugins, no proxies of ours.
ENVIRONMENT = {
    "PATH": PATH,
    "LANG": "C.UTF-8",
    "PYTHONUNBUFFERED": "1",
    "YTDLP_NO_PLUGINS": "1",
    "YTDLP_NO_LAZY_EXTRACTORS": "1",
    # One arena: a forked child's memory stays shared for longer.
    "MALLOC_ARENA_MAX": "1",
}


@dataclass(frozen=True, slots=True)
class NurseryWish:
    """The nursery that is wanted: its yt-dlp, its folder, its life in seconds without a
    connection."""

    run: Path
    version: Version
    linger: float


async def reach(wish: NurseryWish, spawn: bool) -> socket.socket:
    """A connection to the machine's nursery. Raises EngineDied when there is none to be had."""
    while True:
        try:
            return await connect(wish.run / SOCKET)
        except (FileNotFoundError, ConnectionRefusedError):
            if not spawn:
                raise EngineDied("no nursery listens") from None
        await start(wish)


async def connect(path: Path) -> socket.socket:
    """A connection to who listens at `path`. Raises OSError."""
    link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    try:
        await asyncio.get_running_loop().sock_connect(link, str(path))
    except BaseException:
        link.close()
        raise
    return link


async def start(wish: NurseryWish) -> None:
    """Start a nursery that outlives us. It has opened its door when this returns, or another one
    is about to."""
    logs = wish.run.parent / "logs"
    for folder in (wish.run, logs):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(logs / "nursery.log", "ab") as sink:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "procs.engine.nursery.main"),
            *("--run", str(wish.run), "--linger", str(wish.linger)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            env=environment(wish.version),
            cwd="/",
            start_new_session=True,
        )
        code = await process.wait()
    if code == UNFIT:
        raise EngineDied(f"yt-dlp {wish.version.name} is too old; run: chapar engine update")
    if code not in (0, TAKEN):
        raise EngineDied(f"the nursery does not start (exit {code}); see {logs / 'nursery.log'}")
    if code == TAKEN:
        await asyncio.sleep(PAUSE)


def environment(version: Version) -> dict[str, str]:
    """The environment of a nursery of a version: the modules in its folder go before ours."""
    places = [str(version.folder)] if version.folder else []
    form = this_process.environment((LOG_SETTING,))
    return {**ENVIRONMENT, **form, "PYTHONPATH": os.pathsep.join([*places, ROOT])}
