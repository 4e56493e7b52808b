"""The self-test of the jail: is there a way from a child to where no link may lead?

Somebody listens on loopback, and a real child tries to get there: straight, and by its proxy. What
a kernel, a container or a unit really enforces shows only when it is tried.
"""

import asyncio
import socket
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from procs.engine import jail
from procs.engine.egress import Caps, Egress
from procs.engine.policy import policy, read
from procs.engine.records import Limits
from procs.engine.routes import Routes
from procs.errors import EngineDied

if TYPE_CHECKING:
    from procs.engine.client import Engine

LOOPBACK = "127.0.0.1"
#: Seconds for one try, in the child, and for all of it.
TRY, PATIENCE = 3.0, 30.0
REACHED = "reached"
REFUSED = "HTTP/1.1 403"


@dataclass(frozen=True, slots=True)
class Knocked:
    """What a child says of its tries: REACHED, the first line of an answer, or an error."""

    straight: str
    by_proxy: str


async def self_test(engine: "Engine", networks: Sequence[str]) -> str | None:
    """Why children are not safe to run, None when they are. Raises EngineDied."""
    called = asyncio.Event()

    async def sing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        called.set()
        writer.close()

    server = await asyncio.start_server(sing, LOOPBACK, 0)
    try:
        port = server.sockets[0].getsockname()[1]
        async with asyncio.timeout(PATIENCE):
            said = await knock(engine, port, networks)
        return judge(said, called.is_set(), policy(networks).is_allowed(read(LOOPBACK)))
    except TimeoutError:
        raise EngineDied(f"no self-test within {PATIENCE:g} s") from None
    finally:
        server.close()


def judge(said: Knocked, called: bool, allowed: bool) -> str | None:
    """What the tries mean. When the operator allows loopback, the proxy lets the canary pass."""
    if said.straight == REACHED or (called and not allowed):
        return f"a download reached {LOOPBACK} past its policy; the kernel has: {jail.state()}"
    if allowed or said.by_proxy.startswith(REFUSED):
        return None
    return f"a download cannot use its proxy: {said.by_proxy}"


async def knock(engine: "Engine", port: int, networks: Sequence[str]) -> Knocked:
    """Have a child try."""
    folder = engine.folder / "canary"
    line = await engine.call({"do": "knock", "port": port}, folder, Limits())
    egress = Egress(Routes(policy(networks)), Caps(), line.hang_up)
    try:
        await egress.start(line.door)
        while word := await line.word():
            if word[0] == "knocked":
                return Knocked(**word[1])
        raise EngineDied("the self-test ended without a word")
    finally:
        egress.close()
        await line.end()


def straight(port: int) -> str:
    """In the child: try the canary without the proxy."""
    try:
        socket.create_connection((LOOPBACK, port), TRY).close()
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
