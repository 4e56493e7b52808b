"""The control socket: one JSON object per line, many commands at a time.

Question {"id", "command", "args"}; answer {"id", "result"} or {"id", "refused": [code, text]}.
"""

import asyncio
import itertools
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from tests.sandbox.telegram.desk import Desk, Refused

if TYPE_CHECKING:
    from tests.sandbox.telegram.server import Telegram

#: The longest line: a call log may be long.
LINE = 256 << 20
GONE = "the loopback Telegram is gone"


async def serve(server: "Telegram", path: Path) -> asyncio.Server:
    """Answer commands on a unix socket."""

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.TaskGroup() as running:
            while line := await reader.readline():
                running.create_task(answer(server, json.loads(line), writer))
        writer.close()

    path.unlink(missing_ok=True)
    return await asyncio.start_unix_server(client, str(path), limit=LINE)


async def answer(
    server: "Telegram", question: dict[str, Any], writer: asyncio.StreamWriter
) -> None:
    told: dict[str, Any] = {"id": question["id"]}
    try:
        told["result"] = await server.do(question["command"], **question["args"])
    except Refused as refusal:
        told["refused"] = [refusal.code, refusal.text]
    except (KeyError, TypeError, OSError) as error:
        told["refused"] = [0, f"{type(error).__name__}: {error}"]
    if not writer.is_closing():
        writer.write(json.dumps(told).encode() + b"\n")


class Control(Desk):
    """A desk in another process than the server.

    async with Control(ready["control"]) as tg:
        ali = await tg.person("Ali")
    """

    def __init__(self, path: str | Path) -> None:
        self.path = str(path)
        self.numbers = itertools.count(1)
        self.waiting: dict[int, asyncio.Future[Any]] = {}

    async def __aenter__(self) -> Self:
        self.reader, self.writer = await asyncio.open_unix_connection(self.path, limit=LINE)
        self.listening = asyncio.create_task(self.listen())
        facts = await self.do("about")
        self.where, self.key_path = facts["address"], Path(facts["key"])
        self.token, self.bot = facts["token"], facts["bot"]
        return self

    @property
    def address(self) -> str:
        return str(self.where)

    async def __aexit__(self, *_: object) -> None:
        self.writer.close()
        await self.listening

    async def do(self, command: str, **args: Any) -> Any:
        """Raises ConnectionError when the server is gone, also where it was before this."""
        if self.listening.done():
            raise ConnectionError(GONE)
        number = next(self.numbers)
        self.waiting[number] = told = asyncio.get_running_loop().create_future()
        line = json.dumps({"id": number, "command": command, "args": args})
        self.writer.write(line.encode() + b"\n")
        return await told

    async def listen(self) -> None:
        try:
            while line := await self.reader.readline():
                self.settle(json.loads(line))
        except OSError:
            pass
        finally:
            for future in self.waiting.values():
                if not future.done():
                    future.set_exception(ConnectionError(GONE))

    def settle(self, told: dict[str, Any]) -> None:
        future = self.waiting.pop(told["id"])
        if future.done():
            return
        if "refused" in told:
            future.set_exception(Refused(*told["refused"]))
        else:
            future.set_result(told["result"])
