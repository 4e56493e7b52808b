"""Cancels requests: the button under a status message, and /cancel."""

import re
from contextlib import suppress
from typing import Any

from procs.bot.commands.button_actions import MayPress
from procs.bot.conversation.inbound_queue import InboundQueue
from procs.bot.conversation.reply_sender import ReplySender
from procs.bot.status import status_text
from procs.core import clock, log
from procs.errors import StoreFull
from procs.records.broadcast_records import SendState
from procs.store.broadcasts import recipients
from procs.store.database import Database
from procs.store.follows import follows
from procs.store.requests import heard_updates, link_groups, request_status, requests
from procs.store.requests.request_status import RequestStatus
from procs.telegram.chat.inbound import Incoming, Press
from procs.telegram.chat.sender import Buttons
from procs.telegram.pace import Urgency
from procs.texts import i18n
from procs.texts.i18n import LocalText

#: Requests that /cancel lists under its answer.
LISTED = 8
#: What people write behind the command when they mean all.
EVERYTHING = re.compile(
    r"/cancel(?:@\w+)?\s+(?:all|every\w*|هم[هش](?:\b|\u200c)|همه\S*|همشو?\b|کل\w*)", re.IGNORECASE
)
#: Beyond every message of a chat.
ENDLESS = 1 << 62


class CancelCommand:
    """`shares` tells who may press the buttons of others in a chat."""

    def __init__(
        self, db: Database, replies: ReplySender, inbox: InboundQueue, *, shares: MayPress
    ) -> None:
        self.db = db
        self.replies = replies
        self.inbox = inbox
        self.shares = shares

    async def ask(self, incoming: Incoming) -> None:
        """/cancel: stop the latest request of this person in this chat, and offer the others.
        Only requests older than the command count; heard again, it stops the same one."""
        if EVERYTHING.search(incoming.text):
            await self.cancel_all(incoming)
            return
        mine = request_status.open_of(self.db, incoming.person.id)
        mine = [one for one in mine if one.chat == incoming.chat and one.message < incoming.message]
        now, before = clock.now(), heard_updates.chosen(self.db, incoming.mark)
        if not mine and before is None:
            await self.reply(incoming, "cancel-nothing")
            return
        request = before or heard_updates.choose(self.db, incoming.mark, mine[-1].request, now=now)
        latest = request_status.status_of(self.db, request, now=now)
        if latest is None:
            return
        mine = [one for one in mine if one.request != request]
        self.cancel(request, incoming.person.id)
        key = "cancel-more" if mine else "cancel-named"
        offers = [offer(one) for one in mine[-LISTED:]]
        if len(mine) > 1:
            label = i18n.say(latest.language, "cancel-button-rest", count=len(mine))
            offers.insert(0, (label, status_text.CANCEL_ALL))
        await self.reply(incoming, key, buttons=offers, name=status_text.name(latest))

    async def cancel_all(self, incoming: Incoming) -> None:
        """/cancel all: what is on its way, and what was written before it and is not begun."""
        count = self.inbox.withdraw(incoming)
        log.info("messages.withdrawn", user=incoming.person.id, count=count)
        count += self.leave_all(incoming.person.id, chat=incoming.chat, before=incoming.message)
        await self.reply(incoming, "cancel-all-done" if count else "cancel-nothing", count=count)

    def leave_all(self, user: int, *, chat: int, before: int = ENDLESS) -> int:
        """Cancel all open requests of a person in a chat that came before a message. Returns how
        many."""
        done = requests.cancel_all(self.db, user, chat=chat, before=before, now=clock.now())
        log.info("requests.cancelled", user=user, count=done)
        return done

    async def reply(
        self, incoming: Incoming, key: str, *, buttons: Buttons = (), **values: Any
    ) -> None:
        """Answer a command, before all else; who repeats it without end is answered a few times."""
        if self.inbox.count_answer(incoming, "cancel"):
            await self.replies.reply(
                incoming,
                key,
                about=status_text.CANCEL,
                urgency=Urgency.COMMAND,
                buttons=buttons,
                **values,
            )

    async def press_one(self, press: Press, request: int) -> LocalText:
        """A button: only the person who asked may stop a request, and in a group whom it lets."""
        done = self.cancel(request, await self.whose(press, request))
        return self.outcome(press, request, done=done)

    async def press_group(self, press: Press, speaker: int) -> LocalText:
        """The same for all links of one message."""
        done = self.cancel_group(speaker, await self.whose(press, speaker))
        return self.outcome(press, speaker, done=done)

    async def press_all(self, press: Press, _: int) -> LocalText:
        """The same for all that the person asked for in this chat."""
        count = self.leave_all(press.person.id, chat=press.chat)
        key = "cancel-all-done" if count else "cancel-over"
        return i18n.say(press.language, key, count=count)

    async def whose(self, press: Press, request: int) -> int:
        """The person in whose name somebody cancels a request: the one who asked, where others may
        press in that chat."""
        found = request_status.status_of(self.db, request, now=clock.now())
        theirs = found is not None and found.user != press.person.id and found.chat == press.chat
        if found is not None and theirs and await self.shares(press):
            return found.user
        return press.person.id

    def outcome(self, press: Press, request: int, *, done: bool) -> LocalText:
        """The answer to a press that cancels."""
        key = "cancel-done" if done else self.why_not(request, press.person.id)
        return i18n.say(press.language, key)

    def cancel(self, request: int, user: int) -> bool:
        """Cancel one request of a person. False when it is over or another's."""
        done = requests.cancel(self.db, request, user=user, now=clock.now())
        if done:
            log.info("request.cancelled", request=request, user=user)
        return done

    async def lose(self, user: int) -> None:
        """A person blocked the bot: cancel what only they wait for, end what they follow, and send
        them nothing more."""
        count = 0
        with suppress(StoreFull):
            follows.leave(self.db, user)
            recipients.mark(self.db, user, SendState.BLOCKED)
            for one in request_status.open_of(self.db, user):
                if one.chat == user:
                    count += requests.cancel(self.db, one.request, user=user, now=clock.now())
                    requests.close(self.db, one.request, now=clock.now())
        log.info("person.left", user=user, count=count)

    def cancel_group(self, speaker: int, user: int) -> bool:
        """Stop all links of one message."""
        done = link_groups.cancel(self.db, speaker, user=user, now=clock.now())
        if done:
            log.info("group.cancelled", request=speaker, user=user)
        return done

    def why_not(self, request: int, user: int) -> str:
        """The key of the text that says why nothing was cancelled."""
        found = request_status.status_of(self.db, request, now=clock.now())
        theirs = found is not None and found.user != user
        return "cancel-not-yours" if theirs else "cancel-over"


def offer(status: RequestStatus) -> tuple[str, str]:
    """A button that stops one request."""
    name = status_text.name(status, status_text.LABEL_LENGTH)
    label = i18n.say(status.language, "cancel-button-named", name=name)
    return label, f"{status_text.CANCEL}:{status.request}"
