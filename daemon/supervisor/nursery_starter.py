"""Starts nurseries for processes that may not: the program of a systemd unit of its own.

    python -m daemon.supervisor.nursery_starter --home DIR

What makes a download's jail (namespaces, mounts) is allowed in that unit alone, which has no
network and sees neither the database nor a sign-in; what has those may make no namespace. One
connection is one start: a line that names the folder, the yt-dlp and the patience of the nursery
that is wanted, and a line with the exit code of its start (`procs.engine.nursery.launcher`). A
nursery lives in the unit from then on, and serves the workers as any other.
"""

import argparse
import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path

from daemon.supervisor.service_manager import ServiceManager
from procs.core import codec, log, process
from procs.engine.jail import cgroups, jail
from procs.engine.nursery import launcher
from procs.engine.nursery.launcher import NurseryWish, StarterRequest

#: What a request may fail by: it is no request, it names a folder that is not ours, or nothing can
#: be started.
UNSERVED = (ValueError, TypeError, KeyError, OSError)


class NurseryStarter:
    """Listens in a home, and starts nurseries of that home only."""

    def __init__(self, home: Path) -> None:
        self.home = home.resolve()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection. A request that cannot be served is answered by no line."""
        try:
            request = StarterRequest(**codec.load(await reader.readline()))
            code = await launcher.spawn(self.wish(request), request.log_form)
            writer.write(codec.dump({"code": code}).encode() + b"\n")
            await writer.drain()
        except UNSERVED as error:
            log.warning("nursery.not-started", why=repr(error))
        finally:
            writer.close()

    def wish(self, request: StarterRequest) -> NurseryWish:
        """What is asked for. Raises ValueError when a folder lies elsewhere than in the home."""
        wish = request.wish()
        folders = [wish.run, *filter(None, [wish.version.folder])]
        for folder in folders:
            if not folder.resolve().is_relative_to(self.home):
                raise ValueError(f"{folder} is not in {self.home}")
        return wish

    async def serve(self, manager: ServiceManager) -> None:
        """Listen until TERM; say to the service manager when it has begun."""
        path = launcher.starter_socket(self.home / "run")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            path.unlink()
        stop = asyncio.Event()
        for signum in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(signum, stop.set)
        async with await asyncio.start_unix_server(self.answer, path):
            log.info("nursery-starter.listens", pid=os.getpid(), fences=jail.state())
            manager.send("READY=1", f"STATUS=downloads have: {jail.state()}")
            await stop.wait()
        path.unlink(missing_ok=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m daemon.supervisor.nursery_starter")
    parser.add_argument("--home", type=Path, required=True)
    options = parser.parse_args()
    process.keep_private()
    log.start()
    cgroups.settle()
    asyncio.run(NurseryStarter(options.home).serve(ServiceManager(os.environ)))


if __name__ == "__main__":
    main()
