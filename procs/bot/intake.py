"""From what people write to accepted requests and first answers."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

from procs.bot import action_tables
from procs.bot.action_tables import SOUND
from procs.bot.admin.panel.admin_set import AdminSet
from procs.bot.bot_options import BotOptions
from procs.bot.cards import link_forms
from procs.bot.cards.card_actions import CardActions, CardLimits
from procs.bot.cards.wish_questions import WishQuestions
from procs.bot.commands.button_actions import ButtonActions
from procs.bot.commands.cancel import CancelCommand
from procs.bot.commands.router import KEYS, Router
from procs.bot.conversation import duplicate_answer, last_links
from procs.bot.conversation.ban_gate import BanGate
from procs.bot.conversation.failure_boundary import logged, settle
from procs.bot.conversation.hints import Hints
from procs.bot.conversation.inbound_queue import InboundQueue
from procs.bot.conversation.message_rate import MessageRate
from procs.bot.conversation.reply_sender import ReplySender, once
from procs.bot.first_answers import FirstAnswers
from procs.bot.first_hand import FirstHand
from procs.bot.groups import group_message
from procs.bot.groups.group_admins import GroupAdmins
from procs.bot.groups.group_message import GroupMessages
from procs.bot.inline.inline_mode import InlineMode
from procs.bot.search.search_actions import SearchActions
from procs.bot.sponsors.sponsor_gate import SponsorGate
from procs.bot.status.status_board import StatusBoard
from procs.bot.store_outage import StoreOutage
from procs.core import clock, log
from procs.core.round_robin import Withdrawn
from procs.errors import DiskFull, StoreError, StoreFull
from procs.records.job import Ask
from procs.records.usual_form import sound_of
from procs.store.database import Database
from procs.store.people import languages
from procs.store.requests import heard_updates, link_mentions
from procs.store.requests.heard_updates import Mark
from procs.store.requests.requests import Submitted
from procs.telegram.chat.bot_session import BotSession, SideHandlers
from procs.telegram.chat.inbound import Incoming, Press
from procs.telegram.chat.inline_updates import InlineChoice, InlineQuery
from procs.telegram.chat.member_updates import MemberChange
from procs.telegram.chat.sender import OutgoingMessage
from procs.texts import i18n
from procs.wishes.grammar import link
from procs.wishes.grammar.link import Parsed

KEYBOARD = (tuple(KEYS),)
Asks = Sequence[Ask]
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
        options: BotOptions,
    ) -> None:
        self.db, self.catch_up, self.allowance = db, options.catch_up, options.allowance
        self.inbox, self.outage = InboundQueue(db), StoreOutage(db)
        self.chat_session, self.status_board, self.replies = chat_session, status_board, replies
        manners = options.manners
        self.hints = Hints(replies, self.inbox, manners, keys=KEYBOARD)
        self.bans, self.rate = BanGate(db, replies, self.inbox), MessageRate(db, replies, manners)
        self.group_admins = GroupAdmins(db, chat_session)
        shares, may_set = self.group_admins.shares, self.group_admins.may_set
        self.cancelling = CancelCommand(db, replies, self.inbox, shares=shares)
        wishes = WishQuestions(db, replies, self.inbox)
        self.actions = ButtonActions(db, replies, shares=shares, may_set=may_set)
        self.first_hand = FirstHand(status_board)
        self.answers = FirstAnswers(status_board, self.hints, wishes, self.allowance)
        self.groups = GroupMessages(db, chat_session, self.hints)
        parts, sites = (db, chat_session, replies), options.search
        self.inline = InlineMode(
            *parts, call=status_board.call, allowance=self.allowance, sites=sites
        )
        self.searching = SearchActions(*parts, sites)
        self.router = Router(replies, self.hints, self.cancelling, self.actions)
        self.admins = AdminSet(db, replies, options.admins)
        role_of = self.admins.actions.role
        self.sponsors = SponsorGate(*parts, self.inbox, resume=self.resume, role_of=role_of)
        self.side_handlers = SideHandlers(
            *(self.on_inline, self.group_admins.learn, self.on_blocked, self.on_member_change)
        )
        limits = CardLimits(self.allowance, options.largest)
        self.cards = CardActions(db, status_board, self.hints, limits)
        action_tables.fill(self, options)

    async def on_message(self, incoming: Incoming) -> None:
        """A message, from a person to us; it waits while the database cannot be used."""
        report_failure = partial(self.report_failure, incoming)
        work = self.outage.through(partial(self.take_turn, incoming))
        await settle(work, report_failure, chat=incoming.chat, message=incoming.message)

    async def take_turn(self, incoming: Incoming) -> None:
        """Act upon a message, once it is its person's turn. Raises StoreError."""
        with self.answers.chat_actions.expected(incoming):
            try:
                if not self.is_urgent(incoming):
                    await self.inbox.turn(incoming)
            except Withdrawn:
                return await self.outage.through(partial(self.note_heard, incoming.mark))
            self.outage.require_usable()
            await self.once(incoming.mark, partial(self.take, incoming))

    async def on_inline(self, told: InlineQuery | InlineChoice) -> None:
        """A query, whose answer nobody waits for after a while; or a choice, which is kept."""
        work = partial(self.inline.on_message, told)
        if isinstance(told, InlineQuery):
            await logged(work(), user=told.person.id)
        else:
            await self.outage.hear(work, user=told.person.id)

    async def on_blocked(self, person: int) -> None:
        """Cancel what a person waits for who blocked the bot."""
        await self.outage.hear(partial(self.cancelling.lose, person), user=person)

    async def on_member_change(self, change: MemberChange) -> None:
        """Note who joined or left a sponsor's chat."""
        await self.outage.hear(partial(self.sponsors.apply_change, change), chat=change.chat)

    def is_urgent(self, incoming: Incoming) -> bool:
        """Whether it asks to stop what its sender asked for: that waits for nothing."""
        command = self.router.command(self.text_to_bot(incoming) or "", incoming.person)
        return command is not None and command.urgent

    async def on_press(self, press: Press) -> None:
        """A pressed button. While the database cannot be used, the press is told to wait: it would
        get no answer if it were done later."""

        async def report_failure(code: str) -> None:
            text = i18n.say(press.language, "oops", code=code)
            await self.replies.answer(press.id, text, alert=True)

        await settle(self.try_press(press), report_failure, chat=press.chat, data=press.data)

    async def try_press(self, press: Press) -> None:
        """Act on a press once; while the store cannot be used, say so."""
        try:
            self.outage.require_usable()
            await self.once(press.mark, partial(self.handle_press, press))
        except StoreError as error:
            self.outage.note(error)
            text = i18n.say(press.language, "press-wait")
            await self.chat_session.answer(press.id, text, alert=True)

    async def once(self, mark: Mark, work: Callable[[], Awaitable[None]]) -> None:
        """Do the work of an update once: Telegram may send it again."""
        if heard_updates.is_known(self.db, mark):
            return log.info("message.repeated", chat=mark[0], message=mark[1])
        await work()
        await self.note_heard(mark)

    async def note_heard(self, mark: Mark) -> None:
        """Note that an update was acted upon."""
        with suppress(StoreFull):  # a repeated update does the same again
            heard_updates.note(self.db, mark, now=clock.now())

    async def report_failure(self, incoming: Incoming, code: str) -> None:
        """Tell the sender that the bot failed. Does not use the store, which may be the reason."""
        text = i18n.say(incoming.language, "oops", code=code)
        random_id = once("oops", incoming.chat, incoming.message)
        facts = (incoming.chat, incoming.access, text, random_id, incoming.message)
        words = OutgoingMessage(*facts, (), incoming.topic)
        await self.chat_session.send(words, leave=self.replies.leave_unpaid)

    async def handle_press(self, press: Press) -> None:
        """Act on a press, unless its person is banned or has to join the sponsors."""
        press = replace(press, person=languages.speaking(self.db, press.person))
        if not (await self.bans.stops_press(press) or await self.sponsors.stops_press(press)):
            await self.router.press(press)

    async def take(self, incoming: Incoming) -> None:
        """Act on a message for the bot, or say that it is too old, or that the disk is full."""
        person = languages.speaking(self.db, incoming.person, incoming.text)
        if (said := await self.for_us(replace(incoming, person=person))) is None:
            return
        incoming = said
        try:
            if incoming.age > self.catch_up:
                await self.answers.too_late(incoming)
            else:
                await self.handle(incoming, incoming.text)
        except StoreFull as error:
            log.error("message.unkept", chat=incoming.chat, message=incoming.message, error=error)
            await self.replies.reply(incoming, DiskFull.say)

    async def handle(self, incoming: Incoming, text: str) -> None:
        """Find what a message is: a command, an admin's step, an answer to a card, or links."""
        command = self.router.command(text, incoming.person)
        banned = await self.bans.stops(incoming, command.name if command else "")
        if banned or await self.admins.cookies.take(incoming):
            return
        is_new = not (incoming.edited or (command and command.urgent))
        if not await self.rate.allows(incoming, is_new=is_new):
            return
        parsed = link.parse(text, incoming.urls)
        if incoming.edited:
            return await self.correct(incoming, text, parsed)
        if behind := self.inline.choices.behind(text, incoming.person):
            await self.accept_links(incoming, Parsed((behind,)))
        elif command and (command is not self.router.unknown or parsed.none):
            await command.handle(incoming)
        elif await self.admins.take(incoming, has_links=not parsed.none):
            return
        elif not (parsed.none and await self.cards.on_message(incoming, text)):
            meant = self.with_last_link(incoming, text, parsed)
            await self.accept_links(incoming, self.searching.as_search(incoming, meant))

    async def resume(self, incoming: Incoming) -> None:
        """A message that waited until its person joined the sponsors, as if it came now."""
        if await self.bans.stops(incoming, ""):
            return
        command = self.router.command(incoming.text, incoming.person)
        if command and command is not self.router.unknown:
            return await command.handle(incoming)
        parsed = link.parse(incoming.text, incoming.urls)
        if behind := self.inline.choices.behind(incoming.text, incoming.person):
            parsed = Parsed((behind,))
        meant = self.with_last_link(incoming, incoming.text, parsed)
        await self.accept_links(incoming, self.searching.as_search(incoming, meant))

    async def correct(self, incoming: Incoming, text: str, parsed: Parsed) -> None:
        """An edited message, soon after it was sent, replaces what it said before."""
        is_command = self.router.command(text, incoming.person) is not None
        if incoming.edited - incoming.at > CORRECTION or is_command:
            return
        meant = self.searching.as_search(incoming, self.with_last_link(incoming, text, parsed))
        where = incoming.chat, incoming.message, incoming.person.id
        if not link_mentions.exist(self.db, *where):
            return await self.accept_links(incoming, meant)
        links, questions = link_forms.asks(self.db, incoming, meant)
        fresh = link_mentions.correct(self.db, *where, links, questions, now=clock.now())
        log.info("message.corrected", chat=where[0], message=where[1], fresh=len(fresh))
        if not meant.none:
            await self.answers.answer(incoming, meant, fresh)

    async def handle_link_command(self, incoming: Incoming, *, form: str) -> None:
        """/dl LINK and /audio LINK: the link as if it came alone, or its sound."""
        text = (self.text_to_bot(incoming) or "").partition(" ")[2]
        parsed = self.with_last_link(incoming, text, link.parse(text, incoming.urls))
        if parsed.none:
            return await self.hints.hint(incoming, f"{form}-usage")
        if form == SOUND:
            links = tuple(sound_of(one) for one in parsed.links)
            parsed = replace(parsed, links=links, plain=frozenset())
        await self.accept_links(incoming, parsed)

    def text_to_bot(self, incoming: Incoming) -> str | None:
        """What was said to us: everything in a private chat, in a group what calls us."""
        if incoming.private:
            return incoming.text
        return group_message.addressed(incoming.text, self.chat_session.username, self.router.has)

    async def for_us(self, incoming: Incoming) -> Incoming | None:
        """A message as it is meant for us; None when it is not."""
        if incoming.private or self.admins.expects(incoming):
            return incoming
        await self.chat_session.named.wait()
        return await self.groups.for_bot(incoming, self.router.has)

    def with_last_link(self, incoming: Incoming, text: str, parsed: Parsed) -> Parsed:
        """Words without a link are about the one that was sent, or shown, last."""
        parsed = group_message.taken(incoming, parsed)
        return last_links.with_last_link(self.db, incoming, text, parsed)

    async def accept_links(self, incoming: Incoming, parsed: Parsed) -> None:
        """Accept the links of a message, then answer: nothing is said before it is kept. Where a
        sponsor is lacking it waits."""
        if (parsed.links or parsed.questions) and await self.sponsors.holds(incoming):
            return
        links, questions = link_forms.asks(self.db, incoming, parsed)
        where = self.db, self.replies, incoming
        links = [one for one in links if not await duplicate_answer.points(*where, one)]
        done = self.keep(links, questions, incoming.mark if parsed.is_plain else None)
        await self.answers.answer(incoming, parsed, done)

    def accept(self, incoming: Incoming, parsed: Parsed, first: int = 0) -> list[Submitted]:
        """Keep what is asked for; its links are numbered from `first` on among those of the
        message."""
        links, questions = link_forms.asks(self.db, incoming, parsed)
        return self.keep([replace(one, ordinal=one.ordinal + first) for one in links], questions)

    def keep(self, links: Asks, questions: Asks, mark: Mark | None = None) -> list[Submitted]:
        """Store the requests of a message and that it is heard, and the links we ask about."""
        done = self.first_hand.submit(links, allowance=self.allowance, mark=mark)
        link_mentions.keep(self.db, questions, now=clock.now())
        return done
