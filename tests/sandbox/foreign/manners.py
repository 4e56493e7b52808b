"""How a server talks: each manner answers one request in its way, and says whether it would hear
another on the same connection."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sandbox.foreign.server import Reply

PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Talk:
    """One request, and where to answer it. `turn` counts the asks for its path, from 1."""

    method: str
    query: str
    headers: dict[str, str]
    turn: int
    writer: asyncio.StreamWriter

    async def say(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()


def head(reply: "Reply", *fields: tuple[str, object], version: str = "1.1") -> bytes:
    kind = [("Content-Type", reply.kind)] if reply.kind else []
    rows = "".join(f"{name}: {text}\r\n" for name, text in (*kind, *reply.headers, *fields))
    return f"HTTP/{version} {reply.status} So It Is\r\n{rows}\r\n".encode("latin-1")


def ranged(talk: Talk, reply: "Reply") -> tuple[bytes, bytes]:
    """Head and body of a good answer; a range where one is asked for."""
    body, size = reply.body, len(reply.body)
    match = re.fullmatch(r"bytes=(\d+)-(\d*)", talk.headers.get("range", ""))
    if match and reply.status == 200 and int(match[1]) < size:
        first, last = int(match[1]), min(int(match[2] or size - 1), size - 1)
        part = body[first : last + 1]
        where = ("Content-Range", f"bytes {first}-{last}/{size}")
        start = head(reply, ("Content-Length", len(part)), where)
        return start.replace(b" 200 ", b" 206 ", 1), part
    return head(reply, ("Content-Length", size), ("Accept-Ranges", "bytes")), body


async def plain(talk: Talk, reply: "Reply") -> bool:
    """As it should be."""
    start, body = ranged(talk, reply)
    await talk.say(start, b"" if talk.method == "HEAD" else body)
    return talk.headers.get("connection", "").lower() != "close"


async def deaf(talk: Talk, reply: "Reply") -> bool:
    """Ignores `Connection: close`, and says keep-alive."""
    start, body = ranged(talk, reply)
    alive = b"Connection: keep-alive\r\nKeep-Alive: timeout=60\r\n\r\n"
    await talk.say(start[:-2] + alive, b"" if talk.method == "HEAD" else body)
    return True


async def old(talk: Talk, reply: "Reply") -> bool:
    """HTTP/1.0, kept alive."""
    alive = ("Connection", "Keep-Alive")
    await talk.say(head(reply, ("Content-Length", len(reply.body)), alive, version="1.0"))
    await talk.say(reply.body)
    return True


async def unsized(talk: Talk, reply: "Reply") -> bool:
    """HTTP/1.0, no length, ended by the connection's end."""
    await talk.say(head(reply, version="1.0"), reply.body)
    return False


async def keptunsized(talk: Talk, reply: "Reply") -> bool:
    """Says keep-alive and no length, and closes all the same."""
    await talk.say(head(reply, ("Connection", "keep-alive")), reply.body)
    return False


async def longer(talk: Talk, reply: "Reply") -> bool:
    """Names more bytes than it has, always."""
    await talk.say(head(reply, ("Content-Length", len(reply.body) + 999)), reply.body)
    return False


async def shorter(talk: Talk, reply: "Reply") -> bool:
    """Says more than it named, and goes on listening."""
    await talk.say(head(reply, ("Content-Length", len(reply.body))), reply.body + b"x" * 999)
    return True


async def lower(talk: Talk, reply: "Reply") -> bool:
    start, body = ranged(talk, reply)
    first, _, rest = start.partition(b"\r\n")
    await talk.say(first + b"\r\n" + rest.lower() + body)
    return True


async def early(talk: Talk, reply: "Reply") -> bool:
    """An interim answer, and hints, before the real one."""
    await talk.say(
        b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
    )
    return await deaf(talk, reply)


async def twice(talk: Talk, reply: "Reply") -> bool:
    """The whole answer a second time, unasked."""
    start, body = ranged(talk, reply)
    await talk.say(start + body + start + body)
    return True


async def late(talk: Talk, reply: "Reply") -> bool:
    """In pieces, with a moment between them."""
    start, body = ranged(talk, reply)
    for piece in (start[:9], start[9:30], start[30:], body[:1], body[1:]):
        await talk.say(piece)
        await asyncio.sleep(0.05)
    return True


async def chunked(talk: Talk, reply: "Reply") -> bool:
    """In chunks with extensions and trailers, whose signs are of every kind."""
    await talk.say(head(reply, ("Transfer-Encoding", "chunked"), ("Trailer", "X-Sum")))
    for place, start in enumerate(range(0, len(reply.body), PIECE)):
        piece = reply.body[start : start + PIECE]
        size = (b"%x;name=value", b'%X ; q="a;b"', b"000%x")[place % 3] % len(piece)
        await talk.say(size + b"\r\n" + piece + b"\r\n")
    await talk.say(b"0;last\r\nX-Sum: 1\r\nContent-Length: 5\r\n\r\n")
    return True


async def both(talk: Talk, reply: "Reply") -> bool:
    """Chunked, and with a length that is wrong."""
    fields = (("Content-Length", 5), ("Transfer-Encoding", "chunked"))
    await talk.say(head(reply, *fields))
    await talk.say(b"%x\r\n" % len(reply.body) + reply.body + b"\r\n0\r\n\r\n")
    return True


async def doubled(talk: Talk, reply: "Reply") -> bool:
    """Its length twice, the same."""
    length = ("Content-Length", len(reply.body))
    await talk.say(head(reply, length, length), reply.body)
    return True


async def torn(talk: Talk, reply: "Reply") -> bool:
    """Two lengths that differ."""
    lengths = (("Content-Length", len(reply.body)), ("Content-Length", 7))
    await talk.say(head(reply, *lengths), reply.body)
    return True


async def bare(talk: Talk, reply: "Reply") -> bool:
    """Line feeds alone, a folded header, a line that is no header, a blank before a colon."""
    rows = f"HTTP/1.1 {reply.status}\nX-A: one\n two\nnonsense\nContent-Type : {reply.kind}\n"
    await talk.say(f"{rows}Content-Length: {len(reply.body)}\n\n".encode() + reply.body)
    return True


async def rangeless(talk: Talk, reply: "Reply") -> bool:
    """Breaks off half-way at the first ask, and knows no ranges at the next."""
    await talk.say(head(reply, ("Content-Length", len(reply.body))))
    if talk.turn in (1, 2):
        await talk.say(reply.body[: len(reply.body) // 2])
        talk.writer.transport.abort()
        return False
    await talk.say(reply.body)
    return True


async def misranged(talk: Talk, reply: "Reply") -> bool:
    """Answers every range with another one."""
    if "range" not in talk.headers:
        await talk.say(head(reply, ("Content-Length", len(reply.body))))
        await talk.say(reply.body[: len(reply.body) // 2])
        talk.writer.transport.abort()
        return False
    where = ("Content-Range", f"bytes 0-{len(reply.body) - 1}/{len(reply.body)}")
    start = head(reply, ("Content-Length", len(reply.body)), where)
    await talk.say(start.replace(b" 200 ", b" 206 ", 1), reply.body)
    return True


async def cut(talk: Talk, reply: "Reply") -> bool:
    """Half of it, then a polite end; every time."""
    await talk.say(head(reply, ("Content-Length", len(reply.body))))
    await talk.say(reply.body[: len(reply.body) // 2])
    return False


async def stalls(talk: Talk, reply: "Reply") -> bool:
    """Half of it, then silence; it begins anew at every ask."""
    await talk.say(head(reply, ("Content-Length", len(reply.body))))
    await talk.say(reply.body[: len(reply.body) // 2])
    await asyncio.sleep(3600)
    return False


async def mute(talk: Talk, reply: "Reply") -> bool:
    """Closes without a word."""
    return False


async def banner(talk: Talk, reply: "Reply") -> bool:
    """No web server at all."""
    await talk.say(b"220 mail.example.org ESMTP ready\r\n\r\n")
    return True


async def switching(talk: Talk, reply: "Reply") -> bool:
    await talk.say(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n" + reply.body)
    return True


async def huge(talk: Talk, reply: "Reply") -> bool:
    """A head without an end."""
    await talk.say(b"HTTP/1.1 200 OK\r\n")
    for _ in range(3000):
        await talk.say(b"X-Filler: " + b"x" * 90 + b"\r\n")
    return False


async def many(talk: Talk, reply: "Reply") -> bool:
    """More cookies than a program takes headers."""
    cookies = [("Set-Cookie", f"c{n}=v") for n in range(150)]
    await talk.say(head(reply, *cookies, ("Content-Length", len(reply.body))), reply.body)
    return True


Manner = Callable[[Talk, "Reply"], Awaitable[bool]]
MANNERS: dict[str, Manner] = {
    one.__name__: one
    for one in (
        *(plain, deaf, old, unsized, keptunsized, longer, shorter, lower, early, twice, late),
        *(chunked, both, doubled, torn, bare, rangeless, misranged, cut, stalls, mute, banner),
        *(switching, huge, many),
    )
}
