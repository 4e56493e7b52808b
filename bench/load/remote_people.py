"""People at a test server of the operator's: real clients that sign in with numbers of their own.

A TOML file says where it is: `address` (HOST:PORT), `key` (a PEM file, where the server has a key
of its own), `api_id`, `api_hash`, `token` and `bot` (its user name), and `phones`, pairs of a
number and the code with which it signs in. Telegram's own test data centers have such numbers for
everybody (core.telegram.org/api/auth). What only a loopback Telegram can tell is left out: which
calls were refused, and the sums of what arrived.
"""

import asyncio
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field, fields, replace
from functools import partial
from pathlib import Path
from typing import Any, Self

from pyrogram import Client, filters
from pyrogram.errors import RPCError, SessionPasswordNeeded
from pyrogram.handlers import DeletedMessagesHandler, EditedMessageHandler, MessageHandler
from pyrogram.types import Message as Seen
from pyrogram.types import User

from bench.load.scenario_rules import SETTINGS
from tests.sandbox.person import PATIENCE, Look, Message, fitting
from tests.sandbox.telegram.clients import connect, trust
from tests.sandbox.telegram.desk import Refused

#: Kinds of media, by the attribute of a client's message.
KINDS = ("video", "audio", "photo", "document", "animation", "voice")


#: Words of the file that the product is told too, by their settings.
TOLD = {
    "address": "telegram_server",
    "key": "telegram_server_key",
    "token": "bot_token",
    "api_id": "api_id",
    "api_hash": "api_hash",
}


class BadServer(Exception):
    """The file says too little of a server, or nobody can sign in there."""


@dataclass(frozen=True, slots=True)
class TestServer:
    """What the file says; `phones` are (number, code)."""

    address: str
    token: str
    bot: str
    api_id: int
    api_hash: str
    phones: tuple[tuple[str, str], ...]
    key: str = ""

    __test__ = False


def read(path: Path) -> TestServer:
    """Raises BadServer with everything that is wrong."""
    try:
        facts = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadServer(f"{path}: {error}") from error
    if wrong := list(complaints(facts, path.parent)):
        words = ", ".join(one.name for one in fields(TestServer))
        raise BadServer("\n  ".join([f"{path}: a test server has {words}", *wrong]))
    key = str(path.parent / facts["key"]) if facts.get("key") else ""
    phones = tuple((str(number), str(code)) for number, code in facts["phones"])
    return TestServer(**{**facts, "phones": phones, "key": key, "api_id": int(facts["api_id"])})


def complaints(facts: dict[str, Any], folder: Path) -> Iterator[str]:
    """What is wrong with the words of a file in this folder; what the product is told of the server
    is judged as the product does."""
    known = {one.name for one in fields(TestServer)}
    yield from (f"unknown {name}" for name in sorted(facts.keys() - known))
    yield from (f"it has no {name}" for name in sorted(known - {"key"} - facts.keys()))
    for name, setting in TOLD.items():
        text = str(facts.get(name, ""))
        try:
            SETTINGS[setting].value(str(folder / text) if text and name == "key" else text)
        except ValueError as error:
            yield f"{name}: {error}"
    phones = facts.get("phones", [("", "")])
    pairs = isinstance(phones, list) and all(isinstance(p, list) and len(p) == 2 for p in phones)
    if "phones" in facts and not (phones and pairs):
        yield 'phones are pairs of a number and its code, as [["+9996612345", "22222"]]'


class AccountClient(Client):
    """The client of an account whose code is known: it asks nobody on a terminal."""

    async def authorize(self) -> User:
        """Sign in with the code at hand; the library would ask for another one, and for what else
        it lacks. Raises BadServer with the reason."""
        number = str(self.phone_number)
        try:
            sent = await self.send_phone_number_code(number)
            signed_in = await self.sign_in(number, sent.phone_code_hash, str(self.phone_code))
        except SessionPasswordNeeded:
            raise BadServer("it has a password; give an account without one") from None
        except RPCError as error:
            raise BadServer(str(error)) from error
        if not isinstance(signed_in, User):
            raise BadServer("nobody is registered with it")
        return signed_in


@dataclass(eq=False)
class RemotePerson:
    """One account with a client. Instants are those at which the client heard."""

    name: str
    client: Client
    bot: str
    id: int = 0
    known: dict[int, Message] = field(default_factory=dict)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def enters(self, ends: AsyncExitStack) -> None:
        """Sign in, and hear what the bot says from now on."""
        for handler in (MessageHandler, EditedMessageHandler):
            self.client.add_handler(handler(self.hear, filters.chat(self.bot)))
        self.client.add_handler(DeletedMessagesHandler(self.hear_deleted))
        await ends.enter_async_context(self.client)
        me = await self.client.get_me()
        self.id = int(me.id)

    async def hear(self, _: Client, seen: Seen) -> None:
        """Keep a message, and what it became."""
        message, before = converted(seen), self.known.get(seen.id)
        self.known[seen.id] = replace(message, at=before.at) if before else message
        self.tell()

    async def hear_deleted(self, _: Client, gone: list[Seen]) -> None:
        """Note when messages went."""
        for one in gone:
            if one.id in self.known:
                self.known[one.id] = replace(self.known[one.id], deleted=time.time())
        self.tell()

    def tell(self) -> None:
        """Wake who waits for news."""
        self.news.set()
        self.news = asyncio.Event()

    async def starts(self) -> Message:
        """Meet the bot."""
        return await self.sends("/start")

    async def sends(self, text: str = "") -> Message:
        """Write to the bot."""
        with refusals():
            sent = await self.client.send_message(self.bot, text)
        assert sent is not None
        message = converted(sent)
        return replace(message, mine=True)

    async def presses(self, label: str, message: Message) -> Any:
        """Press a button below a message. Returns the bot's answer."""
        button = message.button(label)
        assert button, f"no button {label!r}"
        assert button["data"] is not None, f"{label!r} opens an address"
        with refusals():
            return await self.client.request_callback_answer(self.bot, message.id, button["data"])

    async def blocks(self, blocked: bool = True) -> None:
        """Block the bot, or no longer."""
        deed = self.client.block_user if blocked else self.client.unblock_user
        with refusals():
            await deed(self.bot)

    async def history(self) -> list[Message]:
        """All that the bot said while the client was there, in order."""
        return [self.known[number] for number in sorted(self.known)]

    async def sees(self, look: Look, timeout: float = PATIENCE) -> Message:
        """The first message of the bot that fits. Raises AssertionError when none comes in time."""
        fits: Callable[[Message], Any] = fitting(look)
        try:
            async with asyncio.timeout(timeout):
                while True:
                    news = self.news
                    for message in await self.history():
                        if not message.deleted and fits(message):
                            return message
                    await news.wait()
        except TimeoutError:
            raise AssertionError(f"{self.name} never saw {look!r}") from None


@dataclass
class ServerDesk:
    """Hands out people: each name is one of the accounts, in turn."""

    server: TestServer
    folder: Path
    people: list[RemotePerson] = field(default_factory=list)
    names: dict[str, RemotePerson] = field(default_factory=dict)

    async def __aenter__(self) -> Self:
        self.ends = AsyncExitStack()
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.server.key:
            trust(Path(self.server.key).read_text(encoding="ascii"))
        for number, code in self.server.phones:
            one = RemotePerson(number, self.client(number, code), self.server.bot)
            try:
                await one.enters(self.ends)
            except (OSError, RPCError, BadServer) as error:
                await self.ends.aclose()
                raise BadServer(
                    f"{number} cannot sign in at {self.server.address}: {error}"
                ) from error
            self.people.append(one)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.ends.aclose()

    def client(self, number: str, code: str) -> Client:
        """The real client of an account of the server, by its phone number."""
        host, _, port = self.server.address.rpartition(":")
        return AccountClient(
            f"person-{number}",
            api_id=self.server.api_id,
            api_hash=self.server.api_hash,
            workdir=self.folder,
            phone_number=number,
            phone_code=code,
            connection_factory=partial(connect, host, int(port)),  # type: ignore[arg-type]
        )

    async def person(self, name: str, **_: Any) -> RemotePerson:
        """The account that plays this person; few accounts play many."""
        if name not in self.names:
            self.names[name] = self.people[len(self.names) % len(self.people)]
        return self.names[name]

    async def calls(self, *_: object, **__: object) -> list[dict[str, Any]]:
        """Nobody but the server knows them."""
        return []

    async def refusals(self) -> list[dict[str, Any]]:
        """As `calls`."""
        return []

    async def violations(self) -> list[str]:
        """As `calls`: a server that minds answers with flood waits."""
        return []


@contextmanager
def refusals() -> Iterator[None]:
    """What Telegram refuses, a wait of minutes among it, and what does not reach it, as people of
    tests are told it. Raises Refused."""
    try:
        yield
    except RPCError as error:
        raise Refused(int(error.CODE or 0), str(error)) from error
    except OSError as error:  # a time that is over is one, and so is a connection that is lost
        raise Refused(0, f"{type(error).__name__} {error}".rstrip()) from error


def converted(seen: Seen) -> Message:
    """A client's message as people of tests see one."""
    kind = next((kind for kind in KINDS if getattr(seen, kind, None)), "")
    media = getattr(seen, kind) if kind else None
    facts = None
    if media is not None:
        named = {"name": getattr(media, "file_name", "") or "", "size": media.file_size}
        facts = {"kind": "file" if kind == "document" else kind, "sha256": "", **named}
    return Message(
        id=seen.id,
        mine=bool(seen.outgoing),
        sender=(seen.from_user.first_name or "") if seen.from_user else "",
        at=time.time(),
        text=seen.text or seen.caption or "",
        media=facts,
        buttons=list(buttons(seen)),
        reply=seen.reply_to_message_id or 0,
    )


def buttons(seen: Seen) -> Iterator[list[dict[str, Any]]]:
    """The rows of a keyboard, one button in each."""
    for row in getattr(seen.reply_markup, "inline_keyboard", None) or ():
        yield [{"text": one.text, "data": one.callback_data, "url": one.url} for one in row]
