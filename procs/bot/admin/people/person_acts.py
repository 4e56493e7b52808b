"""What admins do with one person: a ban with an end and a reason, a cap, a message to them."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial

from procs.bot.admin import person_finder
from procs.bot.admin.admin_actions import AdminActions
from procs.bot.admin.admin_call import (
    AdminAction,
    AdminCall,
    AdminConversation,
    AdminReply,
    ConversationPlace,
    prompt,
)
from procs.bot.admin.admin_words import person
from procs.bot.admin.people.people_pages import PeoplePages
from procs.bot.commands.button_actions import EffectRefused
from procs.bot.conversation.ban_gate import ban_words
from procs.bot.conversation.reply_sender import once
from procs.core import clock
from procs.records.admin_role import Role
from procs.store import wake
from procs.store.admins import audit_log
from procs.store.admins.audit_log import AuditChange
from procs.store.jobs import seats
from procs.store.modes import bot_members
from procs.store.people import bans, users
from procs.store.reports import personal_data
from procs.store.requests import request_status, requests
from procs.telegram.chat.inbound import Incoming
from procs.telegram.chat.sender import OutgoingMessage
from procs.texts import i18n, written_durations
from procs.texts.i18n import LocalText

#: The conversations: the reason of a ban, and a message to somebody; their steps.
BAN, REASON = "ban", "reason"
WRITE_TO, WORDS_TO = "write-to", "words"
DAY_SECONDS = 24 * 3600.0
#: Letters of a reason, and of a message in the audit log.
REASON_LENGTH, QUOTED = 300, 200
#: Words that stand for no reason.
NO_REASON = frozenset({"-", "—", "."})
MOST_CAP = 1000
#: Larger than the number of any message.
ENDLESS = 2**62


class PersonActs:
    """Bans, caps, memberships and messages, each with its row in the audit log."""

    def __init__(self, table: AdminActions, pages: PeoplePages) -> None:
        self.table = table
        self.db = table.db
        self.pages = pages

    def rows(self) -> tuple[AdminAction, ...]:
        """The acts, for operators and owners; what deletes a person's data is for owners."""
        ban_all = ("person-ban-all", Role.OPERATOR, self.ban_all)
        forget = ("person-forget", Role.OWNER, self.forget)
        return (
            AdminAction("person-ban", Role.OPERATOR, self.ask_reason, begins=BAN),
            AdminAction("person-ban-now", Role.OPERATOR, self.ban_now, commands=("ban", "block")),
            AdminAction(*ban_all, twice=True, commands=("banall",), question=self.ask_all),
            AdminAction("person-unban", Role.OPERATOR, self.unban, commands=("unban", "unblock")),
            AdminAction("person-cap", Role.OPERATOR, self.cap),
            AdminAction("person-member", Role.OPERATOR, self.member),
            AdminAction("person-write", Role.OPERATOR, self.ask_words, begins=WRITE_TO),
            AdminAction(*forget, twice=True, question=self.ask_forget),
        )

    def conversations(self) -> tuple[AdminConversation, ...]:
        """The conversations that wait for the reason of a ban, and for the words of a message."""
        return (
            AdminConversation(BAN, Role.OPERATOR, {REASON: self.reason}),
            AdminConversation(WRITE_TO, Role.OPERATOR, {WORDS_TO: self.write}),
        )

    # --- bans

    def ask_reason(self, call: AdminCall) -> AdminReply:
        """Ask why to ban. Raises EffectRefused for a person whom this admin may not judge."""
        number = self.below(call, call.number("person"))
        text = call.say("admin-ban-why", person=person(self.db, number, call.language))
        page = prompt(call, text, "person-show", person=number)
        data = {"person": number, "days": call.number("days")}
        return AdminReply(page, place=ConversationPlace(BAN, REASON, data))

    def reason(self, call: AdminCall, incoming: Incoming) -> AdminReply:
        """A step: the reason; the ban begins with it."""
        said = incoming.text.strip()[:REASON_LENGTH]
        if not said:
            raise EffectRefused(call.say("admin-words-wanted"))
        number, days = int(call.keep["person"]), int(call.keep["days"])
        return self.ban_each(call, [number], days * DAY_SECONDS, "" if said in NO_REASON else said)

    def ban_now(self, call: AdminCall) -> AdminReply:
        """`/ban ID|@name [7d] [reason]`."""
        who, _, rest = call.words.partition(" ")
        if not who:
            raise EffectRefused(call.say("admin-ban-usage"))
        seconds, said = span_and_words(rest)
        return self.ban_each(call, [person_finder.find(self.db, call, who)], seconds, said)

    def listed(self, call: AdminCall) -> tuple[list[int], str]:
        """The numbers at the front of `/banall ID ID… [7d] [reason]`, and the rest."""
        words = call.words.split()
        count = next((n for n, it in enumerate(words) if not it.isdecimal()), len(words))
        if not count:
            raise EffectRefused(call.say("admin-banall-usage"))
        return list(dict.fromkeys(int(it) for it in words[:count])), " ".join(words[count:])

    def ask_all(self, call: AdminCall) -> LocalText:
        """The question before many are banned, with how many they are."""
        numbers, _ = self.listed(call)
        return call.say("admin-sure-person-ban-all", count=len(numbers))

    def ban_all(self, call: AdminCall) -> AdminReply:
        """Ban the people whose numbers follow the command, for the span and the reason behind
        them."""
        numbers, rest = self.listed(call)
        return self.ban_each(call, numbers, *span_and_words(rest))

    def ban_each(
        self, call: AdminCall, numbers: list[int], seconds: float, reason: str
    ) -> AdminReply:
        """Ban these people, cancel their requests, and tell each."""
        now = clock.now()
        until = now.wall + seconds if seconds else None
        became = f"until {utc(until)} {reason}" if until else f"for good {reason}"
        changes = []
        for number in numbers:
            self.below(call, number)
            was = "banned" if bans.find(self.db, number, now=now) else ""
            bans.begin(self.db, number, until=until, reason=reason, by=call.person.id, now=now)
            for chat in {one.chat for one in request_status.open_of(self.db, number)}:
                requests.cancel_all(self.db, number, chat=chat, before=ENDLESS, now=now)
            changes.append(AuditChange(audit_log.person(number), was, became.strip()))
        page = self.pages.one(call, numbers[0]) if users.is_known(self.db, numbers[0]) else None
        show = partial(self.send_ban_note, numbers, until, reason, call.mark)
        done = call.say("admin-done")
        return AdminReply(page, done, changes=tuple(changes), show=show)

    async def send_ban_note(
        self, numbers: list[int], until: float | None, reason: str, mark: str
    ) -> None:
        """Tell each of them that they are banned, once for each press."""
        wake.notify(self.db.run, wake.BOT)
        for number in numbers:
            language = users.language(self.db, number)
            words = ban_words(until, reason, language)
            await self.send_note(number, i18n.say(language, "banned", words=words), mark)

    def unban(self, call: AdminCall) -> AdminReply:
        """End a ban. Raises EffectRefused when there is none."""
        number = call.number("person") or person_finder.find(self.db, call, call.words)
        if not bans.end(self.db, number):
            raise EffectRefused(call.say("admin-ban-none"))
        change = AuditChange(audit_log.person(number), "banned")
        text = i18n.say(users.language(self.db, number), "unbanned")
        return self.reply_done(
            call, number, change, partial(self.send_note, number, text, call.mark)
        )

    def below(self, call: AdminCall, number: int) -> int:
        """The same person, if their role is lower than the admin's. Raises EffectRefused."""
        if self.table.role(number) >= call.role:
            raise EffectRefused(call.say("admin-person-above"))
        return number

    # --- a cap, a word

    def cap(self, call: AdminCall) -> AdminReply:
        """Set a person's cap; 0 is the usual one."""
        number, cap = call.number("person"), min(call.number("cap"), MOST_CAP)
        if not users.is_known(self.db, number):
            raise EffectRefused(call.say("admin-person-never"))
        was = next((str(one.cap) for one in users.with_cap(self.db) if one.id == number), "usual")
        queued = seats.set_cap(self.db, number, cap or None, now=clock.now())
        change = AuditChange(audit_log.person(number), f"cap {was}", f"cap {cap or 'usual'}")

        async def wake_workers() -> None:
            wake.notify_idle(self.db.run, queued)

        return self.reply_done(call, number, change, wake_workers)

    def member(self, call: AdminCall) -> AdminReply:
        """Make somebody a member of the bot, or a member no more."""
        number, now = call.number("person"), clock.now()
        if not users.is_known(self.db, number):
            raise EffectRefused(call.say("admin-person-never"))
        was = bot_members.drop(self.db, number)
        if not was:
            bot_members.add(self.db, number, by=call.person.id, now=now)
        words = ("member", "") if was else ("", "member")
        change = AuditChange(audit_log.person(number), *words)
        page = self.pages.one(call, number)
        return AdminReply(page, call.say("admin-done"), changes=(change,))

    def ask_words(self, call: AdminCall) -> AdminReply:
        """Ask what to write. Raises EffectRefused for a person who never wrote to the bot."""
        number = call.number("person")
        if not users.access(self.db, number):
            raise EffectRefused(call.say("admin-person-never"))
        text = call.say("admin-write-what", person=person(self.db, number, call.language))
        page = prompt(call, text, "person-show", person=number)
        return AdminReply(page, place=ConversationPlace(WRITE_TO, WORDS_TO, {"person": number}))

    def write(self, call: AdminCall, incoming: Incoming) -> AdminReply:
        """A step: the message that a person is sent in the name of the bot's admins."""
        if not incoming.text.strip():
            raise EffectRefused(call.say("admin-words-wanted"))
        number = int(call.keep["person"])
        text = i18n.say(users.language(self.db, number), "from-admins", text=incoming.text)
        change = AuditChange(audit_log.person(number), "", incoming.text[:QUOTED])
        return self.reply_done(
            call, number, change, partial(self.send_note, number, text, call.mark)
        )

    # --- forgetting

    def ask_forget(self, call: AdminCall) -> LocalText:
        """The question before a person's data are deleted, with their name."""
        number = self.below(call, call.number("person"))
        name = person(self.db, number, call.language)
        return call.say("admin-sure-person-forget", person=name)

    def forget(self, call: AdminCall) -> AdminReply:
        """All that is known of somebody is deleted as if they had asked for it themselves: it is
        written down, and the keeper does it. What names them in the audit log stays, and a ban."""
        number = self.below(call, call.number("person"))
        if not users.is_known(self.db, number):
            raise EffectRefused(call.say("admin-person-never"))
        personal_data.ask(self.db, number, now=clock.now())
        change = AuditChange(audit_log.person(number), "known", "forgotten")
        page = self.pages.today(call)
        return AdminReply(page, call.say("admin-person-forgotten"), changes=(change,))

    def reply_done(
        self,
        call: AdminCall,
        number: int,
        change: AuditChange,
        show: Callable[[], Awaitable[None]],
    ) -> AdminReply:
        """The reply to an act on a person; `show` runs after the commit."""
        page = self.pages.one(call, number) if users.is_known(self.db, number) else None
        return AdminReply(page, call.say("admin-done"), changes=(change,), show=show)

    async def send_note(self, number: int, text: str, mark: str) -> None:
        """Send a person a message once. One who never wrote to the bot cannot be written to."""
        access = users.access(self.db, number)
        if access:
            random_id = once("told", mark, number)
            message = OutgoingMessage(number, access, text, random_id)
            await self.table.menus.replies.send(message)


def utc(wall: float) -> str:
    """A wall instant as the audit log shows it."""
    return f"{datetime.fromtimestamp(wall, UTC):%Y-%m-%d %H:%M} UTC"


def span_and_words(text: str) -> tuple[float, str]:
    """`7d spam` or `۷ روز تبلیغ` as seconds (0 for no end) and a reason."""
    seconds, reason = written_durations.leading(text)
    return seconds, reason[:REASON_LENGTH]
