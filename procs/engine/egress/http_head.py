"""The head of a program's request, and the head that the proxy sends on (RFC 9112)."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from procs.errors import ChaparError

#: Headers that are between the program and us, not for the site; with the last of them a program
#: would have the operator's own proxy answer instead of the site.
OURS = {
    *("connection", "expect", "host", "keep-alive", "proxy-authorization", "proxy-connection"),
    *("te", "trailer", "upgrade", "max-forwards"),
}
#: Fields that bound the body; a request may not hide it by naming it a header of the connection.
LENGTH, CODING = FRAMING = ("content-length", "transfer-encoding")
#: A proxy answers a TRACE with all that it heard, our password for it too.
NEVER = ("TRACE", "TRACK")
REQUEST = re.compile(r"([A-Z]{3,10}) (\S{1,16000}) HTTP/1\.[01]")
FIELD = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00\r\n]*)")
PORT = 65535
HOST_NAME = re.compile(r"[A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:.]{2,45}")
AUTHORITY = re.compile(r"(?:\[([^\]]+)\]|([^:\[\]]+)):(\d{1,5})")


class BadRequest(ChaparError):
    """Not a request to a proxy that we understand."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `tunnel` is CONNECT; else method, target within the site and `fields` go on to
    the site, whose name with its port is `site`, and `length` bytes of a body come after them."""

    tunnel: bool
    host: str
    port: int
    method: str = ""
    target: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    length: int = 0

    @property
    def site(self) -> str:
        """The value of the Host field: the port stands in it unless it is the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == 80 and not self.tunnel else f"{host}:{self.port}"

    def head(self, target: str, *more: tuple[str, str]) -> bytes:
        """The head for the next hop. One request a connection, so that each is judged."""
        fields = (("Host", self.site), *self.fields, *more, ("Connection", "close"))
        lines = [f"{self.method} {target} HTTP/1.1", *(f"{name}: {text}" for name, text in fields)]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def parse(head: bytes) -> Request:
    """The request of which `head` is everything up to the empty line. Raises BadRequest."""
    first, *lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    match = REQUEST.fullmatch(first)
    if not match:
        raise BadRequest(f"request line {first[:40]!r}")
    method, target = match.groups()
    given = fields(lines)
    if method == "CONNECT":
        return Request(True, *authority(target))
    if method in NEVER:
        raise BadRequest(f"method {method}")
    host, port, target = within(target)
    return Request(False, host, port, method, target, tuple(given), length(given))


def authority(text: str) -> tuple[str, int]:
    """`host:port` of a CONNECT; an IPv6 address stands in brackets."""
    match = AUTHORITY.fullmatch(text)
    if not match:
        raise BadRequest(f"address {text[:60]!r}")
    if int(match[3]) > PORT:
        raise BadRequest(f"port {match[3]}")
    return named(match[1] or match[2]), int(match[3])


def within(url: str) -> tuple[str, int, str]:
    """Host, port, and the target at that host, of an absolute address."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise BadRequest(f"address {url[:60]!r}") from None
    if parts.scheme.lower() != "http" or not host:
        raise BadRequest(f"address {url[:60]!r}")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return named(host), 80 if port is None else port, target


def named(host: str) -> str:
    """A host whose letters can be no trick. Raises BadRequest."""
    if not HOST_NAME.fullmatch(host):
        raise BadRequest(f"host {host[:60]!r}")
    return host


def fields(lines: list[str]) -> list[tuple[str, str]]:
    """The headers that go on to the site: not those of the connection, nor those that it names as
    such (RFC 9110, 7.6.1). Raises BadRequest for a line that is none."""
    found = []
    for line in lines:
        match = FIELD.fullmatch(line)
        if not match:
            raise BadRequest(f"header {line[:40]!r}")
        found.append((match[1], match[2]))
    said = ",".join(text for name, text in found if name.lower() == "connection")
    named = {word.strip().lower() for word in said.split(",")} - {*FRAMING}
    return [one for one in found if one[0].lower() not in OURS | named]


def length(given: list[tuple[str, str]]) -> int:
    """Bytes of the request's body, which its head must state in one way only: whatever comes after
    it would be a second request, which nobody has judged. Raises BadRequest."""
    told = [text for name, text in given if name.lower() == LENGTH]
    coded = [name for name, _ in given if name.lower() == CODING]
    if coded or len(told) > 1 or not all(re.fullmatch(r"[0-9]{1,18}", text) for text in told):
        raise BadRequest("a body of no plain length")
    return int(told[0]) if told else 0
