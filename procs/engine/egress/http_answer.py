"""A site's answer to a plain request, as the proxy passes it on to the program (RFC 9112).

The answer is read to its end by its own framing, whatever the site says of its connection, and is
written anew: without what is between the site and us (RFC 9110, 7.6.1), with one framing where the
site gave two, and with `Connection: close`. So the program asks anew on a connection of its own,
also where the site goes on listening, and nothing that a site says after its answer is heard.
"""

import re
from collections.abc import Iterator

from procs.errors import SiteBroken

#: Bytes of a head, of the line before a chunk, and of all trailers; fields that a program may be
#: given (Python's http.client takes 100); interim answers before the real one.
HEAD, LINE, TRAILERS = 64 * 1024, 4096, 16 * 1024
FIELDS, INTERIM = 96, 16
STATUS_LINE = re.compile(rb"(?:HTTP/1\.[0-9]|ICY)[ \t]+([1-9][0-9]{2})(?:[ \t]+([^\r\n]*))?\r?")
END = re.compile(rb"\r?\n\r?\n")
FOLD = re.compile(rb"\r?\n[ \t]+")
FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*:[ \t]*(.*?)[ \t]*", re.S)
UNCLEAN = re.compile(rb"[\x00\r\n]")
SIZE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?\r?", re.S)
LENGTH = re.compile(rb"[0-9]{1,18}")
#: Chunks after which they must hold so many bytes each: to read one costs more than its bytes.
MANY, LEAST = 10_000, 64
#: The length that some servers send when they do not know it.
UNKNOWN = (b"", b"-1")
#: Fields that are between the site and us.
OURS = {
    *(b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authentication-info"),
    *(b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade"),
}
FRAMING = (b"content-length", b"transfer-encoding")
BODILESS = (204, 304)
SWITCHING = 101

Field = tuple[bytes, bytes]


class Answer:
    """One answer, from its first byte to its last. `whole` once that was taken; what comes after it
    is nobody's. `status` is 0 until its head is there."""

    def __init__(self, method: str) -> None:
        self.method = method
        self.status = 0
        self.whole = False
        self.heard = b""
        self.interim = 0
        self.body: BodyRest | Counted | Chunked = BodyRest()

    def take(self, data: bytes) -> bytes:
        """The bytes to send to the program for these. Raises SiteBroken for what is no answer."""
        if self.whole:
            return b""
        if self.status:
            said = self.body.take(data)
            self.whole = self.body.whole
            return said
        known = max(0, len(self.heard) - len(b"\r\n\r"))
        self.heard = (self.heard + data).lstrip(b"\r\n")
        while end := END.search(self.heard, known):
            head, rest = self.heard[: end.start()], self.heard[end.end() :]
            self.heard, known = rest.lstrip(b"\r\n"), 0
            if said := self.headed(head):
                self.whole = self.body.whole
                return said + self.take(rest)
        if len(self.heard) > HEAD:
            raise SiteBroken(f"a head of more than {HEAD} bytes")
        return b""

    def headed(self, head: bytes) -> bytes:
        """The head that goes on; nothing for an interim one, which programs would take for it."""
        first, *lines = FOLD.sub(b" ", head).split(b"\n")
        told = STATUS_LINE.fullmatch(first)
        if not told or int(told[1]) == SWITCHING:
            raise SiteBroken(f"no answer of the web: {first[:40]!r}")
        status = int(told[1])
        if status < 200:
            self.interim += 1
            if self.interim > INTERIM:
                raise SiteBroken("interim answers without end")
            return b""
        self.status = status
        given = list(fields(lines))
        self.body, framing = self.framed(given)
        kept = [*onward(given)[:FIELDS], *framing, (b"Connection", b"close")]
        reason = UNCLEAN.sub(b" ", told[2] or b"")[:200]
        start = b"HTTP/1.1 %d %s\r\n" % (status, reason)
        return start + b"".join(b"%s: %s\r\n" % one for one in kept) + b"\r\n"

    def framed(self, given: list[Field]) -> tuple["BodyRest | Counted | Chunked", list[Field]]:
        """How the body's end is known, and which framing the program gets (RFC 9112, 6.3)."""
        lengths = [text.strip() for one in values(given, FRAMING[0]) for text in one.split(b",")]
        codings = [
            text.strip().lower() for one in values(given, FRAMING[1]) for text in one.split(b",")
        ]
        told = [(b"Content-Length", lengths[0])] if lengths and LENGTH.fullmatch(lengths[0]) else []
        if self.method == "HEAD" or self.status in BODILESS:
            return Counted(0), told if self.status != 204 else []
        if codings := [one for one in codings if one not in (b"identity", b"")]:
            if codings != [b"chunked"]:
                raise SiteBroken(f"a body in {b', '.join(codings)[:40]!r}")
            return Chunked(), [(b"Transfer-Encoding", b"chunked")]
        if not told and all(one in UNKNOWN for one in lengths):
            return BodyRest(), []
        if not told or set(lengths) != {lengths[0]}:
            raise SiteBroken(f"a body of no plain length: {b', '.join(lengths)[:40]!r}")
        return Counted(int(lengths[0])), told


class BodyRest:
    """A body that lasts until the connection ends."""

    whole = False

    def take(self, data: bytes) -> bytes:
        """The part of `data` that goes on to the program: here all of it."""
        return data


class Counted:
    """A body of so many bytes."""

    def __init__(self, left: int) -> None:
        self.left = left

    @property
    def whole(self) -> bool:
        """Whether all bytes came."""
        return not self.left

    def take(self, data: bytes) -> bytes:
        """The part of `data` that belongs to the body; what is beyond its length is dropped."""
        said = data if len(data) <= self.left else data[: self.left]
        self.left -= len(said)
        return said


class Chunked:
    """A body in chunks (RFC 9112, 7.1), sent on in chunks of our own: without extensions, without
    trailers."""

    def __init__(self) -> None:
        self.whole = False
        self.left = 0
        self.heard = b""
        #: The kind of the next line: a chunk's size, the end of a chunk, or a trailer.
        self.read = self.size
        self.trailers = self.chunks = self.bytes = 0

    def take(self, data: bytes) -> bytes:
        """The bodies of the chunks in `data` as one chunk of our own, and the end once the site's
        came. Raises SiteBroken."""
        pieces: list[bytes] = []
        place = 0
        while place < len(data) and not self.whole:
            if self.left:
                pieces.append(data[place : place + self.left])
                place += len(pieces[-1])
                self.left -= len(pieces[-1])
            else:
                place = self.lined(data, place)
        body = b"".join(pieces)
        said = b"%x\r\n%s\r\n" % (len(body), body) if body else b""
        return said + b"0\r\n\r\n" if self.whole else said

    def lined(self, data: bytes, place: int) -> int:
        """Take one line of the framing, or as much of it as is there. Returns the place after."""
        end = data.find(b"\n", place)
        self.heard += data[place:] if end < 0 else data[place:end]
        if len(self.heard) > LINE:
            raise SiteBroken("a chunk without a size")
        if end < 0:
            return len(data)
        line, self.heard = self.heard, b""
        self.read(line)
        return end + 1

    def size(self, line: bytes) -> None:
        """Read the line before a chunk. Raises SiteBroken for a size that is none, and for very
        many tiny chunks."""
        told = SIZE.fullmatch(line)
        if not told:
            raise SiteBroken(f"a chunk of size {line[:20]!r}")
        self.left = int(told[1], 16)
        self.chunks += 1
        self.bytes += self.left
        if self.chunks > MANY and self.bytes < LEAST * self.chunks:
            raise SiteBroken("chunks of next to nothing")
        self.read = self.closing if self.left else self.trailer

    def closing(self, line: bytes) -> None:
        """The end of a chunk's line, after its last byte."""
        if line.strip(b"\r"):
            raise SiteBroken("a chunk longer than its size")
        self.read = self.size

    def trailer(self, line: bytes) -> None:
        """Drop a line behind the last chunk; an empty one ends the body. Raises SiteBroken for
        trailers without end."""
        self.trailers += len(line)
        if self.trailers > TRAILERS:
            raise SiteBroken(f"trailers of more than {TRAILERS} bytes")
        self.whole = not line.strip(b"\r")


def fields(lines: list[bytes]) -> Iterator[Field]:
    """The fields of a head; a line that is none is left out."""
    for line in lines:
        if told := FIELD.fullmatch(line.removesuffix(b"\r")):
            yield told[1], UNCLEAN.sub(b" ", told[2])


def values(given: list[Field], name: bytes) -> list[bytes]:
    """The values of all fields of a name, which is in lower case."""
    return [text for one, text in given if one.lower() == name]


def onward(given: list[Field]) -> list[Field]:
    """The fields that are for the program: not those of the connection, nor those it names."""
    named = b",".join(values(given, b"connection")).lower().split(b",")
    hidden = {*OURS, *(one.strip() for one in named), *FRAMING}
    return [one for one in given if one[0].lower() not in hidden]
