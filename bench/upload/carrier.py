"""One upload in a process of its own: `python -m bench.upload.carrier ours|library …`.

Prints one JSON line: took, CPU seconds, anonymous memory above the start, the longest time without
an acknowledged part.
"""

import argparse
import asyncio
import json
import resource
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import uvloop
from pyrogram import Client

from procs import config
from procs.telegram.session import sign_in
from procs.telegram.session.mtproto_client import way
from procs.telegram.upload.uploader import Upload
from tests.sandbox.stack import TOKEN

#: Seconds between two looks at the memory.
LOOK = 0.02


class Watch:
    """What an upload costs, from `begin` on."""

    def begin(self) -> None:
        """Measure from now on."""
        self.memory = self.most = anonymous()
        self.busy, self.began = busy(), time.monotonic()
        self.heard, self.gap = self.began, 0.0

    def progress(self, done: int, total: int) -> None:
        """Keep the longest time without an acknowledged part."""
        now = time.monotonic()
        self.gap, self.heard = max(self.gap, now - self.heard), now

    async def look(self) -> None:
        """Keep the most memory that was held, for ever."""
        while True:
            self.most = max(self.most, anonymous())
            await asyncio.sleep(LOOK)

    def end(self) -> dict[str, float]:
        """Seconds, CPU seconds, bytes above the start, longest gap in seconds."""
        took, cpu = time.monotonic() - self.began, busy() - self.busy
        return {"took": took, "cpu": cpu, "rss": self.most - self.memory, "gap": self.gap}


def busy() -> float:
    """CPU seconds of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def anonymous() -> int:
    """Bytes of RssAnon; pages of the file itself do not count."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    return 0


@asynccontextmanager
async def ours(settings: config.Settings) -> AsyncIterator[Any]:
    """The product's own upload over a signed-in session."""
    line = await sign_in.signed_in(settings, "slot-0")

    async def send(path: Path, watch: Watch) -> None:
        await Upload(line.lanes, path, watch.progress).run()

    try:
        yield send
    finally:
        await sign_in.shut(line)


@asynccontextmanager
async def library(settings: config.Settings) -> AsyncIterator[Any]:
    """As it comes, with its own cipher."""
    client = Client(
        "library",
        workdir=settings.sessions,
        bot_token=settings.bot_token,
        connection_factory=way(settings),
        loop=asyncio.get_running_loop(),
        api_id=settings.api_id,
        api_hash=settings.api_hash,
        no_updates=True,
    )
    await client.start()

    async def send(path: Path, watch: Watch) -> None:
        await client.save_file(path, progress=watch.progress)

    try:
        yield send
    finally:
        await client.stop()


async def carry(asked: argparse.Namespace) -> None:
    """Sign in, upload, print the figures."""
    given = {
        "CHAPAR_API_ID": "12345",
        "CHAPAR_API_HASH": "0" * 32,
        "CHAPAR_BOT_TOKEN": TOKEN,
        "CHAPAR_HOME": str(asked.home),
        "CHAPAR_TELEGRAM_SERVER": asked.address,
        "CHAPAR_TELEGRAM_SERVER_KEY": asked.key,
    }
    settings = config.load(given, env_file=None)
    settings.sessions.mkdir(parents=True, exist_ok=True)
    sender = ours if asked.who == "ours" else library
    async with sender(settings) as send:
        watch = Watch()
        watch.begin()
        looking = asyncio.create_task(watch.look())
        await send(asked.file, watch)
        figures = watch.end()
        looking.cancel()
    print(json.dumps(figures), flush=True)


def arguments() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("who", choices=["ours", "library"])
    parser.add_argument("--address", required=True)
    parser.add_argument("--key", required=True)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--file", type=Path, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    uvloop.run(carry(arguments()))
