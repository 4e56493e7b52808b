"""Keeps a link until its person joined the sponsors, and lets it go on by itself then.

The link is a row before anything is said. It goes on after a press, after a membership update, or
when nothing is lacking for another reason (a campaign ended); what takes it up is idempotent, and
its row is deleted after that, so a bot that is killed in between does it once more to no effect.
"""

from collections.abc import Awaitable, Callable

from procs.bot.commands import button_actions, my_pages
from procs.bot.commands.button_actions import ButtonAction, PressAnswer
from procs.bot.conversation.failure_boundary import logged, repeat
from procs.bot.conversation.inbound_queue import InboundQueue
from procs.bot.conversation.reply_sender import ReplySender, once
from procs.bot.sponsors import message_record, sponsor_page
from procs.bot.sponsors.latest_changes import LatestChanges
from procs.bot.sponsors.membership import Membership, Standing
from procs.bot.sponsors.sponsor_page import JOINED
from procs.core import clock, log
from procs.errors import ChatClosed, TelegramRefused
from procs.records.job import Person
from procs.records.press_actions import AGAIN
from procs.records.sponsor_records import OUT, Sponsor
from procs.store.database import Database
from procs.store.people import languages, repeat_tallies, users
from procs.store.requests import buttons
from procs.store.requests.buttons import Button, ButtonMeaning
from procs.store.searches.search_listings import ELSEWHERE, PICK
from procs.store.sponsors import (
    held_messages,
    sponsor_members,
    sponsor_rows,
    sponsor_rules,
    sponsor_visits,
)
from procs.store.sponsors.held_messages import HeldMessage
from procs.telegram.chat.bot_session import BotSession
from procs.telegram.chat.inbound import Incoming, Press
from procs.telegram.chat.member_updates import MemberChange
from procs.telegram.chat.sender import OutgoingMessage
from procs.telegram.pace import Urgency
from procs.texts import i18n

#: The buttons that ask for media anew.
ASKING = frozenset({AGAIN, my_pages.AGAIN, my_pages.RETRY, PICK, ELSEWHERE})
#: Presses in a minute after which Telegram is asked anew; more are answered from what is known.
PRESSES = 10
#: Seconds between two looks for messages that nothing holds any more, and people of one look.
HELD_LOOK, PEOPLE = 15.0, 200
Resume = Callable[[Incoming], Awaitable[None]]


class SponsorGate:
    """`resume` handles a message that waited; `role_of` tells somebody's role."""

    def __init__(
        self,
        db: Database,
        front: BotSession,
        replies: ReplySender,
        inbox: InboundQueue,
        *,
        resume: Resume,
        role_of: Callable[[int], int],
    ) -> None:
        self.db, self.front, self.replies, self.inbox = db, front, replies, inbox
        self.resume, self.role_of = resume, role_of
        self.membership, self.changes = Membership(db, front, replies.pace), LatestChanges()
        #: Whose messages go on at the moment.
        self.releasing: set[int] = set()
        #: The last person of the look before, 0 to begin with the first; losing it costs a look.
        self.looked = 0

    def rows(self) -> tuple[ButtonAction, ...]:
        """The button of a person who says that they joined."""
        return (ButtonAction(JOINED, self.check_joined, once=False, own=True),)

    # --- who has to join

    async def holds(self, incoming: Incoming) -> bool:
        """Whether a message has to wait, because its person lacks a sponsor: then it is kept, and
        they are told which. Groups are let alone. Raises StoreFull, SessionRevoked."""
        if not incoming.private or not sponsor_rows.exist(self.db):
            return False
        person = incoming.person
        standing = await self.membership.learn(person, self.role_of(person.id))
        if missing := self.lacking(standing):
            await self.hold(incoming, missing)
            return True
        if person.id not in self.releasing:
            await self.release(person, but=incoming.message)
        return False

    def lacking(self, standing: Standing) -> tuple[Sponsor, ...]:
        """What keeps somebody out. What nobody knows does so where admins chose that."""
        if standing.unknown and sponsor_rules.read(self.db).fails_closed:
            both = {*standing.missing, *standing.unknown}
            return tuple(sorted(both, key=lambda one: (one.place, one.id)))
        return standing.missing

    async def hold(self, incoming: Incoming, missing: tuple[Sponsor, ...]) -> None:
        """Keep a message until its person joined, and show them what is missing, a few times in a
        minute."""
        now, person = clock.now(), incoming.person
        where = incoming.chat, incoming.message
        with self.db.write(full=True):
            body = message_record.body(incoming)
            held_messages.hold(self.db, *where, person.id, body, now=now)
            for one in missing:
                sponsor_visits.note_shown(self.db, one.id, person.id, now=now)
        log.info("message.held", chat=incoming.chat, message=incoming.message, count=len(missing))
        if not self.inbox.count_answer(incoming, "sponsors"):
            return
        text, made = self.page(person, incoming.chat, missing, incoming.language)
        random_id = once("sponsors", *where)
        message = OutgoingMessage(
            incoming.chat, incoming.access, text, random_id, incoming.message, made
        )
        shown = await self.replies.send(message, urgency=Urgency.COMMAND)
        if shown and not held_messages.note_shown(self.db, *where, shown):
            await self.thank(incoming.chat, incoming.access, shown, incoming.language)

    def page(
        self, person: Person, chat: int, missing: tuple[Sponsor, ...], language: str
    ) -> sponsor_page.Shown:
        """What names the sponsors, with a button for each and one to press after that."""
        meaning = ButtonMeaning(person.id, chat, JOINED)
        (token,) = buttons.mint(self.db, [meaning], now=clock.now())
        return sponsor_page.missing(language, missing, button_actions.data(token))

    # --- the press

    async def stops_press(self, press: Press) -> bool:
        """Whether a press asks for media, and its person lacks a sponsor: then they are told which.
        Before a press of ✅ is acted upon, Telegram is asked anew. Raises as `holds`."""
        if press.chat <= 0 or not sponsor_rows.exist(self.db):
            return False
        token, now = press.data.removeprefix(button_actions.PREFIX), clock.now()
        found = buttons.find(self.db, token, press.person.id, chat=press.chat, now=now).button
        action = found.meaning.action if found else ""
        if action == JOINED:
            await self.look_again(press)
        return action in ASKING and await self.refuses(press)

    async def refuses(self, press: Press) -> bool:
        """Whether somebody lacks a sponsor: they press again after they joined."""
        standing = await self.membership.learn(press.person, self.role_of(press.person.id))
        missing = self.lacking(standing)
        if not missing:
            return False
        with self.db.write():
            for one in missing:
                sponsor_visits.note_shown(self.db, one.id, press.person.id, now=clock.now())
        toast = sponsor_page.still(press.language, missing)
        await self.replies.answer(press.id, toast, alert=True)
        _, made = self.page(press.person, press.chat, missing, press.language)
        text = i18n.say(press.language, "sponsors-press", count=len(missing))
        random_id = once("sponsors-press", press.chat, press.id)
        message = OutgoingMessage(press.chat, press.access, text, random_id, 0, made)
        await self.replies.send(message, urgency=Urgency.COMMAND)
        return True

    async def look_again(self, press: Press) -> None:
        """Ask Telegram anew whether the person joined, unless they press too often."""
        now, role = clock.now(), self.role_of(press.person.id)
        for one in self.membership.cached(press.person, role).missing:
            sponsor_visits.note_pressed(self.db, one.id, press.person.id, now=now)
        count = repeat_tallies.note(self.db, press.person.id, "sponsor-press", now=now)
        await self.membership.learn(press.person, role, fresh=count <= PRESSES)

    def check_joined(self, press: Press, button: Button) -> PressAnswer:
        """✅: what is still missing is named in a window; with nothing missing all goes on."""
        standing = self.membership.cached(press.person, self.role_of(press.person.id))
        missing = self.lacking(standing)
        if not missing:

            async def go_on() -> None:
                await self.thank(press.chat, press.access, press.message, press.language)
                await self.release(press.person)

            return PressAnswer(i18n.say(press.language, "sponsors-thanks"), go_on)
        text, made = self.page(press.person, press.chat, missing, press.language)

        async def show() -> None:
            await self.replies.edit(press.chat, press.access, press.message, text, buttons=made)

        return PressAnswer(sponsor_page.still(press.language, missing), show, alert=True)

    # --- going on

    async def release(self, person: Person, *, but: int = 0) -> None:
        """Take up what waited of somebody, the oldest first; not the message `but`, which is being
        handled."""
        waiting = held_messages.of_person(self.db, person.id, now=clock.now())
        if not waiting or person.id in self.releasing:
            return
        self.releasing.add(person.id)
        try:
            for held in waiting:
                if held.message != but:
                    await self.resume(message_record.incoming(held.body))
                # First the thanks: of a row that is gone a killed bot would leave its message
                # asking for what was done.
                shown = held_messages.shown(self.db, held)
                await self.thank_for(held, shown, person)
                late = held_messages.end(self.db, held)
                if late != shown:
                    await self.thank_for(held, late, person)
            log.info("messages.released", person=person.id, count=len(waiting))
        finally:
            self.releasing.discard(person.id)

    async def thank_for(self, held: HeldMessage, shown: int, person: Person) -> None:
        """The message that named the sponsors for what waited, where there is one. Raises
        TelegramAway, TelegramWait: what waited is taken up once more then."""
        if not shown:
            return
        try:
            await self.thank(held.chat, person.access_hash, shown, person.language)
        except (ChatClosed, TelegramRefused) as error:
            log.info("thanks.refused", person=person.id, error=error)

    async def thank(self, chat: int, access: int, message: int, language: str) -> None:
        """The message that named the sponsors says that all is well."""
        await self.replies.edit(chat, access, message, i18n.say(language, "sponsors-thanks"))

    async def apply_change(self, change: MemberChange) -> None:
        """A membership update: what was known of somebody is another now, and what waited of them
        goes on, without a press."""
        sponsor = sponsor_rows.of_chat(self.db, change.chat)
        if sponsor is None or not self.changes.note(change):
            return
        if change.person == self.own:
            return self.note_own_role(sponsor, change)
        now = clock.now()
        with self.db.write(full=True):
            sponsor_members.note_told(self.db, change.person, sponsor.id, change.state, now=now)
            if sponsor.counts(change.state):
                sponsor_visits.note_joined(self.db, sponsor, change.person, change.link, now=now)
            elif change.state == OUT:
                sponsor_visits.note_left(self.db, sponsor.id, change.person, now=now)
        if sponsor.counts(change.state):
            await self.look_for(change.person)

    @property
    def own(self) -> int:
        """The bot's own number, with which its token begins."""
        return int(self.front.settings.bot_token.partition(":")[0])

    def note_own_role(self, sponsor: Sponsor, change: MemberChange) -> None:
        """The bot itself is something else in a sponsor's chat."""
        if change.is_admin:
            self.membership.note_reachable(sponsor)
        else:
            self.membership.note_unreachable(sponsor, "CHAT_ADMIN_REQUIRED")

    async def look_for(self, number: int, *, ask: bool = True) -> None:
        """Let go on what waits of somebody, if they lack nothing; without `ask`, as far as it is
        known."""
        if not held_messages.of_person(self.db, number, now=clock.now()):
            return
        person = self.known_person(number)
        role = self.role_of(number)
        known = self.membership.cached(person, role)
        standing = await self.membership.learn(person, role) if ask else known
        if not self.lacking(standing) and (ask or not standing.unknown):
            await self.release(person)

    def known_person(self, number: int) -> Person:
        """Somebody as the store knows them."""
        language = users.language(self.db, number)
        access = users.access(self.db, number)
        return languages.speaking(self.db, Person(number, language, "", access, language))

    async def run(self) -> None:
        """Release the messages that nothing holds any more, until cancelled: a campaign is over,
        or the bot was killed after Telegram told it of a join."""
        await repeat(self.look, HELD_LOOK, db=self.db)

    async def look(self) -> bool:
        """Look at the next people whose messages are held; after the last, begin anew. Whether
        there are more."""
        people = held_messages.people(self.db, after=self.looked, most=PEOPLE)
        for number in people:
            await logged(self.look_for(number, ask=False))
        self.looked = people[-1] if len(people) == PEOPLE else 0
        return bool(self.looked)
