"""The panel's page of broadcasts: written, tried, confirmed twice, and what is done with one after.

While one is written it is the data of its conversation: a killed bot, or another device, goes on
with it. Messages of an album come one by one, and each joins the draft.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from procs.bot.admin.admin_actions import AdminActions
from procs.bot.admin.admin_call import (
    AdminAction,
    AdminCall,
    AdminConversation,
    AdminReply,
    ConversationPlace,
    panel_page,
    prompt,
)
from procs.bot.broadcast import broadcast_draft, broadcast_text, draft_page, written_values
from procs.bot.broadcast.broadcast_draft import BroadcastDraft
from procs.bot.commands.button_actions import EffectRefused
from procs.bot.commands.settings_menu import MenuPage
from procs.bot.conversation.reply_sender import ANSWER_TIMEOUT, once
from procs.core import clock
from procs.records.admin_role import Role
from procs.records.broadcast_records import Broadcast, BroadcastState
from procs.store.admins import conversation_states
from procs.store.admins.audit_log import AuditChange
from procs.store.broadcasts import broadcasts, recipients
from procs.store.broadcasts.broadcasts import NewBroadcast
from procs.store.sponsors import sponsor_rows
from procs.telegram.chat.inbound import Incoming
from procs.telegram.delivery import broadcast_content, broadcast_sender
from procs.telegram.pace import Urgency
from procs.texts import i18n
from procs.texts.i18n import LocalText

#: The conversation and its steps.
COMPOSE, MESSAGE, DRAFT, BUTTONS, START = "broadcast", "message", "draft", "buttons", "start"
#: Who may: broadcasts go with sponsors.
LEAST = Role.SPONSORS
#: Broadcasts that the page lists.
LISTED = 6
ALBUM_PARTS = 10
DEEDS = {
    draft_page.PAUSE_SENDS: BroadcastState.PAUSED,
    draft_page.RESUME: BroadcastState.RUNNING,
    draft_page.CANCEL: BroadcastState.CANCELLED,
    draft_page.TAKE_BACK: BroadcastState.DELETING,
}
TWICE = (draft_page.CANCEL, draft_page.TAKE_BACK)


class BroadcastPage:
    """The page of broadcasts, and the conversation in which one is written."""

    def __init__(self, table: AdminActions) -> None:
        self.db = table.db
        self.replies = table.menus.replies

    def rows(self) -> tuple[AdminAction, ...]:
        """The page and its acts; what sends to many, or undoes, asks twice."""
        changes = (
            (draft_page.FORM, self.other_form),
            (draft_page.LANGUAGE, broadcast_draft.other_language),
            (draft_page.DAYS, broadcast_draft.other_days),
            (draft_page.JOINED_SPONSOR, self.other_sponsor),
            (draft_page.REST_AT_NIGHT, broadcast_draft.other_night),
            (draft_page.AT_ONCE, broadcast_draft.at_once),
        )
        return (
            panel_page("broadcast", LEAST, self.page, "broadcast"),
            AdminAction(draft_page.NEW, LEAST, self.ask, begins=COMPOSE),
            AdminAction(draft_page.SHOW, LEAST, self.show),
            *(AdminAction(name, LEAST, partial(self.change, how)) for name, how in changes),
            AdminAction(draft_page.ASK_BUTTONS, LEAST, self.ask_buttons),
            AdminAction(draft_page.ASK_START, LEAST, self.ask_start),
            AdminAction(draft_page.TEST, LEAST, self.test),
            AdminAction(draft_page.SEND_ALL, LEAST, self.send, twice=True, question=self.question),
            *(
                AdminAction(name, LEAST, partial(self.move, to), twice=name in TWICE)
                for name, to in DEEDS.items()
            ),
        )

    def conversations(self) -> tuple[AdminConversation, ...]:
        """The conversation: message, draft, buttons, start."""
        steps = {
            MESSAGE: self.written,
            DRAFT: self.written_more,
            BUTTONS: self.with_buttons,
            START: self.with_start,
        }
        return (AdminConversation(COMPOSE, LEAST, steps),)

    # --- pages

    def page(self, call: AdminCall) -> MenuPage:
        """The latest broadcasts."""
        return draft_page.every(call, broadcasts.latest(self.db, LISTED))

    def show(self, call: AdminCall) -> AdminReply:
        """The page of the broadcast of a button. Raises EffectRefused when it is gone."""
        return AdminReply(self.one(call, call.number("number")))

    def one(self, call: AdminCall, number: int) -> MenuPage:
        """The page of one broadcast: counts, reasons of failures, sends whose outcome nobody
        knows."""
        found = self.found(call, number)
        reasons = recipients.reasons(self.db, number, broadcast_text.REASONS)
        unknown = len(recipients.unsettled(self.db, number)) if found.state.over else 0
        return draft_page.one(call, found, reasons, unknown, clock.now().wall)

    def found(self, call: AdminCall, number: int) -> Broadcast:
        """Raises EffectRefused."""
        found = broadcasts.read(self.db, number)
        if found is None:
            raise EffectRefused(call.say("broadcast-gone"))
        return found

    # --- writing one

    def ask(self, call: AdminCall) -> AdminReply:
        """Ask for the message."""
        page = prompt(call, call.say("broadcast-ask"), draft_page.BROADCAST_PAGE)
        return AdminReply(page, place=ConversationPlace(COMPOSE, MESSAGE))

    def written(self, call: AdminCall, incoming: Incoming) -> AdminReply:
        """A step: the message that is to be sent."""
        source = self.source(call, incoming)
        content = broadcast_content.read(incoming.chat, incoming.access, [source])
        return self.drafted(call, BroadcastDraft(content, source.grouped_id or 0))

    def written_more(self, call: AdminCall, incoming: Incoming) -> AdminReply:
        """A step: another message in its place, or the next of its album, in silence."""
        draft, source = self.draft(call), self.source(call, incoming)
        if not draft.group or source.grouped_id != draft.group:
            return self.written(call, incoming)
        if len(draft.content.items) == ALBUM_PARTS:
            raise EffectRefused(call.say("broadcast-album-full"))
        joined = draft.joined(broadcast_content.item(source))
        return AdminReply(place=ConversationPlace(COMPOSE, DRAFT, joined.facts))

    def source(self, call: AdminCall, incoming: Incoming) -> Any:
        """Telegram's object of a message. Raises EffectRefused for an empty one."""
        if incoming.source is None:
            raise EffectRefused(call.say("broadcast-unreadable"))
        return incoming.source

    def draft(self, call: AdminCall) -> BroadcastDraft:
        """What is being written there. Raises EffectRefused where nothing is."""
        state = conversation_states.find(self.db, call.key)
        if state is None or state.name != COMPOSE or not state.is_open(clock.now()):
            raise EffectRefused(call.say("admin-step-stale"))
        if "content" not in state.data:
            raise EffectRefused(call.say("broadcast-ask"))
        return broadcast_draft.read(state.data)

    def drafted(self, call: AdminCall, draft: BroadcastDraft) -> AdminReply:
        """The page of a draft, with the estimate of today."""
        people = recipients.count(self.db, draft.segment, now=clock.now())
        page = draft_page.draft(call, draft, people, self.sponsors())
        return AdminReply(page, place=ConversationPlace(COMPOSE, DRAFT, draft.facts))

    def change(
        self, how: Callable[[AdminCall, BroadcastDraft], BroadcastDraft], call: AdminCall
    ) -> AdminReply:
        """Change the draft as `how` says, and show it again."""
        return self.drafted(call, how(call, self.draft(call)))

    def sponsors(self) -> dict[int, str]:
        """The names of all sponsors, in their order."""
        return {one.id: one.title for one in sponsor_rows.listed(self.db)}

    def other_sponsor(self, call: AdminCall, draft: BroadcastDraft) -> BroadcastDraft:
        """The draft for the people of the next sponsor, then for everybody."""
        numbers = (0, *self.sponsors())
        known = draft.segment.sponsor if draft.segment.sponsor in numbers else numbers[-1]
        return replace(
            draft, segment=replace(draft.segment, sponsor=broadcast_draft.following(numbers, known))
        )

    def other_form(self, call: AdminCall, draft: BroadcastDraft) -> BroadcastDraft:
        """Raises EffectRefused for what can only be forwarded."""
        if draft.content.forward_only:
            raise EffectRefused(call.say("broadcast-forward-only"))
        return replace(draft, content=replace(draft.content, forward=not draft.content.forward))

    def ask_buttons(self, call: AdminCall) -> AdminReply:
        """Ask for the buttons. Raises EffectRefused where the draft's form has none."""
        draft = self.draft(call)
        self.may_have_buttons(call, draft)
        page = prompt(call, call.say("broadcast-ask-buttons"), draft_page.BROADCAST_PAGE)
        return AdminReply(page, place=ConversationPlace(COMPOSE, BUTTONS, draft.facts))

    def may_have_buttons(self, call: AdminCall, draft: BroadcastDraft) -> None:
        """Raises EffectRefused where Telegram shows none."""
        if draft.content.forward:
            raise EffectRefused(call.say("broadcast-forward-buttons"))
        if len(draft.content.items) > 1:
            raise EffectRefused(call.say("broadcast-album-buttons"))

    def with_buttons(self, call: AdminCall, incoming: Incoming) -> AdminReply:
        """A step: the buttons, a line each."""
        draft = self.draft(call)
        rows = written_values.buttons(incoming.text)
        if rows is None:
            raise EffectRefused(call.say("broadcast-bad-buttons"))
        self.may_have_buttons(call, draft)
        return self.drafted(call, replace(draft, content=replace(draft.content, buttons=rows)))

    def ask_start(self, call: AdminCall) -> AdminReply:
        """Ask for the start, in the time of the admin's language."""
        draft = self.draft(call)
        _, place = i18n.PLACES[call.language]
        page = prompt(call, call.say("broadcast-ask-start", place=place), draft_page.BROADCAST_PAGE)
        now = draft_page.act(call.say("broadcast-at-once"), draft_page.AT_ONCE)
        page = replace(page, keyboard=((now,), *page.keyboard))
        return AdminReply(page, place=ConversationPlace(COMPOSE, START, draft.facts))

    def with_start(self, call: AdminCall, incoming: Incoming) -> AdminReply:
        """A step: when it begins."""
        place = i18n.place_of(call.language)
        at = written_values.start(incoming.text, clock.now().wall, place)
        if at is None:
            raise EffectRefused(call.say("broadcast-bad-start"))
        return self.drafted(call, replace(self.draft(call), start=at))

    # --- trying and sending

    def test(self, call: AdminCall) -> AdminReply:
        """Send the draft to the admin alone."""
        draft = self.draft(call)
        return AdminReply(
            toast=call.say("broadcast-tested"), show=partial(self.try_out, call, draft)
        )

    async def try_out(self, call: AdminCall, draft: BroadcastDraft) -> None:
        """Send it to its admin alone. Raises as `Rpc.ask`."""
        random_id = once("broadcast-test", call.mark, draft.digest)
        await self.replies.chat_session.broadcasts.send(
            draft.content,
            chat=call.chat,
            access=call.access,
            random_id=random_id,
            leave=partial(
                self.replies.pace.leave,
                broadcast_sender.method(draft.content),
                chat=call.chat,
                urgency=Urgency.ADMIN,
                patience=ANSWER_TIMEOUT,
                messages=len(draft.content.items),
            ),
        )

    def question(self, call: AdminCall) -> LocalText:
        """What is asked before it is sent: all of it, with people and minutes."""
        draft = self.draft(call)
        people = recipients.count(self.db, draft.segment, now=clock.now())
        name = draft_page.sponsor_name(draft.segment.sponsor, self.sponsors())
        told = broadcast_text.draft(draft, people, call.language, name)
        return call.say("broadcast-sure", draft=told)

    def send(self, call: AdminCall) -> AdminReply:
        """Begin it. Raises EffectRefused where it is another than the one that was shown."""
        draft, now = self.draft(call), clock.now()
        if call.data.get("digest") != draft.digest:
            raise EffectRefused(call.say("broadcast-changed"))
        people = recipients.count(self.db, draft.segment, now=now)
        if not people:
            raise EffectRefused(call.say("broadcast-nobody"))
        start = max(draft.start, now.wall)
        facts = (call.person.id, call.person.access_hash, draft.content, draft.segment, people)
        number = broadcasts.add(self.db, NewBroadcast(*facts, start, draft.night), now=now)
        change = AuditChange(f"broadcast:{number}", "", f"{people} people")
        return AdminReply(self.one(call, number), changes=(change,), ends=True)

    def move(self, to: BroadcastState, call: AdminCall) -> AdminReply:
        """Pause, resume, cancel, or take back. Raises EffectRefused for another state."""
        number = call.number("number")
        before = self.found(call, number).state
        if broadcasts.move(self.db, number, to, now=clock.now()) is None:
            raise EffectRefused(call.say("broadcast-not-now"))
        change = AuditChange(f"broadcast:{number}", before.value, to.value)
        return AdminReply(self.one(call, number), changes=(change,))
