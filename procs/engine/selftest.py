"""The self-test of the jail: tries whether a child can reach what no link may lead to.

Somebody listens on loopback, by TCP and UDP, and at a unix socket; beside that lies a file of ours.
A real child tries to get there: straight, and by its proxy. What a kernel, a container or a unit
really enforces shows only when it is tried.
"""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence, Set
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from procs.engine.child import escape_attempts
from procs.engine.child.jail_probe import LOOPBACK, TRY, CanaryPlaces, ProbeResult
from procs.engine.egress.dial import Routes
from procs.engine.egress.policy import policy, read
from procs.engine.egress.proxy import Caps, Egress
from procs.engine.protocol.decode import into
from procs.engine.protocol.messages import Limits
from procs.errors import EngineDied

if TYPE_CHECKING:
    from procs.engine.client import Engine

#: Seconds for all tries.
SELFTEST_TIMEOUT = 30.0
REFUSED = "HTTP/1.1 403"
SECRET = b"not for downloads"
#: Several engines of one process may be tried at once.
TESTS = count()


class CanaryCalls(asyncio.DatagramProtocol):
    """Notes by which ways the canary was called with its word."""

    def __init__(self) -> None:
        self.word = secrets.token_hex()
        self.ways: set[str] = set()

    def hear(self, way: str, said: bytes) -> None:
        """Note a way by which the very word came."""
        if said == self.word.encode():
            self.ways.add(way)

    def datagram_received(self, data: bytes, address: object) -> None:
        self.hear("udp", data)

    def listens(
        self, way: str
    ) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
        """A handler of connections that notes a way."""

        async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with suppress(OSError):  # a time that is over is one too
                async with asyncio.timeout(TRY):
                    self.hear(way, await reader.read(len(self.word)))
            writer.close()

        return listen


async def self_test(engine: "Engine", networks: Sequence[str]) -> str | None:
    """Why children are not safe to run, None when they are. Raises EngineDied."""
    try:
        async with asyncio.timeout(SELFTEST_TIMEOUT), canary(engine.folder) as (called, places):
            before = looks(places.file)
            said = await try_canary(engine, places, networks)
            if looks(places.file) != before:
                called.ways.add("file changed")
    except TimeoutError:
        raise EngineDied(f"no self-test within {SELFTEST_TIMEOUT:g} s") from None
    except OSError as error:
        raise EngineDied(f"no self-test: {error}") from None
    return judge(said, called.ways, policy(networks).is_allowed(read(LOOPBACK)))


@asynccontextmanager
async def canary(folder: Path) -> AsyncIterator[tuple[CanaryCalls, CanaryPlaces]]:
    """Somebody at every place that a child must not reach, and where that is. Raises OSError."""
    called, loop = CanaryCalls(), asyncio.get_running_loop()
    mark = f"canary-{os.getpid():x}-{next(TESTS):x}"
    places = folder / f"{mark}.sock", folder / f"{mark}.txt"
    folder.mkdir(exist_ok=True, mode=0o700)
    async with AsyncExitStack() as stack:
        for path in places:
            stack.callback(path.unlink, missing_ok=True)
        tcp = await asyncio.start_server(called.listens("tcp"), LOOPBACK, 0)
        stack.callback(tcp.close)
        unix = await asyncio.start_unix_server(called.listens("unix"), places[0])
        stack.callback(unix.close)
        udp, _ = await loop.create_datagram_endpoint(lambda: called, (LOOPBACK, 0))
        stack.callback(udp.close)
        places[1].write_bytes(SECRET)
        ports = tcp.sockets[0].getsockname()[1], udp.get_extra_info("sockname")[1]
        socket_there, file_there = map(str, places)
        yield called, CanaryPlaces(*ports, socket_there, file_there, called.word, os.getpid())


def looks(file: str) -> tuple[object, ...]:
    """The attributes of a file that nobody else may change."""
    found = os.stat(file)
    return found.st_mode, found.st_uid, found.st_gid, found.st_mtime_ns, found.st_ctime_ns


def judge(said: ProbeResult, called: Set[str], allowed: bool) -> str | None:
    """What the tries mean. When the operator allows loopback, the proxy lets the canary pass; where
    there is no Landlock, files are open, which `chapar check` says, and where a process may have
    no tree of its own, it can ask which there are."""
    ways = said.reached | (called - ({"tcp"} if allowed else set()))
    if not said.fences.files:
        ways -= {"file"}
    if not said.fences.tree:
        ways -= {escape_attempts.LOOK}
    if ways:
        which = ", ".join(sorted(ways))
        return f"a download got past its fences ({which}); the kernel has: {said.fences.words}"
    if allowed or said.by_proxy.startswith(REFUSED):
        return None
    return f"a download cannot use its proxy: {said.by_proxy}"


async def try_canary(
    engine: "Engine", places: CanaryPlaces, networks: Sequence[str]
) -> ProbeResult:
    """Have a child try."""
    folder = engine.folder / "canary"
    line = await engine.call({"do": "knock", "places": places}, folder, Limits())
    egress = Egress(Routes(policy(networks)), Caps(), line.hang_up)
    try:
        await egress.start(line.door)
        while word := await line.word():
            if word[0] == "knocked":
                return into(ProbeResult, word[1])
        raise EngineDied("the self-test ended without a word")
    finally:
        egress.close()
        await line.end()
