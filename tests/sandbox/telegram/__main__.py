"""The loopback Telegram as a process: `python -m tests.sandbox.telegram --home DIR [--port N]`.

Prints one JSON line when it is ready: address, key (PEM file), control (unix socket), token, bot.
Ends on TERM or INT. Started again on the same folder and port, it is the same server.
"""

import argparse
import asyncio
import json
import signal
import tempfile
from pathlib import Path

from procs.core import process
from tests.sandbox import long_heap
from tests.sandbox.telegram import control
from tests.sandbox.telegram.server import TOKEN, Telegram

#: Of a unix socket's path, in bytes.
PATH_LIMIT = 100


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="folder of key, world and files")
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    parser.add_argument("--token", default=TOKEN, help="of the bot that people write to")
    parser.add_argument("--sink", action="store_true", help="keep no bytes of uploads")
    parser.add_argument("--strict", action="store_true", help="refuse bots that speak too often")
    return parser.parse_args()


async def main(args: argparse.Namespace) -> None:
    over = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    facts = {
        "port": args.port,
        "host": args.host,
        "token": args.token,
        "sink": args.sink,
        "strict": args.strict,
    }
    async with Telegram(args.home, **facts) as server, long_heap.kept_apart():
        path = socket_path(args.home)
        listener = await control.serve(server, path)
        about = await server.do("about")
        print(json.dumps({**about, "control": str(path)}), flush=True)
        await over.wait()
        listener.close()


def socket_path(home: Path) -> Path:
    path = home.resolve() / "control.sock"
    if len(str(path)) < PATH_LIMIT:
        return path
    return Path(tempfile.mkdtemp(prefix="ch-tg-")) / "control.sock"


process.end_with_parent(signal.SIGTERM)
asyncio.run(main(arguments()))
