"""The people of a storm: what each asks for, and what they do besides."""

import asyncio
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

from procs.texts import i18n
from tests.chaos.storm_stack import StormStack
from tests.sandbox.person import Message, Person
from tests.sandbox.stack import CLIP
from tests.sandbox.telegram.desk import Refused
from tests.sandbox.telegram.group import Group

#: Bytes that one message holds. The clip is above it and comes in parts; the small film is below;
#: the streamed one is large enough to go up while it comes down.
LIMIT, STREAM_FROM = "1280KiB", "1MiB"
SMALL, PADDED = "/small.mp4", 620_000
STREAMED = f"{SMALL}?pad={PADDED}&rate=700000"
CARD, CHOICE = "/page/hls.html", "180p"
#: What people do, in shares; the rest asks in private and waits.
DEEDS = {"": 62, "group": 10, "stream": 10, "press": 9, "cancel": 9}
#: Those who ask for a film that nobody else asks for.
OWN = ("group", "cancel")
#: Why who cancelled may have got nothing.
CANCELLED = "cancelled"
#: Seconds until a person gives up pressing, and between two tries.
PATIENCE, AGAIN = 90.0, 3.0
#: Groups at most, and of how many people each.
GROUPS, MEMBERS = 4, 5


@dataclass(slots=True)
class Asked:
    """A message that was written: `free` says why it may have brought nothing. `tries` are the
    instants at which a button was pressed, `pressed` when that was answered."""

    person: Person
    message: Message
    chat: int
    link: str
    deed: str
    at: float
    tries: list[float] = field(default_factory=list)
    pressed: float = 0.0
    free: str = ""

    @property
    def name(self) -> str:
        where = "" if self.chat > 0 else f" in {self.chat}"
        return f"{self.person.name}:{self.message.id}{where} {self.deed}".rstrip()


@dataclass
class Crowd:
    """People who ask, each for another film than the last time. `telegram` is held while nobody can
    write, since Telegram itself is away."""

    stack: StormStack
    films: int
    dice: Random
    telegram: asyncio.Lock
    plain: bool = False
    people: list[Person] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    async def gathers(self, count: int) -> None:
        telegram = self.stack.telegram
        self.people = [await telegram.person(f"P{number}") for number in range(count)]
        for person in self.people:
            await person.starts()
        if not self.plain:
            for number in range(max(1, min(GROUPS, count // MEMBERS))):
                members = self.people[number * MEMBERS : (number + 1) * MEMBERS] or self.people
                self.groups.append(await telegram.group(f"Club {number}", *members))
                await self.meets(members[0].at(self.groups[-1]), number)

    async def meets(self, there: Person, number: int) -> None:
        """The bot hears of a group by its first message. Raises AssertionError."""
        sent = await there.sends(f"/dl {self.stack.url(f'{SMALL}?club={number}')}")
        await there.sees(lambda m: m.media and m.reply == sent.id, timeout=PATIENCE)

    async def ask(self, number: int, deed: str | None = None) -> Asked:
        """The number-th message of all; what is done is drawn where it is not given."""
        if deed is None or self.plain:
            deed = "" if self.plain else self.dice.choices([*DEEDS], [*DEEDS.values()])[0]
        person = self.people[number % len(self.people)]
        # Each in a row of their own: what one person asks again while it is under way is answered
        # with where it is, and is no request.
        film = (number * 3 + number // len(self.people)) % self.films
        link = self.stack.url(self.path(deed, film, number))
        async with self.telegram:
            if deed == "group":
                group = self.groups[number % len(self.groups)]
                members = self.people[number % len(self.groups) * MEMBERS :][:MEMBERS]
                person, chat = self.dice.choice(members or self.people).at(group), group.chat_id
                message = await person.sends(f"/dl {link}")
            else:
                chat, message = person.id, await person.sends(link)
        one = Asked(person, message, chat, link, deed, time.time())
        self.asked.append(one)
        self.counts[f"asked: {deed or 'private'}"] += 1
        return one

    def path(self, deed: str, film: int, number: int) -> str:
        if deed == "press":
            return f"{CARD}?n={number}"
        if deed == "stream":
            return f"{STREAMED}&n={number}"
        if deed in OWN:  # so that nobody else waits for it
            return f"{SMALL}?{deed}={number}"
        return f"{CLIP if film % 2 else SMALL}?film={film}"

    async def act(self, one: Asked) -> None:
        """What a person does after having asked, again until it has an effect."""
        end = time.monotonic() + PATIENCE
        match one.deed:
            case "press":
                while time.monotonic() < end and not await self.pressed(one):
                    await asyncio.sleep(AGAIN)
            case "cancel":
                while time.monotonic() < end and not await self.cancelled(one):
                    await asyncio.sleep(AGAIN)

    async def pressed(self, one: Asked) -> bool:
        """Whether the choice is made: it was answered, or something came of it."""
        found = await self.answers(one)
        card = next((m for m in found if m.button(CHOICE) and not m.deleted), None)
        if any(m.media and m.kind == "video" for m in found):
            return True
        if card is None:
            return bool(one.pressed)
        one.tries.append(time.time())
        with suppress(Refused, AssertionError, ConnectionError):
            await one.person.presses(CHOICE, card, patience=AGAIN)
            one.pressed = time.time()
            self.counts["pressed"] += 1
        return False

    async def cancelled(self, one: Asked) -> bool:
        """Whether nothing is left to cancel. Nothing more is owed once a press was answered or the
        chat says so: a press that nobody heard has no effect."""
        found = await self.answers(one)
        if any(says_cancelled(m) for m in found):
            one.free = CANCELLED  # perhaps by an earlier press, whose answer was lost
        if one.free or any(m.media for m in found):
            return True
        shown = next((m for m in found if m.buttons and not m.deleted), None)
        if shown is None:
            return False
        one.tries.append(time.time())
        with suppress(Refused, AssertionError, ConnectionError, IndexError):
            await one.person.presses(shown.buttons[0][0]["data"], shown, patience=AGAIN)
            one.free, one.pressed = CANCELLED, time.time()
            self.counts["cancelled"] += 1
            return True
        return False

    async def answers(self, one: Asked) -> list[Message]:
        """What the bot said to a message; nothing while Telegram is away."""
        async with self.telegram:
            return [m for m in await one.person.history() if m.reply == one.message.id]


def says_cancelled(message: Message) -> bool:
    """Whether the bot says that a request is cancelled, in either language."""
    return any(i18n.say(language, "cancelled") in message.text for language in ("en", "fa"))
