"""From what people write to accepted requests and first answers."""

import asyncio
import re
from dataclasses import replace
from functools import partial
from typing import Any

from procs import clock, i18n, link, log, wishes
from procs.bot.board import Board
from procs.bot.cancelling import Cancelling
from procs.bot.inbox import ANSWERS, HINT, Inbox
from procs.bot.settling import settled
from procs.bot.speech import Speech, once
from procs.errors import DiskFull, StoreFull
from procs.job import Ask
from procs.link import BadLink, Parsed
from procs.store import lists, requests, users
from procs.store.allowances import Allowance
from procs.store.database import Database
from procs.store.requests import Submitted
from procs.telegram.front import Front
from procs.telegram.heard import Incoming, Press
from procs.telegram.pace import Urgency
from procs.turns import Withdrawn

#: Characters above which a text without a link was not meant as one.
LONG = 1000
#: Seconds: what was sent longer ago, while the bot was down, is not acted upon any more.
CATCH_UP = 24 * 3600.0
DAY = 24 * 3600.0
COMMAND = re.compile(r"^/([a-z]+)(?:@\w+)?(?:\s|$)", re.IGNORECASE)


class Intake:
    """Handlers of the bot's session. What they write is committed before the first answer."""

    def __init__(
        self,
        db: Database,
        front: Front,
        board: Board,
        speech: Speech,
        *,
        catch_up: float = CATCH_UP,
        allowance: Allowance | None = None,
    ) -> None:
        self.db = db
        self.catch_up = catch_up
        self.allowance = allowance or Allowance()
        self.inbox = Inbox(db)
        self.front = front
        self.board = board
        self.speech = speech
        self.cancelling = Cancelling(db, front, speech, self.inbox)
        self.commands = {"start": self.start, "cancel": self.cancelling.ask}

    async def hear(self, heard: Incoming) -> None:
        """A message, from a person to us."""
        try:
            if not self.is_urgent(heard):
                await self.inbox.turn(heard)
        except Withdrawn:
            return
        apologise = partial(self.apologise, heard)
        await settled(self.take(heard), apologise, chat=heard.chat, message=heard.message)

    def is_urgent(self, heard: Incoming) -> bool:
        """Whether it asks to stop what its sender asked for: that waits for nothing."""
        command = COMMAND.match(self.addressed(heard) or "")
        return command is not None and command[1].lower() == "cancel"

    async def feel(self, press: Press) -> None:
        """A pressed button."""
        language = i18n.choose(press.person.language)

        async def apologise(code: str) -> None:
            await self.speech.answer(press.id, i18n.say(language, "oops", code=code), alert=True)

        await settled(self.cancelling.pressed(press), apologise, chat=press.chat, data=press.data)

    async def apologise(self, heard: Incoming, code: str) -> None:
        """Say that it was our fault. Asks nothing of the store, which may be the reason."""
        text = i18n.say(i18n.choose(heard.person.language), "oops", code=code)
        random_id = once("oops", heard.chat, heard.message)
        await self.front.send(
            heard.chat, heard.access, text, random_id=random_id, reply_to=heard.message
        )

    async def take(self, heard: Incoming) -> None:
        text = self.addressed(heard)
        if text is None:
            return
        try:
            if heard.at and clock.now().wall - heard.at > self.catch_up:
                await self.too_late(heard)
            else:
                await self.handle(heard, text)
        except StoreFull as error:
            log.error("message.unkept", chat=heard.chat, message=heard.message, error=error)
            await self.speech.reply(heard, DiskFull.say)

    async def too_late(self, heard: Incoming) -> None:
        """Nobody waits for an answer any more: one polite line for all that a day brought."""
        if not self.inbox.told(heard, "too-late"):
            return
        text = i18n.say(i18n.choose(heard.person.language), "too-late")
        random_id = once("too-late", heard.chat, int(heard.at // DAY))
        await self.speech.send(
            heard.chat, heard.access, text, random_id=random_id, reply_to=heard.message
        )
        log.info("message.too-late", chat=heard.chat, message=heard.message)

    async def handle(self, heard: Incoming, text: str) -> None:
        person = replace(heard.person, language=i18n.choose(heard.person.language))
        users.remember(self.db, person, now=clock.now())
        command = COMMAND.match(text)
        if command:
            await self.commands.get(command[1].lower(), self.help)(heard)
        else:
            parsed = link.parse(text, heard.urls)
            await self.read(heard, parsed if parsed.links else self.chosen(heard, text, parsed))

    def addressed(self, heard: Incoming) -> str | None:
        """What was said to us: everything in a private chat, in a group what mentions us."""
        if heard.private:
            return heard.text
        mention = re.compile(rf"@{re.escape(self.front.username)}\b", re.IGNORECASE)
        if not self.front.username or not mention.search(heard.text):
            return None
        return mention.sub("", heard.text).strip()

    def chosen(self, heard: Incoming, text: str, parsed: Parsed) -> Parsed:
        """Words without a link mean what was shown last, if they are a choice and nothing else."""
        variant = wishes.whole(text)
        last = lists.latest(self.db, heard.chat, heard.person.id, now=clock.now())
        return Parsed((replace(last, variant=variant),)) if variant and last else parsed

    async def hint(self, heard: Incoming, key: str, *, about: str = "", **words: Any) -> None:
        """Answer what asks for nothing: a few times in a minute, then we are silent, and say so."""
        said = self.inbox.told(heard, f"{HINT}{key}")
        if said:
            key, about = "hush" if said == ANSWERS else key, about or key
            await self.speech.reply(heard, key, about=about, **words)

    async def start(self, heard: Incoming) -> None:
        if heard.person.name:
            await self.hint(heard, "start", name=heard.person.name)
        else:
            await self.hint(heard, "start-nameless")

    async def help(self, heard: Incoming) -> None:
        await self.hint(heard, "help")

    async def read(self, heard: Incoming, parsed: Parsed) -> None:
        """Accept the links of a message, then answer: nothing is said before it is kept."""
        found = asks(heard, parsed)
        answered = requests.submit(self.db, found, now=clock.now(), allowance=self.allowance)
        accepted = [one for one in answered if one.request]
        refused = [one for one in answered if not one.request]
        for one in accepted:
            event = "request.repeated" if one.outcome == "again" else "request.received"
            log.info(event, request=one.request, job=one.job, outcome=one.outcome)
        answers = [task for one in accepted if (task := self.first(one))]
        complaints = [self.complain(heard, problem) for problem in parsed.problems]
        rest = [self.rest(heard, parsed.left_out)] if parsed.left_out else []
        rest += [self.refuse(heard, refused)] if refused else []
        await asyncio.gather(*answers, *complaints, *rest)

    def first(self, accepted: Submitted) -> asyncio.Task[str] | None:
        """Begin the first word about a request. A known media is in the chat in a moment: its
        status message would only flicker. A message heard again is answered, or will be."""
        if accepted.outcome == "cached":
            self.board.withhold(accepted.request)
        elif accepted.outcome != "again":
            return self.board.answer(accepted.request)
        return None

    async def complain(self, heard: Incoming, problem: BadLink) -> None:
        key = f"bad-{problem.kind}"
        if problem.kind == "none" and not heard.text:
            key = "bad-nothing-written"
        elif problem.kind == "none" and len(heard.text) > LONG:
            key = "bad-too-much"
        await self.hint(heard, key, about=f"{key}:{problem.text}", text=problem.text)

    async def refuse(self, heard: Incoming, refused: list[Submitted]) -> None:
        """Say, once in a minute, that no more is taken before some of it has come."""
        key = f"refused-{refused[0].outcome}"
        if self.inbox.told(heard, "refused", count=len(refused)):
            urgency = Urgency.COMMAND  # behind a hundred first words it would come too late
            most = self.allowance.most
            await self.speech.reply(heard, key, about="refused", urgency=urgency, most=most)

    async def rest(self, heard: Incoming, count: int) -> None:
        await self.speech.reply(heard, "links-left-out", most=link.MOST, count=count)


def asks(heard: Incoming, parsed: Parsed) -> list[Ask]:
    """The links of a message as what the store accepts, numbered in their order."""
    return [
        Ask(heard.person.id, heard.chat, heard.message, n, one, chat_access=heard.access)
        for n, one in enumerate(parsed.links)
    ]
