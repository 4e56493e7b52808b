"""/mydata: what is known of a person, as a file or deleted."""

import asyncio
from collections.abc import Callable
from contextlib import closing
from functools import partial
from typing import Any, TypeVar

from procs.bot.commands import my_pages
from procs.bot.commands.button_actions import ButtonAction, EffectRefused, PressAnswer
from procs.bot.commands.menu_sender import MenuSender
from procs.bot.conversation.reply_sender import once
from procs.core import clock, log
from procs.store.database import Database
from procs.store.people import repeat_tallies
from procs.store.reports import personal_data
from procs.store.requests.buttons import Button
from procs.telegram.chat.file_sender import OutgoingFile
from procs.telegram.chat.inbound import Incoming, Press
from procs.texts import i18n

#: How often in a minute one person is given the file.
EXPORTS = 2
FILE_NAME = "chapar-my-data.json"
#: How much of a deletion is done at once; what is left of a long one is the keeper's.
BITES = 20

Made = TypeVar("Made")


class DataActions:
    """Exports or deletes what is known of one person, whom it belongs to alone."""

    def __init__(self, db: Database, menus: MenuSender) -> None:
        self.db = db
        self.menus = menus

    def rows(self) -> tuple[ButtonAction, ...]:
        """The buttons of /mydata."""
        return (
            ButtonAction(my_pages.EXPORT, self.export, once=False, own=True),
            ButtonAction(my_pages.ASK_DELETE, self.ask_delete, once=False, own=True),
            ButtonAction(my_pages.KEEP, self.keep, once=False, own=True),
            ButtonAction(my_pages.DELETE, self.delete, own=True),
        )

    async def ask(self, incoming: Incoming) -> None:
        """/mydata"""
        await self.menus.send(incoming, my_pages.data(incoming.language), about="mydata")

    def export(self, press: Press, button: Button) -> PressAnswer:
        """Send all data as a file. Raises EffectRefused for too many in a minute."""
        person = button.meaning.person
        count = repeat_tallies.note(self.db, person, "export", now=clock.now())
        if count > EXPORTS:
            raise EffectRefused(i18n.say(press.language, "mydata-often"))
        return PressAnswer(
            i18n.say(press.language, "mydata-sent"), partial(self.send, press, person)
        )

    async def send(self, press: Press, person: int) -> None:
        """Build the file and send it. Somebody may have a hundred thousand rows: a thread with a
        connection of its own reads them, and the bot goes on meanwhile."""
        document = await asyncio.to_thread(self.beside, personal_data.document, person)
        caption = i18n.say(press.language, "mydata-file")
        random_id = once("export", press.chat, press.id)
        await self.menus.replies.send_file(
            OutgoingFile(press.chat, press.access, FILE_NAME, document, caption, random_id)
        )

    def beside(self, work: Callable[..., Made], person: int, **facts: Any) -> Made:
        """Do something with a connection of the thread's own."""
        with closing(self.db.twin()) as db:
            return work(db, person, **facts)

    def ask_delete(self, press: Press, button: Button) -> PressAnswer:
        """Ask whether to delete, and name what has to stay."""
        kept = personal_data.kept_tables().values()
        return self.menus.turn(press, my_pages.data_sure(list(kept), press.language))

    def keep(self, press: Press, button: Button) -> PressAnswer:
        """Return to the page; nothing was deleted."""
        return self.menus.turn(press, my_pages.data(press.language))

    def delete(self, press: Press, button: Button) -> PressAnswer:
        """The deletion is written down with the press; the keeper goes on where this ends."""
        personal_data.ask(self.db, button.meaning.person, now=clock.now())
        return PressAnswer(show=partial(self.confirm_deletion, press, button.meaning.person))

    async def confirm_deletion(self, press: Press, person: int) -> None:
        """Delete in a thread, over a connection of its own, and say whether all is gone or the rest
        follows."""
        work = partial(self.beside, personal_data.proceed, person, now=clock.now(), bites=BITES)
        done = await asyncio.to_thread(work)
        log.info("person.forgotten", done=done)
        text = i18n.say(press.language, "mydata-done" if done else "mydata-later")
        await self.menus.replies.edit(press.chat, press.access, press.message, text)
