"""Pages of buttons as messages: a token for each button, and one message that changes."""

from dataclasses import replace
from functools import partial

from procs.bot.commands.button_actions import PressAnswer, data
from procs.bot.commands.settings_menu import MenuPage
from procs.bot.conversation.reply_sender import ReplySender, once
from procs.core import clock
from procs.store.database import Database
from procs.store.requests import buttons
from procs.store.requests.buttons import ButtonMeaning
from procs.telegram.chat.inbound import Incoming, Press
from procs.telegram.chat.sender import Buttons, OutgoingMessage
from procs.telegram.pace import Urgency

#: An answer of which nothing but the page is seen.
SILENT = ""


class MenuSender:
    """Sends pages, and turns the pages of a message that is there."""

    def __init__(self, db: Database, replies: ReplySender) -> None:
        self.db = db
        self.replies = replies

    async def send(self, incoming: Incoming, page: MenuPage, *, about: str) -> None:
        """Answer a command with a page. Raises as `ReplySender.send`."""
        made = self.mint(page, incoming.person.id, incoming.chat)
        random_id = once("page", incoming.chat, incoming.message, about)
        text = OutgoingMessage(
            incoming.chat, incoming.access, page.text, random_id, incoming.reply_to, made
        )
        text = replace(text, topic=incoming.topic)
        await self.replies.send(text, urgency=Urgency.COMMAND)

    def turn(self, press: Press, page: MenuPage, *, toast: str = SILENT) -> PressAnswer:
        """The answer to a press whose message becomes another page. The tokens are written at
        once, so call it inside of the effect's transaction."""
        made = self.mint(page, press.person.id, press.chat)
        return PressAnswer(toast, partial(self.show, press, page.text, made))

    async def show(self, press: Press, text: str, made: Buttons) -> None:
        """A page that is not there any more comes as a message of its own."""
        where = press.chat, press.access
        if not await self.replies.edit(*where, press.message, text, buttons=made):
            random_id = once("turned", press.chat, press.id)
            await self.replies.send(OutgoingMessage(*where, text, random_id, 0, made))

    def mint(self, page: MenuPage, person: int, chat: int) -> Buttons:
        """The rows of a page with their tokens."""
        every = [one for row in page.keyboard for one in row]
        meanings = [
            ButtonMeaning(person, chat, one.action, one.data, one.data.get("request"))
            for one in every
        ]
        tokens = iter(buttons.mint(self.db, meanings, now=clock.now()) if every else [])
        return [[(one.label, data(next(tokens))) for one in row] for row in page.keyboard]
