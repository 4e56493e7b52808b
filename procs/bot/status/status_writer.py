"""Writes status messages: each call brings one message up to date.

A call may be repeated after any crash: sends carry the request's stored random_id. An edit whose
outcome is not known is not repeated: the row says so from before the edit until after it, and what
the message says is read first. A message is never edited to what it says already.
"""

from collections.abc import Sequence
from typing import Any

from procs.bot.conversation.reply_sender import DELETE, EDIT, READ, ReplySender, once
from procs.bot.status import edit_throttle, group_closed
from procs.bot.status.reaction_writer import ReactionWriter
from procs.bot.status.status_messages import StatusMessage
from procs.bot.status.status_offers import Offer
from procs.bot.status.status_text import StatusView
from procs.core import clock, log
from procs.core.clock import Now
from procs.errors import ChatClosed, TelegramRefused, TelegramWait
from procs.records.press_actions import TOKEN_PREFIX
from procs.store.database import Database
from procs.store.follows import follows
from procs.store.people import preferences, users
from procs.store.requests import buttons, link_groups, requests, status_columns
from procs.store.requests.buttons import ButtonMeaning
from procs.store.requests.request_status import RequestStatus
from procs.telegram.chat.bot_session import BotSession
from procs.telegram.chat.sender import Buttons, OutgoingMessage
from procs.telegram.departure import Departure
from procs.telegram.pace import Urgency, always
from procs.telegram.server_clock import told

#: What is kept of a message that Telegram does not let us read.
UNREAD = "?"
#: Seconds that a final text waits for the leave to edit; after that it is sent as a new message.
LAST = 3.0


class StatusWriter:
    """Every method raises TelegramWait, TelegramAway, TelegramRefused, ChatClosed, StoreFull."""

    def __init__(self, db: Database, chat_session: BotSession, replies: ReplySender) -> None:
        self.db = db
        self.chat_session = chat_session
        self.replies = replies
        self.reactions = ReactionWriter(db, chat_session, replies)

    async def first(self, post: StatusMessage, new: StatusView, *, sure: bool) -> None:
        """Make the status message. Unless we are `sure` that nobody made it before (and died
        before keeping its id), what it really says is unknown: it is kept as saying nothing,
        and so looked at."""
        row = post.head
        if row.reaction and await self.reactions.begin(row):
            self.note_answered(post, new, message=0, shown="")
            if self.is_closed(row):
                await self.reactions.end(row)
            return
        if not status_columns.begins(self.db, row.request, now=told()):
            return
        message = await self.replies.send(
            in_reply(row, new, random_id=row.status_random, buttons=self.buttons(post, new)),
            wanted=(lambda: not self.is_over(post, "cancelled", "delivered")) if sure else always,
        )
        self.note_answered(post, new, message=message, shown=new.text if sure else "")
        # One that is in the chat says itself that it was cancelled: the board has it do so.
        if not message and self.is_over(post, "cancelled"):
            self.close(post)

    def is_over(self, post: StatusMessage, *states: str) -> bool:
        """Whether all that a message speaks of came into one of these states after it was
        written: nobody needs to read that it waits."""
        return post.is_open and all(
            requests.state(self.db, one.request) in states for one in post.members
        )

    def is_closed(self, row: RequestStatus) -> bool:
        """Whether the final message about a request was sent elsewhere."""
        return requests.is_closed(self.db, row.request)

    async def look(self, post: StatusMessage, new: StatusView) -> None:
        """Read what the message says: this process lost the answer, or the one before it died."""
        row = post.head
        await self.replies.pace.wait_until_allowed(READ, LAST)
        try:
            there = row.status_message or 0
            text = await self.chat_session.text_of(row.chat, row.chat_access, there)
        except TelegramRefused as error:
            log.warning("status.unread", request=row.request, error=error)
            text = UNREAD
        if text is None:
            return self.note_answered(post, new, message=0, shown=new.text)
        # A stage that differs from the current one, so that the message is corrected as soon as
        # possible.
        stage = new.stage if text == new.text else ""
        share = edit_throttle.share_in(text)
        facts: dict[str, Any] = {"stage": stage, "share": share, "now": told()}
        status_columns.note_found(self.db, row.request, shown=text, **facts)

    async def rewrite(
        self, post: StatusMessage, new: StatusView, *, urgency: Urgency = Urgency.PROGRESS
    ) -> None:
        """Make the message say what is true now."""
        if await self.edit_message(post, new, urgency=urgency):
            status_columns.note_shown(self.db, post.id, new.text, now=told())
        else:
            self.note_answered(post, new, message=0, shown=new.text)

    def note_answered(
        self, post: StatusMessage, new: StatusView, *, message: int, shown: str
    ) -> None:
        """Note in all members' rows that the message was sent, and what it says."""
        facts: dict[str, Any] = {"stage": new.stage, "share": new.share, "now": clock.now()}
        with self.db.write():
            for one in post.members[1:]:
                status_columns.note_spoken_for(self.db, one.request, now=facts["now"])
            requests.note_answered(
                self.db, post.id, message=message, shown=shown, shown_at=told().wall, **facts
            )

    async def show(self, post: StatusMessage, found: RequestStatus, new: StatusView) -> None:
        """What was found behind a link of a group is a message of its own."""
        random_id = once("listing", found.request, found.status_random)
        message = await self.replies.send(in_reply(found, new, random_id=random_id))
        link_groups.note_own_message(self.db, found.request, message=message)

    async def last(self, post: StatusMessage, new: StatusView) -> None:
        """The final text: in the message that is there, or in a new one when it cannot be
        edited."""
        row = post.head
        if row.shown != new.text and not await self.said_last(post, new):
            random_id = once("last", row.request, row.status_random)
            words = in_reply(row, new, random_id=random_id, buttons=self.buttons(post, new))
            await self.replies.send(words)
            await self.remove(post)
        await self.reactions.end(row)
        if post.is_past and row.status_message:
            self.replies.note_passing(row.chat, row.chat_access, row.status_message)
        with self.db.write():
            if self.is_still(post):  # else somebody pressed a button of it meanwhile
                self.close(post)

    def is_still(self, post: StatusMessage) -> bool:
        """Whether the links of a group are in the states in which they were when it was written."""
        states = link_groups.states(self.db, post.id) if post.is_group else {}
        return not post.is_group or all(
            states.get(one.request) == one.state for one in post.members
        )

    async def said_last(self, post: StatusMessage, new: StatusView) -> bool:
        """Make the message say how it ended, if it is still looked at. False when that is left
        out."""
        if not post.head.status_message or self.replies.pace.wait(EDIT) > LAST:
            return False
        if post.is_late(clock.now()):
            return False  # an edit makes no sound, and nobody looks at it any more
        try:
            return await self.edit_message(post, new, urgency=Urgency.ANSWER)
        except TelegramWait as wait:
            self.replies.pace.note(wait)
        except TelegramRefused as error:
            log.warning("status.refused", request=post.id, error=error)
        return False

    async def delete_all(self, post: StatusMessage) -> None:
        """The media is there: its status message, or the reaction, goes."""
        await self.remove(post)
        await self.reactions.end(post.head)
        await self.take_link_away(post)
        self.close(post)

    async def silence(self, post: StatusMessage) -> None:
        """Note that the request is over and needs no message."""
        await self.take_link_away(post)
        self.close(post)

    async def take_link_away(self, post: StatusMessage) -> None:
        """Delete the message with the link, where the group wants that and lets us."""
        row = post.head
        if row.chat > 0 or row.message <= 0 or any(it.state != "delivered" for it in post.members):
            return
        if not preferences.read_group(self.db, row.chat).delete_link:
            return
        await self.replies.pace.wait_until_allowed(DELETE, LAST)
        try:
            await self.chat_session.delete(row.chat, row.chat_access, row.message)
        except (ChatClosed, TelegramRefused) as error:
            log.info("link.left", request=row.request, chat=row.chat, error=error)

    async def edit_message(self, post: StatusMessage, new: StatusView, *, urgency: Urgency) -> bool:
        """False when the message is not there any more."""
        row = post.head
        facts: dict[str, Any] = {"stage": new.stage, "share": new.share}

        async def leave() -> Departure:
            place = await self.replies.pace.leave(EDIT, urgency=urgency, patience=LAST)
            status_columns.changes(self.db, row.request, **facts, now=told())
            return place

        there = row.status_message or 0
        return await self.chat_session.edit(
            *(row.chat, row.chat_access, there, new.text),
            buttons=self.buttons(post, new),
            picture=new.picture,
            leave=leave,
        )

    def buttons(self, post: StatusMessage, new: StatusView) -> Buttons:
        """The buttons of a message, with a token for each that has none: the same ones whenever
        it is written again."""
        head, now = post.head, clock.now()
        made = [
            [
                (offer.label, TOKEN_PREFIX + token)
                for offer, token in zip(row, self.tokens(head, row, now), strict=True)
            ]
            for row in new.offers
        ]
        return (*made, *new.buttons)

    def tokens(self, head: RequestStatus, row: Sequence[Offer], now: Now) -> list[str]:
        """A token for each button of a row."""
        meanings = [
            ButtonMeaning(head.user, head.chat, one.action, one.data, request=one.request)
            for one in row
        ]
        return buttons.offer(self.db, meanings, now=now)

    async def remove(self, post: StatusMessage) -> None:
        """Delete the message, where there is one."""
        row = post.head
        if row.status_message:
            await self.replies.pace.wait_until_allowed(DELETE, LAST)
            await self.chat_session.delete(row.chat, row.chat_access, row.status_message)

    def close(self, post: StatusMessage) -> None:
        """Note that nothing more is to be shown of these requests."""
        requests.close_all(self.db, [one.request for one in post.members], now=clock.now())

    def give_up(self, post: StatusMessage) -> None:
        """Give a message up that Telegram refuses, and would refuse again."""
        if post.unlisted:
            link_groups.note_own_message(self.db, post.unlisted.request, message=0)
        elif not post.is_open:
            self.close(post)
        elif post.head.status_message is None:
            requests.note_answered(
                self.db, post.id, message=0, shown="", shown_at=told().wall, now=clock.now()
            )

    async def leave(self, post: StatusMessage, error: ChatClosed) -> None:
        """Nobody can be told here: the person is gone, and nobody waits for this any more; or a
        group is closed to us, which its person is told in private."""
        if post.head.chat < 0:
            await self.say_in_private(post, error)
            await self.reactions.end(post.head)
        else:
            follows.leave(self.db, post.head.user)
        for one in post.members:
            requests.cancel(self.db, one.request, user=one.user, now=clock.now())
        self.close(post)
        log.info("request.left", request=post.id, user=post.head.user)

    async def say_in_private(self, post: StatusMessage, error: ChatClosed) -> None:
        """Tell the person of a group's request why nothing more of it is seen there. Who never
        wrote to us in private cannot be told."""
        row = next((one for one in post.members if one.state == "failed"), post.head)
        user = row.user
        text = group_closed.text(row, users.language(self.db, user), error)
        random_id = once("left", row.request, row.status_random)
        try:
            await self.replies.send(
                OutgoingMessage(user, users.access(self.db, user), text, random_id)
            )
        except (ChatClosed, TelegramRefused) as refused:
            log.info("request.untold", request=row.request, user=user, error=refused)


def in_reply(
    row: RequestStatus, new: StatusView, *, random_id: int, buttons: Buttons = ()
) -> OutgoingMessage:
    """A message under the one that asked for a request."""
    facts = (row.chat, row.chat_access, new.text, random_id, row.message, buttons, row.topic)
    return OutgoingMessage(*facts)
