"""Letting people leave: the button under a status message, and /cancel."""

import re

from procs import clock, i18n, log
from procs.bot import view
from procs.bot.inbox import Inbox
from procs.bot.speech import Speech
from procs.i18n import Local
from procs.store import glances, groups, hearing, requests
from procs.store.database import Database
from procs.store.glances import Glance
from procs.telegram.heard import Incoming, Press
from procs.telegram.pace import Urgency
from procs.telegram.voice import Buttons

#: Requests that /cancel lists under its answer.
LISTED = 8
#: What people write behind the command when they mean all.
EVERYTHING = re.compile(
    r"/cancel(?:@\w+)?\s+(?:all|every\w*|هم[هش](?:\b|\u200c)|همه\S*|همشو?\b|کل\w*)", re.IGNORECASE
)
#: Beyond every message of a chat.
ENDLESS = 1 << 62


class Cancelling:
    def __init__(self, db: Database, speech: Speech, inbox: Inbox) -> None:
        self.db = db
        self.speech = speech
        self.inbox = inbox

    async def ask(self, heard: Incoming) -> None:
        """/cancel: stop the latest request of this person in this chat, and offer the others.
        Only requests older than the command count; heard again, it stops the same one."""
        if EVERYTHING.search(heard.text):
            await self.cancel_all(heard)
            return
        mine = glances.open_of(self.db, heard.person.id)
        mine = [one for one in mine if one.chat == heard.chat and one.message < heard.message]
        now, before = clock.now(), hearing.chosen(self.db, heard.mark)
        if not mine and before is None:
            await self.reply(heard, "cancel-nothing")
            return
        request = before or hearing.choose(self.db, heard.mark, mine[-1].request, now=now)
        latest = glances.glance(self.db, request, now=now)
        if latest is None:
            return
        mine = [one for one in mine if one.request != request]
        self.cancel(request, heard.person.id)
        key = "cancel-more" if mine else "cancel-named"
        offers = [offer(one) for one in mine[-LISTED:]]
        if len(mine) > 1:
            label = i18n.say(latest.language, "cancel-button-rest", count=len(mine))
            offers.insert(0, (label, view.CANCEL_ALL))
        await self.reply(heard, key, buttons=offers, name=view.name(latest))

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
                about=view.CANCEL,
                urgency=Urgency.COMMAND,
                buttons=buttons,
                **values,
            )

    async def press_one(self, press: Press, request: int) -> Local:
        """A button: only the person who asked may stop a request."""
        done = self.cancel(request, press.person.id)
        return self.outcome(press, request, done=done)

    async def press_group(self, press: Press, speaker: int) -> Local:
        """The same for all links of one message."""
        done = self.cancel_group(speaker, press.person.id)
        return self.outcome(press, speaker, done=done)

    async def press_all(self, press: Press, _: int) -> Local:
        """The same for all that the person asked for in this chat."""
        count = self.leave_all(press.person.id, chat=press.chat)
        key = "cancel-all-done" if count else "cancel-over"
        return i18n.say(press.language, key, count=count)

    def outcome(self, press: Press, request: int, *, done: bool) -> Local:
        key = "cancel-done" if done else self.why_not(request, press.person.id)
        return i18n.say(press.language, key)

    def cancel(self, request: int, user: int) -> bool:
        done = requests.cancel(self.db, request, user=user, now=clock.now())
        if done:
            log.info("request.cancelled", request=request, user=user)
        return done

    def cancel_group(self, speaker: int, user: int) -> bool:
        """Stop all links of one message."""
        done = groups.cancel(self.db, speaker, user=user, now=clock.now())
        if done:
            log.info("group.cancelled", request=speaker, user=user)
        return done

    def why_not(self, request: int, user: int) -> str:
        found = glances.glance(self.db, request, now=clock.now())
        theirs = found is not None and found.user != user
        return "cancel-not-yours" if theirs else "cancel-over"


def offer(glance: Glance) -> tuple[str, str]:
    """A button that stops one request."""
    name = view.name(glance, view.LABEL_LENGTH)
    label = i18n.say(glance.language, "cancel-button-named", name=name)
    return label, f"{view.CANCEL}:{glance.request}"
