"""Conversations of admins: what is asked step by step, kept in the store between the messages.

A step is one transaction: its effect, its audit rows, where the conversation is then, and what is
answered. So a bot that is killed anywhere goes on where it was, and a message that Telegram repeats
is answered as before.
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
from procs.store.admins.conversation_states import ConversationState
from procs.telegram.chat.inbound import Incoming
from procs.telegram.chat.sender import OutgoingMessage
from procs.telegram.pace import Urgency
from procs.wishes.grammar import link

if TYPE_CHECKING:
    from procs.bot.admin.admin_actions import AdminActions

#: The entry of a button's data that leaves another conversation first.
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
        """Whether a message belongs to a conversation: to the step that waits there, also when it
        waits no more, or it was taken already and is told again."""
        if incoming.is_nameless or incoming.edited:
            return False
        state = conversation_states.find(self.db, self.table.call_of(incoming).key)
        return state is not None and (bool(state.step) or state.message == incoming.message)

    async def take(self, incoming: Incoming) -> bool:
        """Do a step with a message. False where no conversation waits for it, or it is a link that
        came after the step expired: it is handled like any other."""
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
        """What a message does at the step where the conversation waits."""
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
        """/cancel leaves the conversation; where there is none, it is everybody's /cancel."""
        call = self.table.call_of(incoming)
        state = conversation_states.find(self.db, call.key)
        if state is None or not state.is_open(clock.now()):
            repeated = state is not None and state.message == incoming.message
            if not repeated:
                return await otherwise(incoming)
        await self.carry_out(incoming, call, self.reply_left)

    def reply_left(self, call: AdminCall) -> AdminReply:
        self.move(call, None)
        return AdminReply(toast=call.say("admin-talk-left"))

    async def carry_out(
        self, incoming: Incoming, call: AdminCall, work: Callable[[AdminCall], AdminReply]
    ) -> None:
        """Do something for a message, and answer it. What is refused leaves all as it was."""
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
        """What is said to a message, with the tokens of its buttons."""
        page = self.with_step(call, reply.page) if reply.page else None
        said = [reply.toast, page.text if page else ""]
        buttons = self.table.menus.mint(page, call.person.id, call.chat) if page else []
        return {"text": "\n\n".join(filter(None, said)), "buttons": buttons}

    def keep_answer(self, call: AdminCall, answer: Mapping[str, Any]) -> None:
        """Keep what is answered to the message that made the last step."""
        state = conversation_states.find(self.db, call.key)
        if state is not None and call.heard and state.message == call.heard:
            conversation_states.write(self.db, call.key, replace(state, answer=answer))

    async def send(self, incoming: Incoming, answer: Mapping[str, Any]) -> None:
        """Say it, once. Raises as `ReplySender.send`."""
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
        """A page whose buttons know their topic, and the step of the conversation there."""
        state = conversation_states.find(self.db, call.key)
        turn = [state.number, state.turn] if state and state.step else []
        return stamped(page, **{TOPIC: call.topic, TURN: turn})

    def within(self, call: AdminCall, name: str) -> AdminCall:
        """The call with what the conversation knows. Raises EffectRefused for a button of another
        step than the one that waits."""
        state = self.current(call)
        if state is None or state.name != name:
            raise EffectRefused(call.say("admin-step-stale"))
        return replace(call, keep=state.data)

    def current(self, call: AdminCall) -> ConversationState | None:
        """The conversation to whose last step a button belongs, if it waits there still."""
        state = conversation_states.find(self.db, call.key)
        if state is None or not state.is_open(clock.now()):
            return None
        return state if call.data.get(TURN) == [state.number, state.turn] else None

    def busy(self, call: AdminCall, row: AdminAction) -> AdminReply | None:
        """What is asked where another conversation is open: perhaps on another device. None where
        it may begin."""
        state = conversation_states.find(self.db, call.key)
        if state is None or not state.is_open(clock.now()) or call.data.get(INSTEAD):
            return None
        if state.name == row.begins and state.turn == 1:  # nothing was said in it yet
            return None
        facts = {**call.data, WORDS: call.words, INSTEAD: True}
        own = {name: value for name, value in facts.items() if name not in (DO, TOPIC, TURN)}
        instead = act(call.say("admin-talk-instead"), row.name, **own)
        text = call.say("admin-talk-busy", name=call.say(f"admin-talk-{state.name}"))
        return AdminReply(MenuPage(text, ((instead,), (back(call.language),))))

    def leave_action(self) -> AdminAction:
        return AdminAction("talk-leave", Role.VIEWER, self.leave)

    def leave(self, call: AdminCall) -> AdminReply:
        """The way back of a prompt: leave the conversation, unless it went on meanwhile, and show
        a page."""
        stale = self.current(call) is None
        to = str(call.data.get("to"))
        shown = self.table.run(to if self.table.may(call.person.id, to) else "page-main", call)
        toast = call.say("admin-step-stale" if stale else "admin-talk-left")
        return replace(shown, toast=toast, ends=not stale)

    # --- rows

    def move(self, call: AdminCall, place: ConversationPlace | None) -> None:
        """Where the conversation is from now on; over with None."""
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
