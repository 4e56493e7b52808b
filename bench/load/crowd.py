"""The people: each writes at the instant that the plan says, whatever became of the others.

Nobody is watched while the load is on, but for those who press a button: instants are read from
Telegram's own record afterwards. So the generator costs little, and a slow answer delays nobody.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from bench.load import links
from bench.load.scenario import Scenario
from bench.load.schedule import Ask, known_size
from tests.sandbox.person import Message, Person
from tests.sandbox.telegram.desk import Desk, Refused

#: Seconds until a person who wants to press gives up.
PATIENCE = 60.0
#: Greetings a second, below what Telegram allows a bot.
GREETINGS = 20
#: Known links that are asked for at once before the load; how many of them come in a second at the
#: least, and how many bytes.
GROUP, LEARNT, SLOWEST = 100, 5, 4_000_000
#: Buttons: the best film of a card's page, and the one under a status message.
BEST, FIRST = "720p", 0
#: What people do who have to wait for a button.
PRESSED = ("press", "cancel")


@dataclass(slots=True)
class Asked:
    """A message that was written; `due` is a wall instant. `late` is the test's own lateness in
    seconds, of its people and its Telegram: the message stood in the chat later than planned."""

    ask: Ask
    person: Person
    message: Message
    due: float
    late: float


@dataclass
class Crowd:
    """Plays a plan in front of a bot."""

    desk: Desk
    site: str
    scenario: Scenario
    people: list[Person] = field(default_factory=list)
    #: Those who met the bot or asked for a link before the load, and write nothing in it.
    before: list[Person] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    blocked: set[int] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)
    #: Set when nobody is to write any more.
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    #: Messages that Telegram did not take from a person: of the plan, and those before it.
    unwritten: int = 0
    #: Those who look for a button, or have pressed it.
    pressing: list[asyncio.Task[None]] = field(default_factory=list)

    async def gathers(self, count: int) -> None:
        """Everybody who will write one of `count` messages meets the bot, unless the scenario is
        about people who do not know it; and what is to be known is asked for once."""
        names = [f"P{number}" for number in range(min(self.scenario.people, count))]
        self.people = [await self.desk.person(name) for name in names]
        host = await self.desk.person("The first")
        self.before.append(host)
        if not self.scenario.newcomers:
            await self.greets({one.id: one for one in (host, *self.people)}.values())
        await self.learns()

    async def greets(self, people: Iterable[Person]) -> None:
        """Each meets the bot, as slowly as Telegram allows; few accounts may play many people."""
        for person in people:
            try:
                await person.starts()
            except Refused:
                self.unwritten += 1
            await asyncio.sleep(1 / GREETINGS)

    async def learns(self) -> None:
        """Each of the known links is fetched by a person of its own, a group at a time. Raises
        AssertionError when one does not come."""
        count = self.scenario.known_links if self.scenario.kinds.get("known") else 0
        for first in range(0, count, GROUP):
            await self.learns_group(range(count)[first : first + GROUP])

    async def learns_group(self, numbers: Sequence[int]) -> None:
        """Have these known links asked for at once, and wait for them. Raises AssertionError with
        the first that does not come."""
        waiting, asked = [], list[int]()
        asks = [known(self.scenario, number) for number in numbers]
        within = patience(asks)
        for ask in asks:
            person = await self.desk.person(f"First of {ask.number}")
            self.before.append(person)
            try:
                sent = await person.sends(links.text(ask, self.site))
            except Refused:
                self.unwritten += 1
                continue
            asked.append(ask.number)
            waiting.append(comes(person, sent, within))
        found = await asyncio.gather(*waiting, return_exceptions=True)
        missing = [n for n, one in zip(asked, found, strict=True) if isinstance(one, BaseException)]
        for error in found:
            if isinstance(error, BaseException) and not isinstance(error, AssertionError):
                raise error
        if missing:
            raise AssertionError(
                f"known link {missing[0] + 1} of the {self.scenario.known_links:,} that Telegram"
                f" has before the load did not come within {within:.0f} s, as {len(missing)} of the"
                f" {len(numbers)} that were asked for at once"
            )

    async def plays(self, plan: Iterable[Ask]) -> None:
        """Write every message at its instant, and return when the last one is written, or nobody is
        to write any more. Some may look for a button still."""
        began, wall = time.monotonic(), time.time()
        async with asyncio.TaskGroup() as group:
            for ask in plan:
                if await self.ends_within(began + ask.at - time.monotonic()):
                    break
                group.create_task(self.comes(ask, wall + ask.at))

    async def ends_within(self, seconds: float) -> bool:
        """Wait for so long; whether nobody is to write any more."""
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, seconds)):
                await self.ended.wait()
        return self.ended.is_set()

    async def comes(self, ask: Ask, due: float) -> None:
        """One person writes, and does what else the plan has them do."""
        person = self.people[ask.person]
        try:
            message = await self.writes(person, links.text(ask, self.site, self.scenario.rate))
        except Refused:
            self.unwritten += 1
            return
        one = Asked(ask, person, message, due, message.at - due)
        self.asked.append(one)
        self.counts[ask.kind] += 1
        if ask.deed:
            self.counts[ask.deed] += 1
        if ask.deed == "block":
            await self.does(one)
        elif ask.deed in PRESSED:
            self.pressing.append(asyncio.create_task(self.does(one)))

    def is_pressing(self) -> bool:
        """Whether somebody still looks for a button."""
        return any(not task.done() for task in self.pressing)

    async def gives_up(self) -> None:
        """Let nobody look for a button any more. Raises what ended one of them."""
        for task in self.pressing:
            task.cancel()
        for ended in await asyncio.gather(*self.pressing, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended

    async def writes(self, person: Person, text: str) -> Message:
        """What the person sends, having started or unblocked the bot. Raises Refused where Telegram
        takes no more from them."""
        if person.id in self.blocked:  # who asks again has let the bot in before
            self.blocked.discard(person.id)
            await person.blocks(False)
        if self.scenario.newcomers:
            await person.starts()
        return await person.sends(text)

    async def does(self, one: Asked) -> None:
        """What a person does beside asking. Buttons that are gone meanwhile are no fault: the media
        was faster."""
        sent = one.message
        try:
            match one.ask.deed:
                case "block":
                    self.blocked.add(one.person.id)
                    await one.person.blocks()
                case "press":
                    await one.person.presses(BEST, await self.offered(one, BEST))
                case "cancel":
                    shown = await self.offered(one, "")
                    data = shown.buttons[FIRST][FIRST]["data"]
                    if shown.reply == sent.id and not shown.media and data:
                        await one.person.presses(data, shown)
        except (AssertionError, Refused):
            self.counts[f"{one.ask.deed} came too late"] += 1

    async def offered(self, one: Asked, label: str) -> Message:
        """The card that answers a message and has a button of this label."""

        def fits(message: Message) -> bool:
            answers = message.reply == one.message.id and bool(message.buttons)
            return answers and (not label or bool(message.button(label)))

        return await one.person.sees(fits, timeout=PATIENCE)


def known(scenario: Scenario, number: int) -> Ask:
    """The first ask for a known link."""
    return Ask(0, 0, "known", number, known_size(scenario, number))


def patience(asks: Sequence[Ask]) -> float:
    """Seconds within which these come that are asked for at once, on a slow machine too."""
    return PATIENCE + len(asks) / LEARNT + sum(ask.size for ask in asks) / SLOWEST


async def comes(person: Person, sent: Message, within: float) -> Message:
    """The media that answers a message. Raises AssertionError."""
    return await person.sees(lambda m: m.media and m.reply == sent.id, timeout=within)
