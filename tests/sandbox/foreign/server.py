"""A second media site, of raw sockets: what servers do that no good library lets one do.

    async with Foreign() as foreign:
        foreign.url("/page/iframe.html"), foreign.hits("/film.mp4")

A path is answered by what `pages` made of it, in the manner that its first part names (`MANNERS`),
else by the file of that name.
"""

import asyncio
import mimetypes
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.sandbox.foreign import files
from tests.sandbox.foreign.manners import MANNERS, Talk

TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl",
    ".mpd": "application/dash+xml",
    ".ts": "video/mp2t",
    ".vtt": "text/vtt",
    ".heic": "image/heic",
    ".avif": "image/avif",
    ".webp": "image/webp",
    ".mkv": "video/x-matroska",
    ".flac": "audio/flac",
}


@dataclass(frozen=True, slots=True)
class Reply:
    """What a path is answered with. An empty `kind` is no Content-Type at all."""

    body: bytes = b""
    kind: str = "text/html; charset=utf-8"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    #: What is answered from the second ask on.
    then: "Reply | None" = None


Pages = Callable[["Foreign"], dict[str, Reply]]


@dataclass
class Foreign:
    """A running server, its address and its counters."""

    pages: Pages
    port: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    replies: dict[str, Reply] = field(default_factory=dict)
    folder: Path = Path()
    talking: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> "Foreign":
        self.folder = await asyncio.to_thread(files.folder)
        self.server = await asyncio.start_server(self.talk, "127.0.0.1", self.port)
        self.port = self.server.sockets[0].getsockname()[1]
        self.replies = self.pages(self)
        return self

    async def __aexit__(self, *what: object) -> None:
        self.server.close()
        for task in list(self.talking):
            task.cancel()
        await asyncio.gather(*self.talking, return_exceptions=True)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def hits(self, path: str) -> int:
        return self.asked[path]

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, for as many requests as its manner takes."""
        task = asyncio.current_task()
        assert task is not None
        self.talking.add(task)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                while await self.answered(reader, writer):
                    pass
        finally:
            self.talking.discard(task)
            writer.close()

    async def answered(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Whether another request may follow."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.strip().split("\r\n")
        method, target, _ = first.split(" ")
        path, _, query = target.partition("?")
        self.asked[path] += 1
        given = dict(line.split(": ", 1) for line in lines)
        manner, reply = self.found(path)
        talk = Talk(
            method, query, {k.lower(): v for k, v in given.items()}, self.asked[path], writer
        )
        return await manner(talk, reply)

    def found(self, path: str) -> tuple[Callable[..., object], Reply]:
        _, name, *rest = path.split("/", 2)
        if name in MANNERS and rest:
            return MANNERS[name], self.of("/" + rest[0], path)
        return MANNERS["plain"], self.of(path, path)

    def of(self, path: str, whole: str) -> Reply:
        if reply := self.replies.get(path):
            return reply.then if reply.then and self.asked[whole] > 1 else reply
        file = self.folder / path.lstrip("/")
        if not file.is_file():
            return Reply(b"<html><title>Not Found</title>nothing here</html>", status=404)
        kind = TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0]
        return Reply(file.read_bytes(), kind or "application/octet-stream")


__all__ = ["Foreign", "Reply", "replace"]
