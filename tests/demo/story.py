"""What two people do in the demo, and what they get."""

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from procs.store.health.workers import Worker
from tests import request_record
from tests.sandbox.person import Message, Person
from tests.sandbox.stack import CLIP, Stack

#: Pages of the loopback site.
STREAM = "/hls/master.m3u8"
PAGE = "/page/og.html"
SONG = "/page/song.html"
COMMON = "/long.mp4"
DEAD = "/status/404"
#: The same film, but slowly: so slow that a kill, or a cancel, comes before its end.
KILLED = "/slow/clip.mp4?rate=250000"
SEVERAL = "/slow/clip.mp4?rate=120000&together"
CANCELLED = "/slow/long.mp4?rate=40000"
#: Seconds that one media may take to arrive on a busy machine.
PATIENCE = 90.0
#: What a chapter told that is played beside others.
LINES: ContextVar[list[str] | None] = ContextVar("lines", default=None)


@dataclass
class Story:
    """The demo as it happens: what was received, what was promised and whether it held."""

    stack: Stack
    folder: Path
    people: list[Person] = field(default_factory=list)
    received: dict[str, Message] = field(default_factory=dict)
    files: dict[str, Path] = field(default_factory=dict)
    promises: list[tuple[str, bool]] = field(default_factory=list)

    def tell(self, words: str) -> None:
        """Print a line; of a chapter that is played beside others, at its end."""
        lines = LINES.get()
        if lines is None:
            print(words, flush=True)
        else:
            lines.append(words)

    async def beside(self, *chapters: Coroutine[Any, Any, None]) -> None:
        """Play chapters at once, and show each as a whole."""
        async with asyncio.TaskGroup() as playing:
            for chapter in chapters:
                playing.create_task(self.whole(chapter))

    async def whole(self, chapter: Coroutine[Any, Any, None]) -> None:
        lines: list[str] = []
        LINES.set(lines)
        try:
            await chapter
        finally:
            print(*lines, sep="\n", flush=True)

    def promise(self, words: str, held: bool) -> None:
        self.tell(f"  {'✓' if held else '✗'} {words}")
        self.promises.append((words, held))

    async def play(self) -> None:
        """All of it, in order."""
        sara = await self.meet("Sara", "fa")
        ben = await self.meet("Ben", "en")
        await self.ordinary(sara)
        await self.killed_worker(ben)
        await self.shared(sara, ben)
        await self.from_cache(sara)
        await self.dead_link(sara)
        await self.together(sara)
        await self.cancelled(ben)
        await self.recycled()

    async def meet(self, name: str, language: str) -> Person:
        person = await self.stack.telegram.person(name, language=language)
        await person.starts()
        self.people.append(person)
        return person

    def named(self, name: str) -> Person:
        """Somebody who was met."""
        return next(person for person in self.people if person.name == name)

    async def get(self, person: Person, what: str, path: str, words: str = "") -> Message:
        """Send a link, choose on its card where there is one, wait for the media, keep the file."""
        sent = await person.sends(f"{self.stack.url(path)} {words}".strip())
        came = await person.sees(
            lambda m: m.reply == sent.id and (m.media or m.button("🎧")), timeout=PATIENCE
        )
        if not came.media:
            await person.presses("360p", came)
        got = await person.sees(lambda m: m.media and m.reply == sent.id, timeout=PATIENCE)
        self.received[what] = got
        self.files[what] = await person.receives_file(got, self.folder / what)
        return got

    async def ordinary(self, sara: Person) -> None:
        self.tell("\nSara sends a file, a stream, a page, and asks for a song as mp3.")
        wanted = {"direct": (CLIP, ""), "stream": (STREAM, ""), "page": (PAGE, "")}
        await asyncio.gather(
            *(self.get(sara, what, *link) for what, link in wanted.items()),
            self.get(sara, "song", SONG, "mp3"),
        )
        kinds = [self.received[what].kind for what in (*wanted, "song")]
        self.promise("three videos and a song arrived", kinds == ["video"] * 3 + ["audio"])

    async def killed_worker(self, ben: Person) -> None:
        self.tell("\nBen sends a slow link; the worker that downloads it is killed with kill -9.")
        getting = asyncio.create_task(self.get(ben, "killed", KILLED))
        await ben.sees("Downloading", timeout=PATIENCE)
        worker: Worker = await self.stack.until(self.worker_of_killed)
        self.stack.kill(worker.pid, signal.SIGKILL)
        self.tell(f"  kill -9 {worker.pid}  ({worker.name})")
        got = await getting
        copies = [m for m in await ben.history() if m.media and m.reply == got.reply]
        self.promise("it arrived all the same, once", len(copies) == 1)
        self.promise("another worker brought it", worker.name != self.carrier(KILLED))

    def carrier(self, path: str) -> str:
        """The worker of the latest request for a path."""
        return next(row.worker for row in request_record.latest(self.stack.db) if path in row.url)

    def worker_of_killed(self) -> Worker | None:
        name = self.carrier(KILLED)
        return next((worker for worker in self.stack.workers() if worker.name == name), None)

    async def shared(self, sara: Person, ben: Person) -> None:
        self.tell("\nSara and Ben send the same link at the same moment.")
        await asyncio.gather(
            self.get(sara, "shared-sara", COMMON), self.get(ben, "shared-ben", COMMON)
        )
        asked = await self.stack.asked(COMMON)
        self.promise(f"the site was asked {asked} times: to look, and to fetch", asked == 2)

    async def from_cache(self, sara: Person) -> None:
        self.tell("\nSara sends the first link again.")
        before = await self.stack.asked(CLIP)
        await self.get(sara, "again", CLIP)
        same = before == await self.stack.asked(CLIP)
        self.promise("it came without a second download", same)

    async def dead_link(self, sara: Person) -> None:
        self.tell("\nSara sends a dead link.")
        sent = await sara.sends(self.stack.url(DEAD))
        said = await sara.sees(lambda m: m.reply == sent.id and "E-" in m.text, timeout=PATIENCE)
        code = said.text[said.text.index("E-") :][:6]
        self.promise(f"she is told why, with a code ({code})", bool(said.button("🔁")))
        with suppress(TimeoutError):  # supervisord writes what it reads, five times a second
            await self.stack.until(lambda: code in self.stack.log("worker"))
        self.promise("the log has the code too", code in self.stack.log("worker"))

    async def together(self, sara: Person) -> None:
        self.tell("\nSara sends four links in one message, one of them dead.")
        links = (CLIP, SEVERAL, f"{DEAD}?together", f"{PAGE}?together")
        sent = await sara.sends("\n".join(map(self.stack.url, links)))
        status = await sara.sees(lambda m: m.reply == sent.id and not m.media, timeout=PATIENCE)
        lines = len(status.text.splitlines()) - 1
        last = await sara.sees_edit(
            status, lambda m: "E-" in m.text and not m.button("❌"), timeout=PATIENCE
        )
        chat = [m for m in await sara.history() if m.reply == sent.id]
        self.promise("one status message has a line for each", lines == len(links))
        self.promise("nothing else was said of them", [m for m in chat if not m.media] == [last])
        self.promise("what is there arrived, once", len([m for m in chat if m.media]) == 3)

    async def cancelled(self, ben: Person) -> None:
        self.tell("\nBen cancels a slow download.")
        sent = await ben.sends(self.stack.url(CANCELLED))
        status = await ben.sees(
            lambda m: m.reply == sent.id and "Downloading" in m.text, timeout=PATIENCE
        )
        await ben.presses(status.buttons[0][0]["data"], status)
        await ben.sees_edit(status, lambda m: not m.buttons, timeout=PATIENCE)
        empty = await self.stack.until(lambda: not any((self.stack.state / "jobs").iterdir()))
        self.promise("it stopped, and left no file behind", bool(empty))

    async def recycled(self) -> None:
        served = await self.stack.until(lambda: len(self.stack.serving()) == 2)
        count = self.stack.log("worker").count("worker.recycled ")
        self.promise(f"workers were recycled meanwhile ({count} times)", count > 0)
        self.promise("two workers serve at the end", bool(served))
