"""One soak: people come at ten times C2 while workers are recycled, the engine is changed, backups
are taken and logs are rotated, all again and again."""

import asyncio
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from bench.load.slopes import Point
from bench.load.soak_samples import SoakSamples
from bench.load.trial import Trial
from bench.load.usage import UNREAD
from tests.sandbox.stack import Stack
from tests.sandbox.wheels import wheel

#: Seconds between two samples, two versions of the engine, and two backups by hand.
SAMPLE, ENGINE, BACKUP = 5.0, 90.0, 60.0
#: What `chapar backup verify` says beside another backup, and how often it is asked again.
BUSY, TURNS = "another backup or restore runs", 60
#: A version that pip finds in a folder of ours: the installed yt-dlp under another number.
OTHER = "2099.1.1"
#: Bytes of each log before it begins, so that supervisord rotates it (at 10 MB) under way.
FILLED = 10_470_000
LOGS = ("worker-00", "worker-01", "worker-02", "bot", "keeper")
#: When a job was put in line and when a worker took it, by its own story.
STORIES = "SELECT story FROM jobs ORDER BY id"
#: The periods of which backups are kept.
KEEP = (2, 1, 1)
#: A worker's life is shorter than by default, so that twenty minutes have two dozen, and long
#: enough that a slope by its jobs is seen: it does some 27 between two beats, which say how many.
SETTINGS = {
    "recycle_after": "150",
    "backup_interval": "2m",
    "backup_keep": "+".join(map(str, KEEP)),
    "max_concurrent_downloads": "8",
}


class SoakTrial(Trial):
    """A trial with upkeep and samples. `done` counts what was done meanwhile."""

    samples: SoakSamples
    claims: list[Point]

    def prepare(self, stack: Stack) -> None:
        self.done: Counter[str] = Counter()
        super().prepare(stack)
        stack.settings |= SETTINGS
        logs = stack.state / "logs"
        logs.mkdir(mode=0o700)
        for name in LOGS:
            (logs / f"{name}.log").write_text("before the soak\n" * (FILLED // 16))

    async def load(self) -> None:
        self.samples = SoakSamples(self.usage, KEEP)
        work = (self.sample(), self.changes_engine(), self.backs_up())
        tasks = [asyncio.create_task(one) for one in work]
        try:
            await super().load()
        finally:
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
        for name, result in zip(("samples", "engine", "backups"), results, strict=True):
            if isinstance(result, Exception):  # the hours before are judged all the same
                self.done[f"{name} ended by {result!r}"] += 1
        stack, self.claims = self.usage.stack, []
        try:
            self.claims = claims([story for (story,) in stack.db.all(STORIES)], self.began)
            await self.verifies()
        except (*UNREAD, TimeoutError) as error:
            self.done[f"the last look ended by {error!r}"] += 1
        self.done["workers recycled"] = stack.log("worker").count("worker.recycled")
        self.done["engines updated"] = self.done["engine update: exit code 0"]
        logs = stack.state / "logs"
        self.done["logs rotated"] = len([*logs.glob("*.log.1")])

    async def verifies(self) -> None:
        """Restore the newest of the backups that were taken, as the command does it."""
        stack = self.usage.stack
        self.done["backups kept"] = len([*(stack.state / "backups").glob("*.tar.gz")])
        code, said = await stack.says("backup", "verify")
        for _ in range(TURNS):  # the last one may be under way still, by hand or by the keeper
            if not code or BUSY not in said:
                break
            await asyncio.sleep(SAMPLE)
            code, said = await stack.says("backup", "verify")
        self.done["backups verified"] = int(not code)
        if code:
            print(said, file=sys.stderr)

    async def sample(self) -> None:
        """Take all figures again and again, and count what could not be read."""
        while True:
            try:
                self.samples.take()
            except UNREAD:
                self.done["samples missed"] += 1
            await asyncio.sleep(SAMPLE)

    async def changes_engine(self) -> None:
        """Another version is fetched by pip, and from then on the two take turns."""
        stack, folder = self.usage.stack, self.usage.stack.home / "wheels"
        folder.mkdir()
        await asyncio.to_thread(wheel, folder, OTHER, instead={})
        words: tuple[str, ...] = ("engine", "update", OTHER)
        while True:
            await asyncio.sleep(min(ENGINE, self.scenario.seconds / 6))
            code, said = await self.says(stack, folder, *words)
            self.done[f"engine {words[1]}: exit code {code}"] += 1
            if code:
                print(said, file=sys.stderr)
            words = ("engine", "rollback") if words[1] != "rollback" else ("engine", "use", OTHER)

    async def says(self, stack: Stack, folder: Path, *words: str) -> tuple[int, str]:
        """The exit code and the words of a command; pip finds its packages in `folder` alone."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "daemon.cli", *words),
            env={**stack.environment, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        out, _ = await process.communicate()
        return process.returncode or 0, out.decode()

    async def backs_up(self) -> None:
        """Take backups by command, at the least six."""
        while True:
            await asyncio.sleep(min(BACKUP, self.scenario.seconds / 6))
            code, _ = await self.usage.stack.says("backup", "now")
            self.done[f"backup now: exit code {code}"] += 1

    def told(self) -> dict[str, Any]:
        return {**super().told(), "done": dict(self.done)}


def claims(stories: list[str], began: float) -> list[Point]:
    """(instant, seconds) from the beginning of each job's story to the first time that a worker
    took it."""
    found = []
    for story in stories:
        lines = [line.split(" ", 2) for line in story.splitlines()]
        taken = next((float(at) for at, word, *_ in lines if word == "claimed"), None)
        if taken is not None and float(lines[0][0]) >= began:
            found.append((taken - began, taken - float(lines[0][0])))
    return found
