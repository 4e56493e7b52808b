"""A person in front of the bot, so that tests read like a story.

    ali = await tg.person("Ali", language="fa")
    await ali.sends("https://example.org/clip.mp4")
    video = await ali.sees(lambda m: m.media and m.media["kind"] == "video")
    path = await ali.receives_file(video, folder)

The server plays the person's client: no connection, no sign-in, nothing to start.
"""

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.sandbox.telegram.desk import Desk
from tests.sandbox.telegram.group import Group
from tests.sandbox.telegram.phone import Gestures

#: Seconds that a person waits for something to appear.
PATIENCE = 15.0


@dataclass(frozen=True, slots=True)
class Message:
    """A message as the person sees it. Instants in wall seconds, 0 where it did not happen.

    `buttons`: rows of {text, data, url}. `media`: file, kind (photo, video, animation, audio,
    voice, sticker, file), name, mime, size, sha256, duration, width, height,
    supports_streaming, nosound, thumb (bytes, 0 for none), title, performer. `edits`: every form
    it had, {at, text}, the first one included; empty when it was never edited. `author`: who is
    named as its writer, an account or minus a channel. `topic` of a forum; `via`: the bot of an
    inline result; `action`: of a service message. `keyboard`: the labels of a reply keyboard, []
    where one is taken away. `reactions`: by name.
    """

    id: int
    mine: bool
    sender: str
    at: float
    text: str
    edited: float = 0.0
    deleted: float = 0.0
    media: dict[str, Any] | None = None
    buttons: list[list[dict[str, Any]]] = field(default_factory=list)
    edits: list[dict[str, Any]] = field(default_factory=list)
    entities: list[dict[str, Any]] = field(default_factory=list)
    forwarded: str = ""
    reply: int = 0
    group: int = 0
    author: int = 0
    topic: int = 0
    via: int = 0
    silent: bool = False
    action: str = ""
    keyboard: list[list[str]] | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """What the media is; "" for a text."""
        return self.media["kind"] if self.media else ""

    def button(self, label: str) -> dict[str, Any] | None:
        """The button whose text has these words in it, or whose data they are."""
        for row in self.buttons:
            for button in row:
                if label == button["data"] or label in button["text"]:
                    return button
        return None


#: What to look for: words in the text, or a test of the message.
Look = str | Callable[[Message], Any]


@dataclass(slots=True)
class Person(Gestures):
    """`phone` and `code` sign a real client in as this person. All that is done or seen is in the
    chat with the bot, but for a person `at` another place."""

    desk: Desk
    name: str
    id: int
    phone: str
    code: str
    version: int = 0
    known: dict[int, Message] = field(default_factory=dict)
    place: int = 0
    topic: int = 0

    @property
    def peer(self) -> int:
        return self.place or self.desk.bot

    def at(self, place: "Group | Person", topic: int = 0) -> "Person":
        """The same person in a group, a channel, or the chat with somebody else."""
        return Person(
            self.desk, self.name, self.id, self.phone, self.code, place=place.id, topic=topic
        )

    # --- doing -----------------------------------------------------------------------------

    async def sends(self, text: str = "", **more: Any) -> Message:
        """Send a text; with `photo`, `sticker`, `voice` or `file` (a path) it is the caption.
        `links` hide addresses under words: [(offset, length, url)]. `reply`: a message."""
        return await self.says(text, **more)

    async def forwards(
        self, text: str = "", *, author: str | int = "A friend", **more: Any
    ) -> Message:
        """Forward something that somebody else wrote elsewhere; the arguments of `sends`. The
        `author` is an account, or the name of one who hides."""
        return await self.says(text, author=author, **more)

    async def says(
        self,
        text: str,
        *,
        photo: Path | str = "",
        sticker: Path | str = "",
        voice: Path | str = "",
        file: Path | str = "",
        reply: Message | None = None,
        **more: Any,
    ) -> Message:
        kinds = {"photo": photo, "sticker": sticker, "voice": voice, "file": file}
        kind = next((name for name, given in kinds.items() if given), "file")
        path = str(kinds[kind])
        told = reply.id if reply else 0
        args = {"to": self.peer, "reply": told, "topic": self.topic, **more}
        sent = await self.desk.do("say", person=self.id, text=text, file=path, kind=kind, **args)
        return Message(**sent)

    async def starts(self, parameter: str = "") -> Message:
        return await self.sends(f"/start {parameter}".rstrip())

    async def presses(
        self, label: str, message: Message | None = None, patience: float = PATIENCE
    ) -> dict[str, Any]:
        """Press a button (by words of its text, or its data) of `message`, or of the last message
        that has it; the bot's answer: text, alert, url. Raises Refused when there is none."""
        target = message or await self.sees(lambda m: m.button(label), last=True)
        button = target.button(label)
        assert button, f"no button {label!r}"
        assert button["data"] is not None, f"{label!r} opens an address"
        args = {"message": target.id, "data": button["data"], "patience": patience}
        where = {"person": self.id, "peer": self.place}
        told: dict[str, Any] = await self.desk.do("press", **where, **args)
        return told

    async def edits(self, message: Message, text: str) -> None:
        args = {"message": message.id, "text": text, "peer": self.place}
        await self.desk.do("edit", person=self.id, **args)

    async def deletes(self, *messages: Message, both: bool = True) -> None:
        ids = [message.id for message in messages]
        args = {"messages": ids, "both": both, "peer": self.place}
        await self.desk.do("delete", person=self.id, **args)

    async def blocks(self, blocked: bool = True) -> None:
        """Block the bot, or let it in again."""
        await self.desk.do("block", person=self.id, whom=self.desk.bot, blocked=blocked)

    # --- seeing ----------------------------------------------------------------------------

    async def sees(self, look: Look, timeout: float = PATIENCE, *, last: bool = False) -> Message:
        """The first (or `last`) message of the bot that is there and fits. Raises AssertionError,
        with the chat, when none has come in `timeout` seconds."""
        fits = fitting(look)

        def found(chat: list[Message]) -> Message | None:
            fit = [m for m in chat if self.hears(m) and not m.deleted and fits(m)]
            return fit[-1 if last else 0] if fit else None

        return await self.waits(found, timeout, f"never saw {look!r}")

    def hears(self, message: Message) -> bool:
        """Whether it is the bot's; where the bot is not the only other, by name."""
        return message.author == self.desk.bot if self.place < 0 else not message.mine

    async def sees_gone(self, message: Message, timeout: float = PATIENCE) -> Message:
        """The message, once it is deleted."""

        def found(chat: list[Message]) -> Message | None:
            return next((m for m in chat if m.id == message.id and m.deleted), None)

        return await self.waits(found, timeout, f"message {message.id} is still there")

    async def sees_edit(self, message: Message, look: Look, timeout: float = PATIENCE) -> Message:
        """This very message, once it fits."""
        fits = fitting(look)

        def found(chat: list[Message]) -> Message | None:
            return next((m for m in chat if m.id == message.id and fits(m)), None)

        return await self.waits(found, timeout, f"message {message.id} never became {look!r}")

    async def waits(
        self, found: Callable[[list[Message]], Message | None], timeout: float, complaint: str
    ) -> Message:
        """Look at the chat at every change until `found` finds something in it."""
        loop = asyncio.get_running_loop()
        end = loop.time() + timeout
        chat = await self.history()
        while not (message := found(chat)):
            left = end - loop.time()
            if left <= 0:
                raise AssertionError(f"{self.name} {complaint}; the chat:\n{transcript(chat)}")
            chat = await self.history(left)
        return message

    async def history(self, timeout: float = 0) -> list[Message]:
        """Everything ever said between the two, deleted messages too; when there is something
        new, or after `timeout` seconds."""
        args = {"peer": self.peer, "after": self.version, "timeout": timeout}
        seen = await self.desk.do("look", person=self.id, **args)
        self.version = seen["version"]
        for facts in seen["messages"]:
            self.known[facts["id"]] = Message(**facts)
        return [self.known[number] for number in sorted(self.known)]

    async def chat(self) -> list[Message]:
        """What is on the person's screen now, in order."""
        return [message for message in await self.history() if not message.deleted]

    async def sees_typing(self) -> dict[str, Any]:
        """When the bot last showed an activity, and which: {at, action}."""
        args = {"person": self.id, "peer": self.peer}
        told: dict[str, Any] = await self.desk.do("typing", **args)
        return told

    async def receives_file(self, message: Message, folder: Path) -> Path:
        """The media of a message, under its own name in `folder`."""
        assert message.media, "a message without media"
        source = await self.desk.do("file", number=message.media["file"])
        name = Path(message.media["name"] or "file").name
        folder.mkdir(parents=True, exist_ok=True)
        return Path(await asyncio.to_thread(shutil.copyfile, source, folder / name))


def fitting(look: Look) -> Callable[[Message], Any]:
    if callable(look):
        return look
    return lambda message: look in message.text


def transcript(chat: list[Message]) -> str:
    """The chat in lines: who, what, with which buttons; deleted messages in brackets."""
    return "\n".join(line(message) for message in chat) or "(empty)"


def line(message: Message) -> str:
    media = f"[{message.kind} {message.media['name']}] " if message.media else ""
    labels = " ".join(f"<{button['text']}>" for row in message.buttons for button in row)
    said = f"{message.sender}: {media}{message.text} {labels}".rstrip()
    return f"({said})" if message.deleted else said


def labels(message: Message) -> list[str]:
    """The buttons of a message, row by row."""
    return [button["text"] for row in message.buttons for button in row]
