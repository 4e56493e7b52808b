"""Letting people leave: the button under a status message, and /cancel."""

import re

from procs.bot.conversation.inbound_queue import InboundQueue
from procs.bot.conversation.reply_sender import ReplySender
from procs.bot.status import status_text
from procs.core import clock, log
from procs.store.database import Database
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
    def __init__(self, db: Database, speech: ReplySender, inbox: InboundQueue) -> None:
        self.db = db
        self.speech = speech
        self.inbox = inbox

    async def ask(self, heard: Incoming) -> None:
        """/cancel: stop the latest request of this person in this chat, and offer the others.
        Only requests older than the command count; heard again, it stops the same one."""
        if EVERYTHING.search(heard.text):
            await self.cancel_all(heard)
            return
        mine = request_status.open_of(self.db, heard.person.id)
        mine = [one for one in mine if one.chat == heard.chat and one.message < heard.message]
        now, before = clock.now(), heard_updates.chosen(self.db, heard.mark)
        if not mine and before is None:
            await self.reply(heard, "cancel-nothing")
            return
        request = before or heard_updates.choose(self.db, heard.mark, mine[-1].request, now=now)
        latest = request_status.glance(self.db, request, now=now)
        if latest is None:
            return
        mine = [one for one in mine if one.request != request]
        self.cancel(request, heard.person.id)
        key = "cancel-more" if mine else "cancel-named"
        offers = [offer(one) for one in mine[-LISTED:]]
        if len(mine) > 1:
            label = i18n.say(latest.language, "cancel-button-rest", count=len(mine))
            offers.insert(0, (label, status_text.CANCEL_ALL))
        await self.reply(heard, key, buttons=offers, name=status_text.name(latest))

    async def cancel_all(self, heard: Incoming) -> None:
        """/cancel all: what is on its way, and what was written before it and is not begun."""
        count = self.inbox.withdraw(heard)
        log.info("messages.withdrawn", user=heard.person.id, count=count)
        count += self.leave_all(heard.person.id, chat=heard.chat, before=heard.message)
        await self.reply(heard, "cancel-all-done" if count else "cancel-nothing", count=count)

    def leave_all(self, user: int, *, chat: int, before: int = ENDLESS) -> int:
        done = requests.cancel_all(self.db, user, chat=chat, before=before, now=clock.now())
        log.info("requests.cancelled", user=user, count=done)
        return done

    async def reply(
        self, heard: Incoming, key: str, *, buttons: Buttons = (), **values: object
    ) -> None:
        """Answer a command, before all else; who repeats it without end is answered a few times."""
        if self.inbox.told(heard, "cancel"):
            await self.speech.reply(
                heard,
                key,
                about=status_text.CANCEL,
                urgency=Urgency.COMMAND,
                buttons=buttons,
                **values,
            )

    async def press_one(self, press: Press, request: int) -> LocalText:
        """A button: only the person who asked may stop a request."""
        done = self.cancel(request, press.person.id)
        return self.outcome(press, request, done=done)

    async def press_group(self, press: Press, speaker: int) -> LocalText:
        """The same for all links of one message."""
        done = self.cancel_group(speaker, press.person.id)
        return self.outcome(press, speaker, done=done)

    async def press_all(self, press: Press, _: int) -> LocalText:
        """The same for all that the person asked for in this chat."""
        count = self.leave_all(press.person.id, chat=press.chat)
        key = "cancel-all-done" if count else "cancel-over"
        return i18n.say(press.language, key, count=count)

    def outcome(self, press: Press, request: int, *, done: bool) -> LocalText:
        key = "cancel-done" if done else self.why_not(request, press.person.id)
        return i18n.say(press.language, key)

    def cancel(self, request: int, user: int) -> bool:
        done = requests.cancel(self.db, request, user=user, now=clock.now())
        if done:
            log.info("request.cancelled", request=request, user=user)
        return done

    def cancel_group(self, speaker: int, user: int) -> bool:
        """Stop all links of one message."""
        done = link_groups.cancel(self.db, speaker, user=user, now=clock.now())
        if done:
            log.info("group.cancelled", request=speaker, user=user)
        return done

    def why_not(self, request: int, user: int) -> str:
        found = request_status.glance(self.db, request, now=clock.now())
        theirs = found is not None and found.user != user
        return "cancel-not-yours" if theirs else "cancel-over"


def offer(glance: RequestStatus) -> tuple[str, str]:
    """A button that stops one request."""
    name = status_text.name(glance, status_text.LABEL_LENGTH)
    label = i18n.say(glance.language, "cancel-button-named", name=name)
    return label, f"{status_text.CANCEL}:{glance.request}"
