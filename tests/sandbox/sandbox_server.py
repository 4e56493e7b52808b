"""A server of the sandbox in a process of its own."""

import asyncio
import json
import sys
from typing import Any

from tests import ROOT

#: Seconds: the longest that an end may take on a busy machine; a start may take twice that.
SERVER_PATIENCE = 60.0


class Server:
    """A server that says where it listens in one JSON line."""

    def __init__(self, *words: str) -> None:
        self.words = words
        self.facts: dict[str, Any] = {}
        self.process: asyncio.subprocess.Process | None = None
        #: 0: a process group of its own, which Ctrl-C at the terminal does not reach.
        self.group: int | None = None

    async def start(self) -> None:
        self.process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", *self.words),
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
            process_group=self.group,
        )
        assert self.process.stdout is not None
        line = await asyncio.wait_for(self.process.stdout.readline(), SERVER_PATIENCE * 2)
        assert line, f"{self.words[0]} ended before it listened; what it printed says why"
        self.facts = json.loads(line)

    async def stop(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.terminate()
            await asyncio.wait_for(self.process.wait(), SERVER_PATIENCE)
