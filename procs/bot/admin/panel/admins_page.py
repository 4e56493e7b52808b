"""The page of admins: who has which role. Owners give and take roles."""

from collections.abc import Callable
from functools import partial

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
from procs.bot.commands.settings_menu import MenuPage
from procs.bot.conversation.hints import no_keys
from procs.bot.conversation.reply_sender import once
from procs.core import clock
from procs.records.admin_role import GIVEN, Role
from procs.store.admins import admin_rows, audit_log
from procs.store.admins.audit_log import AuditChange
from procs.store.people import users
from procs.telegram.chat.inbound import Incoming
from procs.telegram.chat.sender import Keys, OutgoingMessage
from procs.texts import i18n
from procs.texts.i18n import LocalText

#: The conversation that gives a role, and its step.
GIVE, WHOM = "give-role", "whom"
#: Admins with a button each; `/admins ID` shows any other.
BUTTONS_SHOWN = 30


class AdminsPage:
    """Lists the admins, and gives and takes roles."""

    def __init__(self, table: AdminActions) -> None:
        self.table = table
        self.db = table.db
        #: The keyboard in the chat with somebody, which changes with the role.
        self.keys_of: Callable[[int], Keys] = no_keys

    def rows(self) -> tuple[AdminAction, ...]:
        """The page and its acts, for owners."""
        return (
            panel_page("admins", Role.OWNER, self.page, "admins"),
            AdminAction("role-whom", Role.OWNER, self.ask_whom, begins=GIVE),
            AdminAction("role-show", Role.OWNER, self.show),
            AdminAction("role-give", Role.OWNER, self.give),
            AdminAction("role-take", Role.OWNER, self.take),
        )

    def conversations(self) -> tuple[AdminConversation, ...]:
        """The conversation that waits for the person who is to get a role."""
        return (AdminConversation(GIVE, Role.OWNER, {WHOM: self.whom}),)

    # --- pages

    def page(self, call: AdminCall) -> MenuPage:
        """The owners first, then the admins with a given role, with a button for each."""
        language = call.language
        listed = admin_rows.listed(self.db)
        owners = [
            call.say(
                "admin-admins-line",
                person=person(self.db, one, language),
                role=call.say("admin-role-owner"),
            )
            for one in sorted(self.table.owners)
        ]
        given = [
            call.say(
                "admin-admins-line",
                person=person(self.db, one.person, language),
                role=call.say(f"admin-role-{one.role.word}"),
            )
            for one in listed
        ]
        text = call.say("admin-admins", lines=LocalText("\n".join([*owners, *given])))
        buttons = [
            (act(f"👤 {one.name or one.person}", "role-show", person=one.person),)
            for one in listed[:BUTTONS_SHOWN]
        ]
        add = act(call.say("admin-role-add"), "role-whom")
        return MenuPage(text, (*buttons, (add,), (back(language),)))

    def one(self, call: AdminCall, number: int) -> MenuPage:
        """The role of one person, with a button for each role that they may be given."""
        if number in self.table.owners:
            raise EffectRefused(call.say("admin-role-owner-fixed"))
        role = admin_rows.role(self.db, number)
        text = call.say(
            "admin-role-of",
            person=person(self.db, number, call.language),
            role=call.say(f"admin-role-{role.word}"),
        )
        choices = [
            (
                act(
                    self.label(call, one, chosen=one is role),
                    "role-give",
                    person=number,
                    role=int(one),
                ),
            )
            for one in GIVEN
        ]
        take = (act(call.say("admin-role-take"), "role-take", person=number),)
        known = (take,) if role is not Role.EVERYONE else ()
        return MenuPage(text, (*choices, *known, (back(call.language, "page-admins"),)))

    def label(self, call: AdminCall, role: Role, *, chosen: bool) -> str:
        """The label of a role's button, with a tick at the one that the person has."""
        return ("✅ " if chosen else "") + call.say(f"admin-role-{role.word}")

    # --- effects

    def ask_whom(self, call: AdminCall) -> AdminReply:
        """Ask who is to get a role."""
        page = prompt(call, call.say("admin-role-whom"), "page-admins")
        return AdminReply(page, place=ConversationPlace(GIVE, WHOM))

    def whom(self, call: AdminCall, incoming: Incoming) -> AdminReply:
        """A step: the person that the message names."""
        return AdminReply(self.one(call, person_finder.author_of(self.db, call, incoming)))

    def show(self, call: AdminCall) -> AdminReply:
        """The page of one admin."""
        return AdminReply(self.one(call, call.number("person")))

    def give(self, call: AdminCall) -> AdminReply:
        """Give a person a role; they are told."""
        number, role = call.number("person"), Role(call.number("role"))
        if role not in GIVEN or number in self.table.owners:
            raise EffectRefused(call.say("admin-role-owner-fixed"))
        before = admin_rows.role(self.db, number)
        if before is role:
            return AdminReply(self.one(call, number))
        admin_rows.give(self.db, number, role, by=call.person.id, now=clock.now())
        return self.reply_changed(call, number, before, role)

    def take(self, call: AdminCall) -> AdminReply:
        """Take a person's role away; one who has none changes nothing."""
        number = call.number("person")
        before = admin_rows.role(self.db, number)
        if not admin_rows.take(self.db, number):
            return AdminReply(self.page(call))
        return self.reply_changed(call, number, before, Role.EVERYONE)

    def reply_changed(self, call: AdminCall, number: int, before: Role, role: Role) -> AdminReply:
        """The reply to a change of a role, which the person is told after the commit."""
        change = AuditChange(audit_log.person(number), before.word, role.word)
        page = self.page(call) if role is Role.EVERYONE else self.one(call, number)
        tell = partial(self.send_role, number, role, call.mark)
        return AdminReply(page, call.say("admin-done"), changes=(change,), show=tell)

    async def send_role(self, number: int, role: Role, mark: str) -> None:
        """Tell a person their new role. One who never wrote to the bot cannot be told."""
        access = users.access(self.db, number)
        if not access:
            return
        language = users.language(self.db, number)
        key = "admin-role-lost" if role is Role.EVERYONE else "admin-role-got"
        text = i18n.say(language, key, role=i18n.say(language, f"admin-role-{role.word}"))
        random_id = once("role", mark, number)
        message = OutgoingMessage(number, access, text, random_id, keys=self.keys_of(number))
        await self.table.menus.replies.send(message)
