"""A site whose answers are bytes that a test wrote: with wrong lengths, without ends, cut."""

import asyncio
import gzip
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import brotli

#: Seconds after which a peer has read what came before its connection breaks.
READ = 0.2
RANGE = re.compile(rb"\nrange: bytes=(\d+)-(\d*)", re.I)


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. `framed` is the field that says where its body ends, "" for none; so many `left`
    bytes of the body are held back; `version` is HTTP's, `resets` whether the connection breaks."""

    body: bytes
    framed: str = "Content-Length"
    left: int = 0
    coding: str = ""
    kind: str = ""
    version: str = "1.1"
    resets: bool = False
    status: str = "200 OK"
    fields: tuple[str, ...] = ()

    def sent(self) -> bytes:
        """The answer as it goes over the wire."""
        body = CODINGS[self.coding](self.body)
        fields = [f"HTTP/{self.version} {self.status}", f"Content-Type: {self.kind}"]
        fields += self.fields
        if self.coding:
            fields.append(f"Content-Encoding: {self.coding}")
        if self.framed == "Content-Length":
            fields.append(f"Content-Length: {len(body)}")
        if self.framed == "own Content-Length":
            fields.append(f"Content-Length: {len(body) - self.left}")
        if self.framed == "Transfer-Encoding":
            fields.append("Transfer-Encoding: chunked")
            body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        return "\r\n".join([*fields, "", ""]).encode() + body[: len(body) - self.left]


#: An answer by the first and the last byte that are asked for, None for those of the file.
ByRange = Callable[[int | None, int | None], Reply]

#: How a body is packed.
CODINGS = {"": bytes, "gzip": gzip.compress, "br": brotli.compress}


@dataclass
class SloppySite:
    """Answers each path with its replies, one after the other; the last one again and again.
    `starts` are the first bytes that were asked for, None where all were."""

    replies: dict[str, list[Reply | ByRange]] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    starts: list[int | None] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self.server.close()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def folder(self, place: Path, kind: str = "") -> None:
        """Answer with the files of a folder, as they should be."""
        for path in place.iterdir():
            if path.is_file():
                self.replies[f"/{path.name}"] = [Reply(path.read_bytes(), kind=kind)]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        path = head.split()[1].decode().partition("?")[0]
        replies = self.replies.get(path)
        number, self.asked[path] = self.asked[path], self.asked[path] + 1
        if not replies:
            writer.write(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        else:
            reply = replies[min(number, len(replies) - 1)]
            found = RANGE.search(head)
            self.starts.append(int(found[1]) if found else None)
            if not isinstance(reply, Reply):
                reply = reply(self.starts[-1], int(found[2]) if found and found[2] else None)
            writer.write(reply.sent())
            await writer.drain()
            if reply.resets:
                await asyncio.sleep(READ)
                writer.transport.abort()
        writer.close()
