"""Connects to the nursery, and starts it when none listens.

Where a starter listens in the home (`daemon.supervisor.nursery_starter`), a nursery is started by
it, in the starter's unit; elsewhere by the process that wants one.
"""

import asyncio
import os
import socket
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from procs.core import codec
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
#: The starter's socket in `run`; seconds until a killed one is there again, and between two looks.
STARTER, STARTER_BACK, STARTER_PAUSE = "nursery-starter.sock", 30.0, 0.2

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
    form = this_process.environment((LOG_SETTING,)).get(LOG_SETTING, "")
    starter = starter_of(wish.run)
    code = await (ask(starter, wish, form) if starter else spawn(wish, form))
    if code == UNFIT:
        raise EngineDied(f"yt-dlp {wish.version.name} is too old; run: chapar engine update")
    if code not in (0, TAKEN):
        raise EngineDied(f"the nursery does not start (exit {code}); see {log_of(wish.run)}")
    if code == TAKEN:
        await asyncio.sleep(PAUSE)


async def spawn(wish: NurseryWish, form: str) -> int:
    """Start a nursery from here. Returns the exit code of what opens its door."""
    log = log_of(wish.run)
    for folder in (wish.run, log.parent):
        folder.mkdir(exist_ok=True, mode=0o700)
    with open(log, "ab") as sink:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "procs.engine.nursery.main"),
            *("--run", str(wish.run), "--linger", str(wish.linger)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            env=environment(wish.version, form),
            cwd="/",
            start_new_session=True,
        )
        return await process.wait()


async def ask(starter: Path, wish: NurseryWish, form: str) -> int:
    """Have the starter start a nursery, and wait for one that is being started again itself.
    Returns the exit code. Raises EngineDied."""
    request = asdict(StarterRequest.of(wish, form))
    try:
        async with asyncio.timeout(STARTER_BACK):
            while True:
                try:
                    return await answer_of(starter, request)
                except (FileNotFoundError, ConnectionError):
                    await asyncio.sleep(STARTER_PAUSE)
    except TimeoutError:
        raise EngineDied(
            f"nobody starts downloads at {starter}; run: systemctl restart chapar-nursery, or "
            "remove that file where no such unit is"
        ) from None


async def answer_of(starter: Path, request: dict[str, object]) -> int:
    """One call of the starter. Raises OSError, EngineDied."""
    reader, writer = await asyncio.open_unix_connection(starter)
    try:
        writer.write(codec.dump(request).encode() + b"\n")
        await writer.drain()
        line = await reader.readline()
    finally:
        writer.close()
    if not line:
        raise EngineDied("the starter of nurseries refuses; see: journalctl -u chapar-nursery")
    return int(codec.load(line)["code"])


@dataclass(frozen=True, slots=True)
class StarterRequest:
    """What the starter is told. It may be of another version of ours than who asks, so the names of
    these fields stay as they are."""

    run: str
    version: str
    folder: str
    linger: float
    log_form: str

    @classmethod
    def of(cls, wish: NurseryWish, form: str) -> "StarterRequest":
        """The request for a nursery, in plain texts and numbers."""
        folder = str(wish.version.folder or "")
        return cls(str(wish.run), wish.version.name, folder, wish.linger, form)

    def wish(self) -> NurseryWish:
        """The nursery that is asked for."""
        folder = Path(self.folder) if self.folder else None
        return NurseryWish(Path(self.run), Version(self.version, folder), float(self.linger))


def starter_socket(run: Path) -> Path:
    """Where the starter listens."""
    return run / STARTER


def starter_of(run: Path) -> Path | None:
    """The socket of the starter that a nursery in `run` is asked of, None where there is none."""
    place = starter_socket(home_of(run) / "run")
    return place if place.is_socket() else None


def log_of(run: Path) -> Path:
    """The file in which a nursery in `run` logs."""
    return home_of(run) / "logs" / "nursery.log"


def home_of(run: Path) -> Path:
    """The home that `run` is of; a trial's folder lies in the `run` of its home."""
    return run.parent.parent if run.parent.name == "run" else run.parent


def environment(version: Version, form: str = "") -> dict[str, str]:
    """The environment of a nursery of a version: the modules in its folder go before ours."""
    places = [str(version.folder)] if version.folder else []
    log = {LOG_SETTING: form} if form else {}
    return {**ENVIRONMENT, **log, "PYTHONPATH": os.pathsep.join([*places, ROOT])}
