"""The stack of the tour: the installed `chapar`, run from a folder that is not the checkout."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from tests.sandbox.stack import PATIENCE, Stack

#: Seconds that a step may take on a busy machine: a tour is walked beside other work.
LONG_PATIENCE = 4 * PATIENCE


class TourStack(Stack):
    """As `Stack`, by the programs of another environment, with settings in `.env` alone."""

    def __init__(self, home: Path, programs: Path, **settings: str) -> None:
        super().__init__(home, judged=False, **settings)
        self.programs = programs
        #: The promises that were not kept.
        self.broken: list[str] = []

    @property
    def env_file(self) -> Path:
        return self.home / ".env"

    @property
    def environment(self) -> dict[str, str]:
        """What the commands get: no setting but the place of the file that has them."""
        kept = {k: v for k, v in super().environment.items() if not k.startswith("CHAPAR_")}
        return kept | {"CHAPAR_ENV_FILE": str(self.env_file), "CHAPAR_WORKERS": "2"}

    def configure(self) -> None:
        """Write `.env` for its owner alone."""
        ours = {k: v for k, v in super().environment.items() if k.startswith("CHAPAR_")}
        lines = [
            f"{name}='{text}'"
            for name, text in ours.items()
            if name not in ("CHAPAR_ENV_FILE", "CHAPAR_WORKERS")
        ]
        self.env_file.touch(0o600)
        self.env_file.write_text("\n".join(lines) + "\n")

    async def start(self) -> None:
        """The servers alone; the tour starts Chapar itself."""
        self.home.mkdir(parents=True, exist_ok=True)
        await asyncio.gather(*(server.start() for server in self.servers.values()))
        await self.ends.enter_async_context(self.telegram)

    async def until(self, true: Callable[[], Any], patience: float = LONG_PATIENCE) -> Any:
        return await super().until(true, patience)

    async def command(self, *words: str, to: int | BinaryIO) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *(str(self.programs / "chapar"), *words),
            cwd=self.home,
            env=self.environment,
            stdout=to,
            stderr=asyncio.subprocess.STDOUT,
        )

    async def shows(self, *words: str, code: int = 0) -> str:
        """Run one command and print it with what it says."""
        print(f"$ chapar {' '.join(words)}", flush=True)
        found, said = await self.says(*words)
        print(said.rstrip("\n"), flush=True)
        self.promise(found == code, f"`chapar {' '.join(words)}` ends with exit code {code}")
        return said

    async def runs(self, words: list[str], shown: str) -> None:
        """Run another program and print what it says."""
        print(f"$ {shown}", flush=True)
        process = await asyncio.create_subprocess_exec(
            *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        out, _ = await asyncio.wait_for(process.communicate(), LONG_PATIENCE)
        sys.stdout.write(out.decode())
        self.promise(process.returncode == 0, f"`{shown}` ends well")

    def promise(self, held: bool, words: str) -> None:
        """Something that has to be so."""
        print(f"{'  ok  ' if held else '  NOT '} {words}", flush=True)
        if not held:
            self.broken.append(words)
