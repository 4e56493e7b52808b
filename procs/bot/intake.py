"""From what people write to accepted requests and first answers."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import replace
from functools import partial

from procs.bot.commands.cancel import CancelCommand
from procs.bot.commands.router import Router
from procs.bot.conversation.failure_boundary import settled
from procs.bot.conversation.hints import Hints
from procs.bot.conversation.inbound_queue import InboundQueue
from procs.bot.conversation.reply_sender import ReplySender, once
from procs.bot.status.status_board import StatusBoard
from procs.core import clock, log
from procs.core.round_robin import Withdrawn
from procs.errors import DiskFull, StoreFull
from procs.records.job import Ask, Link
from procs.store.database import Database
from procs.store.people import users
from procs.store.requests import heard_updates, link_mentions, lists, requests
from procs.store.requests.allowances import Allowance
from procs.store.requests.heard_updates import Mark
from procs.store.requests.requests import Submitted
from procs.telegram.chat.bot_session import BotSession
from procs.telegram.chat.inbound import Incoming, Press
from procs.telegram.chat.sender import OutgoingMessage
from procs.telegram.pace import Urgency
from procs.telegram.session.rpc import free
from procs.texts import i18n
from procs.wishes.grammar import link, wish_reader
from procs.wishes.grammar.link import BadLink, Parsed
from procs.wishes.variant import Variant

#: Letters of a word that is said back.
QUOTED_LENGTH = 40
#: Seconds: what was sent longer ago, while the bot was down, is not acted upon any more.
CATCH_UP = 24 * 3600.0
DAY = 24 * 3600.0
Wish = Variant | wish_reader.Unclear
#: Seconds after a message in which an edit corrects it; later ones are for other readers.
CORRECTION = 60.0


class Intake:
    """Handlers of the bot's session. What they write is committed before the first answer."""

    def __init__(
        self,
        db: Database,
        chat_session: BotSession,
        status_board: StatusBoard,
        replies: ReplySender,
        *,
        catch_up: float = CATCH_UP,
        allowance: Allowance | None = None,
        admins: Collection[int] = (),
    ) -> None:
        self.db = db
        self.catch_up = catch_up
        self.allowance = allowance or Allowance()
        self.inbox = InboundQueue(db)
        self.chat_session = chat_session
        self.status_board = status_board
        self.replies = replies
        self.hints = Hints(replies, self.inbox)
        self.cancelling = CancelCommand(db, replies, self.inbox)
        self.router = Router(replies, self.hints, self.cancelling, admins=admins)

    async def on_message(self, incoming: Incoming) -> None:
        """A message, from a person to us."""
        try:
            if not self.is_urgent(incoming):
                await self.inbox.turn(incoming)
        except Withdrawn:
            with suppress(StoreFull):  # heard again, it would be accepted after all
                heard_updates.note(self.db, incoming.mark, now=clock.now())
            return
        report_failure = partial(self.report_failure, incoming)
        work = self.once(incoming.mark, partial(self.take, incoming))
        await settled(work, report_failure, chat=incoming.chat, message=incoming.message)

    def is_urgent(self, incoming: Incoming) -> bool:
        """Whether it asks to stop what its sender asked for: that waits for nothing."""
        command = self.router.command(self.addressed(incoming) or "", incoming.person)
        return command is not None and command.urgent

    async def on_press(self, press: Press) -> None:
        """A pressed button."""

        async def report_failure(code: str) -> None:
            text = i18n.say(press.language, "oops", code=code)
            await self.replies.answer(press.id, text, alert=True)

        work = self.once(press.mark, partial(self.router.press, press))
        await settled(work, report_failure, chat=press.chat, data=press.data)

    async def once(self, mark: Mark, work: Callable[[], Awaitable[None]]) -> None:
        """Do what somebody wants, unless it is done: Telegram may tell it again."""
        if heard_updates.is_known(self.db, mark):
            log.info("message.repeated", chat=mark[0], message=mark[1])
            return
        await work()
        with suppress(StoreFull):  # heard again, it does the same again
            heard_updates.note(self.db, mark, now=clock.now())

    async def report_failure(self, incoming: Incoming, code: str) -> None:
        """Say that it was our fault. Asks nothing of the store, which may be the reason."""
        text = i18n.say(incoming.language, "oops", code=code)
        random_id = once("oops", incoming.chat, incoming.message)
        message = OutgoingMessage(incoming.chat, incoming.access, text, random_id, incoming.message)
        await self.chat_session.send(message, leave=free)

    async def take(self, incoming: Incoming) -> None:
        if not incoming.private:
            await self.chat_session.named.wait()
        text = self.addressed(incoming)
        if text is None:
            return
        try:
            if incoming.at and clock.now().wall - incoming.at > self.catch_up:
                await self.too_late(incoming)
            else:
                await self.handle(incoming, text)
        except StoreFull as error:
            log.error("message.unkept", chat=incoming.chat, message=incoming.message, error=error)
            await self.replies.reply(incoming, DiskFull.say)

    async def too_late(self, incoming: Incoming) -> None:
        """Nobody waits for an answer any more: one polite line for all that a day brought."""
        if not self.inbox.told(incoming, "too-late"):
            return
        text = i18n.say(incoming.language, "too-late")
        random_id = once("too-late", incoming.chat, int(incoming.at // DAY))
        await self.replies.send(
            OutgoingMessage(incoming.chat, incoming.access, text, random_id, incoming.message)
        )
        log.info("message.too-late", chat=incoming.chat, message=incoming.message)

    async def handle(self, incoming: Incoming, text: str) -> None:
        command = self.router.command(text, incoming.person)
        parsed = link.parse(text, incoming.urls)
        users.remember(self.db, incoming.person, now=clock.now())
        if incoming.edited:
            return await self.correct(incoming, text, parsed)
        if command and (command is not self.router.unknown or parsed.none):
            await command.handle(incoming)
        else:
            await self.read(incoming, self.chosen(incoming, text, parsed))

    async def correct(self, incoming: Incoming, text: str, parsed: Parsed) -> None:
        """An edited message, soon after it was sent, is heard in place of what it said before."""
        is_command = self.router.command(text, incoming.person) is not None
        if incoming.edited - incoming.at > CORRECTION or is_command:
            return
        meant = self.chosen(incoming, text, parsed)
        where = incoming.chat, incoming.message, incoming.person.id
        if not link_mentions.known(self.db, *where):
            return await self.read(incoming, meant)
        links, questions = asks(incoming, meant)
        fresh = link_mentions.corrected(self.db, *where, links, questions, now=clock.now())
        log.info(
            "message.corrected", chat=incoming.chat, message=incoming.message, fresh=len(fresh)
        )
        if not meant.none:
            await self.answer(incoming, meant, fresh)

    def addressed(self, incoming: Incoming) -> str | None:
        """What was said to us: everything in a private chat, in a group what mentions us."""
        if incoming.private:
            return incoming.text
        mention = re.compile(rf"@{re.escape(self.chat_session.username)}\b", re.IGNORECASE)
        if not self.chat_session.username or not mention.search(incoming.text):
            return None
        return mention.sub("", incoming.text).strip()

    def chosen(self, incoming: Incoming, text: str, parsed: Parsed) -> Parsed:
        """Words without a link are about the one that was sent, or shown, last."""
        wish = wish_reader.alone(text) if parsed.none else None
        if wish is None:
            return parsed
        last = self.meant(incoming, wish)
        if not last:
            return Parsed(problems=(BadLink("which", text.strip()[:QUOTED_LENGTH]),))
        if isinstance(wish, wish_reader.Unclear):
            return Parsed(questions=tuple(link.Question(one, wish) for one in last))
        return Parsed(tuple(replace(one, variant=str(wish)) for one in last))

    def meant(self, incoming: Incoming, wish: Wish) -> list[Link]:
        """The links that a word alone is about: a choice is of the list that was shown."""
        now = clock.now()
        where = self.db, incoming.chat, incoming.person.id
        if isinstance(wish, Variant) and wish.pick and (shown := lists.latest(*where, now=now)):
            return [shown]
        return link_mentions.meant(*where, before=incoming.message, now=now)

    async def read(self, incoming: Incoming, parsed: Parsed) -> None:
        """Accept the links of a message, then answer: nothing is said before it is kept."""
        links, questions = asks(incoming, parsed)
        done = requests.submit(self.db, links, now=clock.now(), allowance=self.allowance)
        link_mentions.asked(self.db, questions, now=clock.now())
        await self.answer(incoming, parsed, done)

    async def answer(self, incoming: Incoming, parsed: Parsed, done: list[Submitted]) -> None:
        """The first word about every link of a message."""
        accepted = [one for one in done if one.request]
        refused = [one for one in done if not one.request]
        for one in accepted:
            event = "request.repeated" if one.outcome == "again" else "request.received"
            log.info(event, request=one.request, job=one.job, outcome=one.outcome)
        answers = [task for one in accepted if (task := self.first(one))]
        complaints = [self.hints.complain(incoming, problem) for problem in parsed.problems]
        questions = [self.ask(incoming, about) for about in {one.about for one in parsed.questions}]
        rest = [self.rest(incoming, parsed.left_out)] if parsed.left_out else []
        rest += [self.refuse(incoming, refused)] if refused else []
        await asyncio.gather(*answers, *complaints, *questions, *rest)

    def first(self, accepted: Submitted) -> asyncio.Task[str] | None:
        """Begin the first word about a request. A known media is in the chat in a moment: its
        status message would only flicker. A message heard again is answered, or will be."""
        if accepted.outcome == "cached":
            self.status_board.withhold(accepted.request)
        elif accepted.outcome != "again":
            return self.status_board.answer(accepted.request)
        return None

    async def ask(self, incoming: Incoming, about: wish_reader.Unclear) -> None:
        """What was wished is not clear, or cannot be: say so, and what can be."""
        key = f"ask-{about.kind}"
        if self.inbox.told(incoming, "ask"):
            await self.replies.reply(incoming, key, about=f"{key}:{about.words}", words=about.words)

    async def refuse(self, incoming: Incoming, refused: list[Submitted]) -> None:
        """Say, once in a minute, that no more is taken before some of it has come."""
        key = f"refused-{refused[0].outcome}"
        if self.inbox.told(incoming, "refused", count=len(refused)):
            urgency = Urgency.COMMAND  # behind a hundred first words it would come too late
            most = self.allowance.most
            await self.replies.reply(incoming, key, about="refused", urgency=urgency, most=most)

    async def rest(self, incoming: Incoming, count: int) -> None:
        await self.replies.reply(incoming, "links-left-out", most=link.LINKS_TAKEN, count=count)


def asks(incoming: Incoming, parsed: Parsed) -> tuple[list[Ask], list[Ask]]:
    """The links of a message as what the store accepts, numbered in their order, and those of which
    we ask what is wished."""
    links = [*parsed.links, *(question.link for question in parsed.questions)]
    made = [
        Ask(
            incoming.person.id, incoming.chat, incoming.message, n, one, chat_access=incoming.access
        )
        for n, one in enumerate(links)
    ]
    return made[: len(parsed.links)], made[len(parsed.links) :]
