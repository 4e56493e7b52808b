"""The endpoint of metrics and health: HTTP on a loopback address or a unix socket.

It has a thread and a connection of its own, because the keeper itself may wait at the write gate:
just then somebody must be told. It knows three addresses, reads no body, and closes after each
answer; who sends nothing is hung up on.
"""

import asyncio
import stat
import threading
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path

from procs.config import Settings
from procs.core import log
from procs.errors import StoreError
from procs.keeper.metrics import exposition
from procs.keeper.metrics.metric_text import CONTENT_TYPE
from procs.keeper.metrics.readiness import STANDS_STILL, Readiness
from procs.store.database import Database

#: Bytes of a request's head, seconds for it and for the answer, and connections at once.
HEAD_LIMIT, PATIENCE, MOST_CONNECTIONS = 8192, 5.0, 32
#: Seconds until an address that is taken is tried again.
TAKEN_LOOK = 10.0
#: The mode of a socket.
OWNER_ONLY = 0o600
#: What ends the head of a request and of an answer.
END = b"\r\n\r\n"
#: An address and a port, or the path of a unix socket.
Where = tuple[str, int] | Path
PLAIN_TEXT = "text/plain; charset=utf-8"


class MetricServer(threading.Thread):
    """Answers until it is sent away."""

    def __init__(
        self,
        db: Database,
        settings: Settings,
        where: Where,
        turned: Callable[[], float],
        standing: exposition.Standing = exposition.none_stand,
    ) -> None:
        super().__init__(name="metrics", daemon=True)
        self.parent = db
        self.settings = settings
        self.where = where
        self.turned = turned
        self.standing = standing
        self.runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self.loop = self.runner.get_loop()
        self.gone = asyncio.Event()
        self.open = 0
        self.pages = {"/metrics": self.metrics, "/livez": self.live, "/readyz": self.ready}

    def run(self) -> None:
        with self.runner:  # hangs up on who is still there
            self.runner.run(self.serve())

    def leave(self) -> None:
        """End the thread, and hang up on who is still there."""
        with suppress(RuntimeError):  # it failed, and its loop is closed
            self.loop.call_soon_threadsafe(self.gone.set)
        self.join()

    async def serve(self) -> None:
        """Listen until sent away. An address that is taken is waited for."""
        self.db = self.parent.twin()
        self.readiness = Readiness(self.db, self.settings, self.turned)
        try:
            server = await self.listening()
            if server is not None:
                await self.gone.wait()
                server.close()
        finally:
            self.db.close()

    async def listening(self) -> asyncio.Server | None:
        """A server that listens; None when this is sent away first."""
        told = ""
        while not self.gone.is_set():
            try:
                server = await self.bound()
            except OSError as error:
                if told != str(error):
                    told = str(error)
                    fix = "set CHAPAR_METRICS to another address"
                    log.error("metrics.not-served", address=self.where, error=error, fix=fix)
                with suppress(TimeoutError):
                    async with asyncio.timeout(TAKEN_LOOK):
                        await self.gone.wait()
            else:
                log.info("metrics.served", address=self.where)
                return server
        return None

    async def bound(self) -> asyncio.Server:
        """Raises OSError when the address cannot be had."""
        if isinstance(self.where, Path):
            remove_socket(self.where)
            server = await asyncio.start_unix_server(self.meet, self.where, limit=HEAD_LIMIT)
            self.where.chmod(OWNER_ONLY)
            return server
        host, port = self.where
        return await asyncio.start_server(
            self.meet, host, port, limit=HEAD_LIMIT, reuse_address=True
        )

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection within PATIENCE seconds, unless there are too many."""
        self.open += 1
        try:
            async with asyncio.timeout(PATIENCE):
                if self.open <= MOST_CONNECTIONS:
                    writer.write(await self.answer(reader))
                    await writer.drain()
        except (TimeoutError, ConnectionError, asyncio.IncompleteReadError):
            writer.transport.abort()
        finally:
            self.open -= 1
            writer.close()

    async def answer(self, reader: asyncio.StreamReader) -> bytes:
        """The whole answer to one request, without its body for HEAD (RFC 9110)."""
        try:
            head = await reader.readuntil(END)
        except asyncio.LimitOverrunError:
            return response(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        words = head.partition(b"\r\n")[0].decode("latin-1").split(" ")
        if len(words) != 3 or not words[2].startswith("HTTP/1."):
            return response(HTTPStatus.BAD_REQUEST)
        method, path = words[0], words[1].partition("?")[0]
        if path not in self.pages:
            return response(HTTPStatus.NOT_FOUND)
        if method not in ("GET", "HEAD"):
            return response(HTTPStatus.METHOD_NOT_ALLOWED)
        try:
            whole = await self.pages[path]()
        except (StoreError, OSError) as error:  # of a disk that is gone, or a home that was moved
            log.warning("metrics.unread", error=error)
            whole = response(HTTPStatus.SERVICE_UNAVAILABLE, f"{error}\n")
        return whole if method == "GET" else whole.partition(END)[0] + END

    async def metrics(self) -> bytes:
        """The answer of `/metrics`."""
        return response(HTTPStatus.OK, self.scraped(), CONTENT_TYPE)

    def scraped(self) -> str:
        """The samples as text. Raises StoreError."""
        return exposition.scrape(self.db, self.settings, self.standing)

    async def live(self) -> bytes:
        """The answer of `/livez`: whether the keeper's loop turns."""
        return verdict([] if self.readiness.is_alive() else [STANDS_STILL])

    async def ready(self) -> bytes:
        """The answer of `/readyz`: what is missing, one line each."""
        unwritten = await asyncio.to_thread(self.readiness.probe.failure)
        return verdict(self.readiness.missing(unwritten))


def verdict(missing: list[str]) -> bytes:
    """200 and "ok", or 503 and what is missing, a line each."""
    status = HTTPStatus.SERVICE_UNAVAILABLE if missing else HTTPStatus.OK
    return response(status, "\n".join(missing or ["ok"]) + "\n")


def response(status: HTTPStatus, text: str = "", kind: str = PLAIN_TEXT) -> bytes:
    """An answer of HTTP/1.1 that ends its connection."""
    body = (text or f"{status.phrase}\n").encode()
    more = ["Allow: GET, HEAD"] if status is HTTPStatus.METHOD_NOT_ALLOWED else []
    head = [
        f"HTTP/1.1 {status.value} {status.phrase}",
        f"Content-Type: {kind}",
        f"Content-Length: {len(body)}",
        "Cache-Control: no-store",
        *("Connection: close", *more),
    ]
    return "\r\n".join(head).encode() + END + body


def remove_socket(path: Path) -> None:
    """Remove the socket that a killed keeper left; anything else stays, and is in the way."""
    with suppress(FileNotFoundError):
        if stat.S_ISSOCK(path.lstat().st_mode):
            path.unlink()
