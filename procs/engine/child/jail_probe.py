"""The child's side of the jail's self-test: it tries every address, socket and file that no child
may reach."""

import socket
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from procs.engine.child import escape_attempts
from procs.engine.child.escape_attempts import REACHED
from procs.engine.jail import jail

LOOPBACK = "127.0.0.1"
#: Seconds for one try.
TRY = 3.0
TCP = socket.AF_INET, socket.SOCK_STREAM
#: What is said of a port that both the canary and the way out have.
SAME = "the port of the way out"


@dataclass(frozen=True, slots=True)
class CanaryPlaces:
    """What no child may reach: ports on loopback, paths of a unix socket and of a file, a process
    of ours; and a word to send there, because others may call a port by mistake."""

    tcp: int
    udp: int
    unix: str
    file: str
    word: str
    process: int = 0


@dataclass(frozen=True, slots=True)
class Fences:
    """Which fences the child's nursery can close: of files, by a tree of its own; all in words."""

    files: bool = True
    tree: bool = True
    words: str = ""


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What a child says of its tries: REACHED, the first line of an answer, or an error; and which
    fences its nursery has, which may be in another systemd unit than we."""

    tcp: str
    udp: str
    unix: str
    file: str
    by_proxy: str
    meddled: list[escape_attempts.Tried] = field(default_factory=list)
    fences: Fences = Fences()

    @property
    def reached(self) -> set[str]:
        """By which ways it got through. Nothing answers a datagram: who was called knows."""
        ways = {"tcp": self.tcp, "unix": self.unix, "file": self.file, **dict(self.meddled)}
        return {way for way, said in ways.items() if said == REACHED}


def tries(places: CanaryPlaces, proxy: int) -> ProbeResult:
    """In the child: try everything. Where its own network has the way out at the very number of
    the canary's port, an answer there says nothing."""
    word = places.word.encode()
    canary = (LOOPBACK, places.tcp)
    return ProbeResult(
        tcp=SAME if places.tcp == proxy else try_place(*TCP, canary, word),
        udp=try_place(socket.AF_INET, socket.SOCK_DGRAM, (LOOPBACK, places.udp), word),
        unix=try_place(socket.AF_UNIX, socket.SOCK_STREAM, places.unix, word),
        file=try_file(places.file),
        by_proxy=by_proxy(proxy, places.tcp),
        meddled=escape_attempts.tries(places.file, __file__, places.process),
        fences=Fences(jail.guards_files(), jail.has_root(), jail.state()),
    )


def try_place(family: int, kind: int, place: Any, word: bytes) -> str:
    """Try a place without the proxy."""
    try:
        with socket.socket(family, kind) as link:
            link.settimeout(TRY)
            link.connect(place)
            link.send(word)
    except OSError as error:
        return str(error)
    return REACHED


def try_file(file: str) -> str:
    """Try to read a file of ours."""
    try:
        with open(file, "rb") as source:
            source.read()
    except OSError as error:
        return str(error)
    return REACHED


def by_proxy(proxy: int, port: int) -> str:
    """In the child: ask the proxy for the canary. Returns the first line of its answer."""
    try:
        with socket.create_connection((LOOPBACK, proxy), TRY) as link:
            link.sendall(f"CONNECT {LOOPBACK}:{port} HTTP/1.1\r\n\r\n".encode())
            with suppress(UnicodeDecodeError):
                return link.makefile(encoding="ascii").readline().strip()
    except OSError as error:
        return str(error)
    return ""
