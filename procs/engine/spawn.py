"""A connection to the nursery, which is started when nobody listens."""

import asyncio
import sys
from pathlib import Path

from procs.engine.door import SOCKET
from procs.engine.nursery import TAKEN, UNFIT
from procs.errors import EngineDied
from procs.tools import PATH

#: Bytes of one line that a child may say.
LONGEST = 4 * 1024**2
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

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def reach(run: Path, spawn: bool, linger: float) -> Streams:
    """A connection to the machine's nursery. Raises EngineDied when there is none to be had."""
    while True:
        try:
            return await asyncio.open_unix_connection(str(run / SOCKET), limit=LONGEST)
        except (FileNotFoundError, ConnectionRefusedError):
            if not spawn:
                raise EngineDied("no nursery listens") from None
        await start(run, linger)


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
