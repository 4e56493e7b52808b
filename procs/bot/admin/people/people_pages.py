"""Pages of people: who costs most today, one person, and the search for one."""

from procs.bot.admin import person_finder
from procs.bot.admin.admin_actions import AdminActions
from procs.bot.admin.admin_call import (
    AdminAction,
    AdminCall,
    AdminConversation,
    AdminReply,
    ConversationPlace,
    act,
    back,
    panel_page,
    prompt,
)
from procs.bot.admin.admin_words import person
from procs.bot.commands.button_actions import EffectRefused
from procs.bot.commands.settings_menu import MenuButton, MenuPage
from procs.bot.conversation.ban_gate import ban_words
from procs.core import clock
from procs.records.admin_role import Role
from procs.records.job import Lane
from procs.store.jobs import seats
from procs.store.modes import bot_members
from procs.store.people import bans, engine_costs, usage, users
from procs.store.reports import job_people, job_record
from procs.store.requests import request_status
from procs.telegram.chat.inbound import Incoming
from procs.texts import i18n
from procs.texts.i18n import LocalText

#: The conversation that finds somebody, and its step; people of the list of today.
FIND_PERSON, WHO = "find-person", "who"
COSTLIEST_SHOWN = 6
#: Caps that a button sets; 0 is the usual one. Days of a ban; 0 is one without an end.
CAP_BUTTONS, BAN_DAYS = (1, 2, 5, 0), (1, 7, 0)
#: The cap of one tap in the list of today.
TIGHT = 1
Keyboard = tuple[tuple[MenuButton, ...], ...]


class PeoplePages:
    """Finds people and shows what they used."""

    def __init__(self, table: AdminActions) -> None:
        self.table = table
        self.db = table.db

    def rows(self) -> tuple[AdminAction, ...]:
        """The pages, for operators and owners."""
        return (
            panel_page("people", Role.OPERATOR, self.today, "people"),
            AdminAction("person-find", Role.OPERATOR, self.ask, begins=FIND_PERSON),
            AdminAction("person-show", Role.OPERATOR, self.show, commands=("user",)),
        )

    def conversations(self) -> tuple[AdminConversation, ...]:
        """The conversation that waits for a name or a number."""
        return (AdminConversation(FIND_PERSON, Role.OPERATOR, {WHO: self.who}),)

    def today(self, call: AdminCall) -> MenuPage:
        """The people who were sent the most bytes today, each with a button to look and one that
        sets a cap."""
        found = usage.costliest(self.db, most=COSTLIEST_SHOWN, now=clock.now())
        language = call.language
        lines = [
            call.say(
                "admin-people-line",
                person=person(self.db, number, language),
                requests=used.requests,
                bytes=i18n.size(language, used.bytes),
                cpu=engine_costs.read(self.db, number, now=clock.now()).today,
            )
            for number, used in found
        ]
        text = call.say("admin-people", lines=LocalText("\n".join(lines) or "—"))
        rows = [
            (
                act(f"👤 {users.name(self.db, number) or number}", "person-show", person=number),
                act(call.say("admin-person-limit"), "person-cap", person=number, cap=TIGHT),
            )
            for number, _ in found
        ]
        find = act(call.say("admin-person-find"), "person-find")
        return MenuPage(text, (*rows, (find,), (back(language),)))

    def ask(self, call: AdminCall) -> AdminReply:
        """Ask whom to find."""
        page = prompt(call, call.say("admin-person-who"), "page-people")
        return AdminReply(page, place=ConversationPlace(FIND_PERSON, WHO))

    def who(self, call: AdminCall, incoming: Incoming) -> AdminReply:
        """A step: find a person by a forwarded message, an @name, a number or a code."""
        number = self.of_code(incoming.text) or person_finder.author_of(self.db, call, incoming)
        return AdminReply(self.one(call, number))

    def of_code(self, text: str) -> int:
        """The person who was given a failure's code; 0 for none."""
        name = text.strip().upper()
        job = job_record.find(self.db, name) if name.startswith("E-") else None
        asked = job_people.of_job(self.db, job.id) if job else []
        return next((one.user for one in asked if one.code == name), 0)

    def show(self, call: AdminCall) -> AdminReply:
        """The person whom a button or `/user` names."""
        number = call.number("person") or self.of_code(call.words)
        return AdminReply(self.one(call, number or person_finder.find(self.db, call, call.words)))

    def one(self, call: AdminCall, number: int) -> MenuPage:
        """A person's name, use and costs, and the actions on them. Raises EffectRefused for one
        whom the bot never met."""
        met = users.met(self.db, number)
        if met is None:
            raise EffectRefused(call.say("admin-person-never"))
        language, now = call.language, clock.now()
        cost = engine_costs.read(self.db, number, now=now)
        used, ban = usage.read(self.db, number, now=now), bans.find(self.db, number, now=now)
        text = call.say(
            "admin-person",
            person=person(self.db, number, language),
            nick=f"@{met.nick}" if met.nick else call.say("admin-person-no-nick"),
            role=call.say(f"admin-role-{self.table.role(number).word}"),
            first=i18n.moment(language, met.first_seen),
            last=i18n.moment(language, met.last_seen),
            open=len(request_status.open_of(self.db, number)),
            cap=seats.cap(self.db, number, Lane.HEAVY),
            day_requests=used.today.requests,
            day_bytes=i18n.size(language, used.today.bytes),
            requests=used.ever.requests,
            bytes=i18n.size(language, used.ever.bytes),
            day_cpu=cost.today,
            cpu=cost.ever,
            ban=ban_words(ban.until, ban.reason, language) if ban else call.say("admin-ban-none"),
        )
        return MenuPage(text, self.choices(call, number, banned=ban is not None))

    def choices(self, call: AdminCall, number: int, *, banned: bool) -> Keyboard:
        """The buttons of one person: cap, ban, membership, a message, and for owners the deletion
        of their data."""
        caps = tuple(
            act(
                call.say("admin-cap", cap=cap) if cap else call.say("admin-cap-usual"),
                "person-cap",
                person=number,
                cap=cap,
            )
            for cap in CAP_BUTTONS
        )
        ban = tuple(
            act(
                call.say("admin-ban-days", days=days) if days else call.say("admin-ban-forever"),
                "person-ban",
                person=number,
                days=days,
            )
            for days in BAN_DAYS
        )
        unban = (act(call.say("admin-unban"), "person-unban", person=number),)
        write = (act(call.say("admin-person-write"), "person-write", person=number),)
        is_member = bot_members.has(self.db, number)
        label = call.say("admin-member-drop" if is_member else "admin-member-make")
        member = (act(label, "person-member", person=number),)
        rows = [caps, unban if banned else ban, member, write]
        if call.role is Role.OWNER:
            rows.append((act(call.say("admin-person-forget"), "person-forget", person=number),))
        return (*rows, (back(call.language, "page-people"),))
