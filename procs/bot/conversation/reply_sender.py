"""Sends a reply once, however often it is tried, and no sooner than Telegram allows."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from procs.core import clock, log
from procs.core.round_robin import Withdrawn
from procs.errors import Crowded, StoreFull, TelegramAway, TelegramWait
from procs.store.database import Database
from procs.store.media import deliveries
from procs.store.people import passing_messages, preferences, silence
from procs.telegram.chat.bot_session import BotSession
from procs.telegram.chat.file_sender import OutgoingFile
from procs.telegram.chat.inbound import Incoming
from procs.telegram.chat.sender import Buttons, ForwardTarget, Keys, OutgoingMessage
from procs.telegram.departure import Departure, no_other
from procs.telegram.pace import Pace, Urgency, always
from procs.texts import i18n

SEND = "messages.SendMessage"
EDIT = "messages.EditMessage"
DELETE = "messages.DeleteMessages"
READ = "messages.GetMessages"
PRESS = "messages.SetBotCallbackAnswer"
#: Seconds that an answer waits for Telegram's leave; a longer wait makes it worthless.
ANSWER_TIMEOUT = 60.0
#: Seconds between two messages while the disk takes no budget: within every limit that it holds.
UNBUDGETED = 1.0
#: Attempts over a broken connection, and seconds between them.
ATTEMPTS, RECONNECT_WAIT = 5, 1.0


class ReplySender:
    """The one sender of the bot's messages."""

    def __init__(self, db: Database, chat_session: BotSession) -> None:
        self.db = db
        self.pace = Pace(db)
        self.chat_session = chat_session
        self.unbudgeted = asyncio.Lock()

    async def reply(
        self,
        to: Incoming,
        key: str,
        *,
        buttons: Buttons = (),
        keys: Keys = (),
        about: str = "",
        urgency: Urgency = Urgency.ANSWER,
        passing: bool = False,
        **values: object,
    ) -> None:
        """Answer a message with a text of the catalogue, in the language of who sent it. An
        update that Telegram repeats gets no second answer; `about` tells several answers to one
        message apart, or makes one of several that the store's state chooses between. A
        `passing` one is worth nothing after a while: it goes then from a chat that is kept tidy."""
        random_id = once("reply", to.chat, to.message, about or key)
        text = i18n.say(to.language, key, **values)
        message = OutgoingMessage(
            to.chat,
            to.access,
            text,
            random_id,
            to.reply_to,
            buttons,
            to.topic,
            keys=keys if to.private else (),
        )
        sent = await self.send(message, urgency=urgency)
        if passing:
            self.note_passing(to.chat, to.access, sent)

    def note_passing(self, chat: int, access: int, message: int) -> None:
        """Have a message go after a while, where its reader keeps the chat tidy."""
        if message and chat > 0 and preferences.read(self.db, chat).tidy:
            passing_messages.note(self.db, chat, access, message, now=clock.now())

    async def send(
        self,
        message: OutgoingMessage,
        *,
        urgency: Urgency = Urgency.ANSWER,
        wanted: Callable[[], bool] = always,
    ) -> int:
        """Send a text once; its message id, 0 when it is there but Telegram does not say where, or
        is not `wanted` any more when its turn comes.

        Raises TelegramWait when the wait is too long, TelegramAway after some attempts,
        ChatClosed, TelegramRefused, SessionRevoked.
        """
        leave = partial(self.leave, message.chat, urgency)
        silent = silence.is_silent(self.db, message.chat, now=clock.now())
        message = replace(message, silent=silent)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                sent = await self.chat_session.send(message, leave=partial(leave, wanted))
            except Withdrawn:
                return 0
            except TelegramWait as wait:
                self.pace.note(wait)
                if attempt == ATTEMPTS or self.is_long(wait):
                    raise
            except TelegramAway:
                if attempt == ATTEMPTS:
                    raise
                wanted = always  # it may be there: its number is wanted
            else:
                if sent is not None:
                    return sent
                wanted = always
            # The same message is being sent already, or the connection comes back.
            await asyncio.sleep(RECONNECT_WAIT)
        return 0

    async def send_file(self, file: OutgoingFile) -> None:
        """Send a small file once, when it is its turn. Raises as `send`."""
        leave = partial(self.leave, file.chat, Urgency.DELIVERY)
        await self.chat_session.send_file(file, leave=leave)

    async def forward(
        self, incoming: Incoming, chat: int, access: int, *, hides_author: bool
    ) -> int:
        """Pass somebody's message on into another chat, once; its number there, 0 where Telegram
        does not say. Raises as `send`."""
        leave = partial(self.leave, chat, Urgency.ANSWER)
        origin = incoming.chat, incoming.access, incoming.message
        random_id = once("forward", incoming.chat, incoming.message)
        target = ForwardTarget(chat, access, random_id, hides_author)
        return await self.chat_session.forward(*origin, target, leave=leave) or 0

    async def edit(
        self, chat: int, access: int, message: int, text: str, *, buttons: Buttons = ()
    ) -> bool:
        """Give a message of ours another text, because somebody pressed a button of it. False when
        it is not there any more. Raises as `send`."""
        leave = partial(self.pace.leave, EDIT, urgency=Urgency.COMMAND, patience=ANSWER_TIMEOUT)
        try:
            return await self.chat_session.edit(
                chat, access, message, text, buttons=buttons, leave=leave
            )
        except TelegramWait as wait:
            self.pace.note(wait)
            raise

    def is_long(self, wait: TelegramWait) -> bool:
        """Whether the wait is too long for a message: the budget has no place within its
        patience."""
        return isinstance(wait, Crowded) or self.pace.wait(wait.scope) > ANSWER_TIMEOUT

    async def leave(
        self, chat: int, urgency: Urgency, wanted: Callable[[], bool] = always
    ) -> Departure:
        """Wait until a message may go out; the place that it has then. On a full disk no
        budget can be written; deliveries stand still there, so we speak alone, and slowly:
        people must hear that it is full."""
        try:
            return await self.pace.leave(
                SEND, chat=chat, urgency=urgency, patience=ANSWER_TIMEOUT, wanted=wanted
            )
        except StoreFull as error:
            log.warning("budget.unwritten", chat=chat, error=error)
            return await self.leave_unpaid()

    async def leave_unpaid(self) -> Departure:
        """The place of a message for which the store is not asked: one of them a second."""
        async with self.unbudgeted:
            await asyncio.sleep(UNBUDGETED)
        return Departure(clock.now().boot + UNBUDGETED / 2, no_other)

    async def answer(self, press: int, text: str, *, alert: bool = False) -> None:
        """Answer a press. Raises as `send`."""
        await self.pace.wait_until_allowed(PRESS, ANSWER_TIMEOUT)
        try:
            await self.chat_session.answer(press, text, alert=alert)
        except TelegramWait as wait:
            self.pace.note(wait)
            raise


def once(*what: object) -> int:
    """A random_id that is the same whenever the same thing is said: Telegram then answers a
    repeat with the first message."""
    return deliveries.derived_id(*what)
