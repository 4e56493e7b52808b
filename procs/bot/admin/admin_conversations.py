"""Conversations of admins: questions in steps, with their state in the store between the messages.

A step is one transaction: its effect, its audit rows, the next state, and the answer. A bot that is
killed at any instant goes on from there, and a repeated message gets the same answer without a
second effect.
"""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from procs.bot.admin.admin_call import (
    DO,
    TOPIC,
    TURN,
    WORDS,
    AdminAction,
    AdminCall,
    AdminConversation,
    AdminReply,
    ConversationPlace,
    act,
    back,
    stamped,
)
from procs.bot.commands.button_actions import EffectRefused
from procs.bot.commands.settings_menu import MenuPage
from procs.bot.conversation.reply_sender import once
from procs.core import clock
from procs.records.admin_role import Role
from procs.store.admins import conversation_states
from procs.store.admins.conversation_states import ConversationKey, ConversationState
from procs.telegram.chat.inbound import Incoming
from procs.telegram.chat.sender import OutgoingMessage
from procs.telegram.pace import Urgency
from procs.wishes.grammar import link

if TYPE_CHECKING:
    from procs.bot.admin.admin_actions import AdminActions

#: The entry of a button's data by which another open conversation is ended first.
INSTEAD = "instead"
#: Random bits of a conversation's number.
BITS = 53


class AdminConversations:
    """The table of conversations; `table` is that of the actions."""

    def __init__(self, table: "AdminActions") -> None:
        self.table = table
        self.db = table.db
        self.rows: dict[str, AdminConversation] = {}

    def add(self, *rows: AdminConversation) -> None:
        """Raises ValueError for a conversation that stands in the table already."""
        for row in rows:
            if row.name in self.rows:
                raise ValueError(f"two admin conversations {row.name}")
            self.rows[row.name] = row

    # --- messages

    def expects(self, incoming: Incoming) -> bool:
        """Whether a message belongs to a conversation: to the step that waits, or to one that
        expired, or it was handled already and Telegram repeats it."""
        if incoming.is_nameless or incoming.edited:
            return False
        key = ConversationKey(incoming.person.id, incoming.chat, incoming.topic)
        state = conversation_states.find(self.db, key)
        return state is not None and (bool(state.step) or state.message == incoming.message)

    async def take(self, incoming: Incoming) -> bool:
        """Run a step with a message. False when no conversation waits for it, or when it is a link
        that arrives after the step expired: it is handled like any other message."""
        if not self.expects(incoming):
            return False
        call = self.table.call_of(incoming)
        state = conversation_states.find(self.db, call.key)
        if state is None:
            return False
        if state.message == incoming.message:
            await self.send(incoming, state.answer)
            return True
        late = not state.is_open(clock.now())
        await self.carry_out(incoming, call, partial(self.step, incoming))
        return not late or link.parse(incoming.text, incoming.urls).none

    def step(self, incoming: Incoming, call: AdminCall) -> AdminReply:
        """The effect of a message at the step where the conversation waits."""
        state = conversation_states.find(self.db, call.key)
        row = self.rows.get(state.name) if state else None
        take = row.steps.get(state.step) if row and state else None
        if state is None or row is None or take is None or not state.is_open(clock.now()):
            self.move(call, None)
            return AdminReply(toast=call.say("admin-talk-expired"))
        if call.role < row.least:
            self.move(call, None)
            return AdminReply(toast=call.say("admin-role-gone"))
        reply = take(replace(call, keep=state.data), incoming)
        reply = reply if reply.place else replace(reply, ends=True)
        self.table.settle(row.name, call, reply)
        return reply

    async def cancel(
        self, otherwise: Callable[[Incoming], Awaitable[None]], incoming: Incoming
    ) -> None:
        """/cancel ends the conversation; without one, it is the /cancel of everybody."""
        call = self.table.call_of(incoming)
        state = conversation_states.find(self.db, call.key)
        if state is None or not state.is_open(clock.now()):
            repeated = state is not None and state.message == incoming.message
            if not repeated:
                return await otherwise(incoming)
        await self.carry_out(incoming, call, self.reply_left)

    def reply_left(self, call: AdminCall) -> AdminReply:
        """End the conversation, and say so."""
        self.move(call, None)
        return AdminReply(toast=call.say("admin-talk-left"))

    async def carry_out(
        self, incoming: Incoming, call: AdminCall, work: Callable[[AdminCall], AdminReply]
    ) -> None:
        """Run an effect for a message, and send the answer. A refused effect changes nothing."""
        try:
            with self.db.write(full=True):
                reply = work(call)
                answer = self.render(call, reply)
                self.keep_answer(call, answer)
        except EffectRefused as error:
            reply, answer = AdminReply(), {"text": str(error)}
        await self.send(incoming, answer)
        if reply.show is not None:
            await reply.show()

    def render(self, call: AdminCall, reply: AdminReply) -> dict[str, Any]:
        """The text of a reply, and its buttons with tokens."""
        page = self.with_step(call, reply.page) if reply.page else None
        said = [reply.toast, page.text if page else ""]
        buttons = self.table.menus.mint(page, call.person.id, call.chat) if page else []
        return {"text": "\n\n".join(filter(None, said)), "buttons": buttons}

    def keep_answer(self, call: AdminCall, answer: Mapping[str, Any]) -> None:
        """Store the answer to the message of the last step."""
        state = conversation_states.find(self.db, call.key)
        if state is not None and call.heard and state.message == call.heard:
            conversation_states.write(self.db, call.key, replace(state, answer=answer))

    async def send(self, incoming: Incoming, answer: Mapping[str, Any]) -> None:
        """Send an answer once. Raises as `ReplySender.send`."""
        if not answer.get("text"):
            return
        message = OutgoingMessage(
            incoming.chat,
            incoming.access,
            answer["text"],
            once("admin", incoming.chat, incoming.message),
            incoming.message,
            [[(label, data) for label, data in row] for row in answer.get("buttons", ())],
            incoming.topic,
        )
        await self.table.menus.replies.send(message, urgency=Urgency.COMMAND)

    # --- buttons

    def with_step(self, call: AdminCall, page: MenuPage) -> MenuPage:
        """A page whose buttons carry their topic, and the step of the conversation there."""
        state = conversation_states.find(self.db, call.key)
        turn = [state.number, state.turn] if state and state.step else []
        return stamped(page, **{TOPIC: call.topic, TURN: turn})

    def within(self, call: AdminCall, name: str) -> AdminCall:
        """The call with what the conversation stores. Raises EffectRefused for a button of another
        step than the one that waits."""
        state = self.current(call)
        if state is None or state.name != name:
            raise EffectRefused(call.say("admin-step-stale"))
        return replace(call, keep=state.data)

    def current(self, call: AdminCall) -> ConversationState | None:
        """The conversation to whose last step a button belongs, if that step still waits."""
        state = conversation_states.find(self.db, call.key)
        if state is None or not state.is_open(clock.now()):
            return None
        return state if call.data.get(TURN) == [state.number, state.turn] else None

    def busy(self, call: AdminCall, row: AdminAction) -> AdminReply | None:
        """The question whether to end another open conversation, which may be on another device.
        None when the new one may begin."""
        state = conversation_states.find(self.db, call.key)
        if state is None or not state.is_open(clock.now()) or call.data.get(INSTEAD):
            return None
        if state.name == row.begins and state.turn == 1:  # no step of it was answered yet
            return None
        facts = {**call.data, WORDS: call.words, INSTEAD: True}
        own = {name: value for name, value in facts.items() if name not in (DO, TOPIC, TURN)}
        instead = act(call.say("admin-talk-instead"), row.name, **own)
        text = call.say("admin-talk-busy", name=call.say(f"admin-talk-{state.name}"))
        return AdminReply(MenuPage(text, ((instead,), (back(call.language),))))

    def leave_action(self) -> AdminAction:
        """The action of the button that leaves a conversation; every admin may."""
        return AdminAction("talk-leave", Role.VIEWER, self.leave)

    def leave(self, call: AdminCall) -> AdminReply:
        """The way back of a prompt: end the conversation, unless it went on meanwhile, and show a
        page."""
        stale = self.current(call) is None
        to = str(call.data.get("to"))
        shown = self.table.run(to if self.table.may(call.person.id, to) else "page-main", call)
        toast = call.say("admin-step-stale" if stale else "admin-talk-left")
        return replace(shown, toast=toast, ends=not stale)

    # --- rows

    def move(self, call: AdminCall, place: ConversationPlace | None) -> None:
        """Store the new state of the conversation; None ends it."""
        now = clock.now()
        before = conversation_states.find(self.db, call.key)
        goes_on = before is not None and before.is_open(now)
        number = before.number if before and goes_on else secrets.randbits(BITS)
        turn = before.turn + 1 if before and goes_on else 1
        if place is None:
            name = before.name if before else ""
            state = ConversationState(number, turn, name, "", message=call.heard, until=now.wall)
        else:
            until = now.wall + self.rows[place.name].lasts
            state = ConversationState(
                number, turn, place.name, place.step, place.data, call.heard, until=until
            )
        conversation_states.write(self.db, call.key, state)
