"""What a person's client can do beside writing: inline queries, reactions, keyboards, commands."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.sandbox.telegram.desk import Desk

if TYPE_CHECKING:
    from tests.sandbox.person import Message

#: Seconds that a client waits for a bot's results.
PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Result:
    """One result of an inline query; `media` is the kind of its file, "" for an article."""

    query: int
    id: str
    type: str
    title: str = ""
    description: str = ""
    media: str = ""


@dataclass(frozen=True, slots=True)
class Results:
    """`switch`: (text, start parameter) of the button above the results. `personal`: not kept for
    others. `cache_time` in seconds."""

    query: int
    results: list[Result]
    next_offset: str = ""
    gallery: bool = False
    personal: bool = False
    cache_time: int = 0
    switch: list[str] | None = None

    def __getitem__(self, place: int) -> Result:
        return self.results[place]

    def __len__(self) -> int:
        return len(self.results)


class Gestures(ABC):
    """The part of a `Person` that is no writing or reading."""

    __slots__ = ()
    desk: Desk
    id: int
    place: int
    topic: int

    @property
    @abstractmethod
    def peer(self) -> int:
        """Whose chat the person is in: an account, or minus a group."""

    @abstractmethod
    async def chat(self) -> list["Message"]: ...

    async def inline(self, query: str, offset: str = "", patience: float = PATIENCE) -> Results:
        """Write "@bot query" where the person is. Raises Refused: BOT_INLINE_DISABLED,
        BOT_RESPONSE_TIMEOUT."""
        args = {"query": query, "offset": offset, "chat": self.peer, "patience": patience}
        told = await self.desk.do("ask_inline", person=self.id, bot=self.desk.bot, **args)
        results = [Result(told["query"], **one) for one in told.pop("results")]
        return Results(results=results, **told)

    async def chooses(self, result: Result, reply: "Message | None" = None) -> "Message":
        """Send a result where the person is: their message, via the bot."""
        from tests.sandbox.person import Message

        place = {"to": self.peer, "reply": reply.id if reply else 0, "topic": self.topic}
        args = {"query": result.query, "result": result.id, **place}
        return Message(**await self.desk.do("choose", person=self.id, **args))

    async def switches(self, results: Results) -> "Message":
        """Press the button above the results: start the bot with its parameter."""
        assert results.switch, "no button above the results"
        from tests.sandbox.person import Message

        text = f"/start {results.switch[1]}"
        args = {"to": self.desk.bot, "text": text}
        return Message(**await self.desk.do("say", person=self.id, **args))

    async def shares(self, label: str, message: "Message", there: "Gestures") -> Results:
        """Press a button that writes "@bot query" into another chat (`there`: oneself at it)."""
        button = message.button(label)
        assert button is not None, f"no button {label!r}"
        assert "inline" in button, f"{label!r} writes no query"
        return await there.inline(button["inline"])

    async def reacts(self, message: "Message", *emoji: str) -> None:
        """Put a reaction on a message instead of one's last; nothing takes it away."""
        args = {"peer": self.place, "message": message.id, "emoji": list(emoji)}
        await self.desk.do("react", person=self.id, **args)

    async def sees_reaction(
        self, message: "Message", emoji: str = "", timeout: float = 15.0
    ) -> dict[str, list[str]]:
        """Who reacted how, once `emoji` is on the message; "": once there is none. Raises
        AssertionError."""
        args = {"peer": self.place, "message": message.id, "emoji": emoji, "timeout": timeout}
        found: dict[str, list[str]] = await self.desk.do("reacted", person=self.id, **args)
        there = [one for given in found.values() for one in given]
        assert emoji in there if emoji else not there, f"the reactions are {found}"
        return found

    async def keyboard(self) -> list[list[str]]:
        """The labels of the reply keyboard that is open, [] for none."""
        for message in reversed(await self.chat()):
            if message.keyboard is not None and not message.mine:
                return message.keyboard
        return []

    async def taps(self, label: str) -> "Message":
        """Press a button of the reply keyboard: its label becomes the person's message."""
        from tests.sandbox.person import Message

        labels = [one for row in await self.keyboard() for one in row]
        text = next((one for one in labels if label in one), None)
        assert text is not None, f"no {label!r} on the keyboard {labels}"
        args: dict[str, Any] = {"to": self.peer, "text": text, "topic": self.topic}
        return Message(**await self.desk.do("say", person=self.id, **args))

    async def commands(self) -> list[tuple[str, str]]:
        """The bot's commands that the person is offered here, by scope and language."""
        args = {"bot": self.desk.bot, "chat": self.peer}
        found = await self.desk.do("offered", person=self.id, **args)
        return [(name, words) for name, words in found]

    async def follows(self, link: str) -> str:
        """Open a link into a group or channel, and join: `member`, or `asking` where its admins
        decide. Raises Refused."""
        return str(await self.desk.do("follow", person=self.id, link=link))

    async def deactivates(self) -> None:
        """The person deletes their account."""
        await self.desk.do("deactivate", person=self.id)
