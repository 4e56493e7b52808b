"""The table of what admins do, and the one way in which each action runs: from a command, a button,
or a step of a conversation.

The role is read inside the transaction of the effect, so that a role that is taken away counts from
that instant on, whatever buttons still stand in chats; the audit rows are written in the same
transaction.
"""

from collections.abc import Collection
from dataclasses import replace
from functools import partial

from procs.bot.admin import admin_call
from procs.bot.admin.admin_call import (
    ACT,
    DO,
    SURE,
    TOPIC,
    TURN,
    WORDS,
    AdminAction,
    AdminCall,
    AdminReply,
)
from procs.bot.admin.admin_conversations import AdminConversations
from procs.bot.commands.button_actions import ButtonAction, EffectRefused, PressAnswer, Show
from procs.bot.commands.menu_sender import MenuSender
from procs.bot.commands.router import ChatCommand
from procs.bot.commands.settings_menu import MenuButton, MenuPage
from procs.bot.conversation.reply_sender import ReplySender
from procs.core import clock, log
from procs.records.admin_role import Role
from procs.store.admins import admin_rows, audit_log
from procs.store.database import Database
from procs.store.requests.buttons import Button
from procs.telegram.chat.inbound import Incoming, Press

#: Seconds for which the question of an action that asks twice may be answered.
SURE_LASTS = 600.0
ASKED = "asked"
#: Entries of a button's data that are not the action's own.
OURS = frozenset({DO, TOPIC, TURN, ASKED})


class AdminActions:
    """The table. `owners` are those of CHAPAR_ADMINS."""

    def __init__(self, db: Database, replies: ReplySender, owners: Collection[int]) -> None:
        self.db = db
        self.menus = MenuSender(db, replies)
        self.owners = frozenset(owners)
        self.rows: dict[str, AdminAction] = {}
        self.conversations = AdminConversations(self)
        self.add(self.conversations.leave_action())

    def add(self, *rows: AdminAction) -> None:
        """Raises ValueError for an action that stands in the table already."""
        for row in rows:
            if row.name in self.rows:
                raise ValueError(f"two admin actions {row.name}")
            self.rows[row.name] = row

    def role(self, person: int) -> Role:
        """The role of a person now."""
        return Role.OWNER if person in self.owners else admin_rows.role(self.db, person)

    def may(self, person: int, name: str) -> bool:
        """Whether a person's role allows an action of the table."""
        row = self.rows.get(name)
        return row is not None and self.role(person) >= row.least

    # --- the tables of the bot

    def button_rows(self) -> tuple[ButtonAction, ...]:
        """The two buttons behind which all actions stand: one that acts, and one that confirms."""
        return (
            ButtonAction(ACT, self.handle_press, once=False, durable=True, own=True),
            ButtonAction(SURE, partial(self.handle_press, sure=True), durable=True, own=True),
        )

    def commands(self) -> tuple[ChatCommand, ...]:
        """The commands as rows of the router. A stranger reads that there is no such command; an
        admin whose role is too low reads which role it needs."""
        return tuple(
            ChatCommand(command, partial(self.handle_command, row.name), role=Role.VIEWER)
            for row in self.rows.values()
            for command in row.commands
        )

    # --- doing

    def call_of(self, incoming: Incoming) -> AdminCall:
        """A message as the call of an action."""
        person = replace(incoming.person, language=incoming.language)
        where = incoming.chat, incoming.access, incoming.message, incoming.topic
        mark = f"message:{incoming.chat}:{incoming.message}"
        return AdminCall(person, self.role(person.id), *where, mark, heard=incoming.message)

    def handle_press(self, press: Press, button: Button, *, sure: bool = False) -> PressAnswer:
        """Run the action of a pressed button, inside `db.write()`."""
        data = button.meaning.data
        topic = data.get(TOPIC)
        call = AdminCall(
            press.person,
            self.role(press.person.id),
            press.chat,
            press.access,
            press.message,
            topic if isinstance(topic, int) else 0,
            f"press:{press.id}",
            data,
            str(data.get(WORDS, "")),
        )
        reply = self.run(str(data.get(DO)), call, sure=sure)
        if reply.page is None:
            return PressAnswer(reply.toast, reply.show, reply.alert)
        page = self.conversations.with_step(call, reply.page)
        shown = self.menus.turn(press, page, toast=reply.toast)
        return replace(shown, show=partial(in_turn, shown.show, reply.show), alert=reply.alert)

    async def handle_command(self, name: str, incoming: Incoming) -> None:
        """Run the action of a command, and answer it."""
        call = replace(self.call_of(incoming), words=incoming.text.partition(" ")[2].strip())
        await self.conversations.carry_out(incoming, call, partial(self.run, name))

    def run(self, name: str, call: AdminCall, *, sure: bool = False) -> AdminReply:
        """Run an action with its audit rows, inside `db.write()`. Raises EffectRefused with the
        sentence that the admin reads; nothing is changed then."""
        row = self.rows.get(name)
        if row is None or call.role is Role.EVERYONE:
            raise EffectRefused(call.say("unknown-button"))
        self.require(call, row.least)
        if row.within:
            call = self.conversations.within(call, row.within)
        if row.begins and (busy := self.conversations.busy(call, row)):
            return busy
        if row.twice and not self.is_sure(call, sure=sure):
            return AdminReply(self.question(row, call))
        reply = row.effect(call)
        self.settle(row.name, call, reply)
        return reply

    def require(self, call: AdminCall, least: Role) -> None:
        """Raises EffectRefused when the role is too low."""
        if call.role < least:
            role = call.say(f"admin-role-{least.word}")
            raise EffectRefused(call.say("admin-role-lacks", role=role))

    def settle(self, name: str, call: AdminCall, reply: AdminReply) -> None:
        """Write the audit rows of an effect, and the new state of the conversation."""
        now = clock.now()
        for place, change in enumerate(reply.changes):
            mark = f"{call.mark}:{name}:{place}"
            audit_log.note(self.db, call.person.id, name, change, mark=mark, now=now)
            log.info("admin.acted", action=name, admin=call.person.id, subject=change.subject)
        if reply.place is not None or reply.ends:
            self.conversations.move(call, reply.place)

    def is_sure(self, call: AdminCall, *, sure: bool) -> bool:
        """Whether the admin confirmed the question. Raises EffectRefused when that took too
        long."""
        asked = call.data.get(ASKED)
        if not sure or not isinstance(asked, float):
            return False
        if clock.now().wall - asked > SURE_LASTS:
            raise EffectRefused(call.say("admin-sure-late"))
        return True

    def question(self, row: AdminAction, call: AdminCall) -> MenuPage:
        """The page that asks a second time: a button that runs the action, and a way back."""
        text = row.question(call) if row.question else call.say(f"admin-sure-{row.name}")
        own = {name: value for name, value in call.data.items() if name not in OURS}
        data = {**own, WORDS: call.words or own.get(WORDS, ""), ASKED: clock.now().wall}
        yes = MenuButton(call.say("admin-sure-yes"), SURE, {DO: row.name, **data})
        return MenuPage(text, ((yes,), (admin_call.back(call.language),)))


async def in_turn(*works: Show | None) -> None:
    """The works that follow a commit, one after the other."""
    for work in works:
        if work is not None:
            await work()
