"""/settings, /lang and /tags: what people set for themselves, by buttons of one message."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from procs.bot.commands import settings_menu
from procs.bot.commands.button_actions import ButtonAction, PressAnswer
from procs.bot.commands.menu_sender import MenuSender
from procs.bot.commands.settings_menu import MAIN, PAGE, RESET, SET, SITE, MenuPage, Record
from procs.bot.conversation.hints import Hints
from procs.core import clock
from procs.records.job import Person
from procs.records.preference_values import BadPreference
from procs.store.database import Database
from procs.store.people import languages, preferences, users
from procs.store.requests import status_columns
from procs.store.requests.buttons import Button
from procs.telegram.chat.inbound import Incoming, Press
from procs.texts import i18n

Handle = Callable[[Incoming], Awaitable[None]]
#: /settings in a group, given how a person's own settings are shown.
InGroup = Callable[[Incoming, Handle], Awaitable[None]]
#: The page of the languages, and the words that take tags away.
LANGUAGES = "language"
NO_TAGS = re.compile(r"off|none|no|هیچ\S*|بدون|پاک\S*|نه", re.IGNORECASE)


class SettingsActions:
    """The settings of a person; those of a group for its buttons, where `may_set` allows it.
    `in_group` is what /settings does in a group."""

    def __init__(
        self,
        db: Database,
        hints: Hints,
        menus: MenuSender,
        in_group: InGroup,
    ) -> None:
        self.db = db
        self.hints = hints
        self.menus = menus
        self.in_group = in_group

    def rows(self) -> tuple[ButtonAction, ...]:
        """The buttons of the menu; admins of a group may press those of the group."""
        return (
            ButtonAction(PAGE, self.page, once=False, own=True, admins=True),
            ButtonAction(SET, self.set_value, once=False, own=True, admins=True),
            ButtonAction(SITE, self.forget_site, once=False, own=True),
            ButtonAction(RESET, self.reset, own=True, admins=True),
        )

    # --- commands

    async def ask(self, incoming: Incoming) -> None:
        """/settings"""
        if not incoming.private:
            return await self.in_group(incoming, self.show)
        await self.show(incoming)

    async def show(self, incoming: Incoming) -> None:
        """Send the menu of the person's own settings."""
        page = settings_menu.page(self.record(incoming.person.id, 0), MAIN, incoming.language)
        await self.menus.send(incoming, page, about="settings")

    async def ask_language(self, incoming: Incoming) -> None:
        """/lang: with a language behind it, that one; else a choice."""
        wanted = words(incoming.text).lower()
        if wanted in i18n.LANGUAGES:
            preferences.change(self.db, incoming.person.id, "language", wanted, now=clock.now())
            language = self.change_language(incoming.person)
            return await self.hints.say(incoming, "lang-changed", language=language)
        record = self.record(incoming.person.id, 0)
        page = settings_menu.page(record, LANGUAGES, incoming.language)
        await self.menus.send(incoming, page, about="lang")

    async def ask_tags(self, incoming: Incoming) -> None:
        """/tags #music: what stands under each media from now on."""
        wanted = words(incoming.text)
        if wanted:
            tags = [] if NO_TAGS.fullmatch(wanted) else re.split(r"[\s,،]+", wanted)
            try:
                preferences.change(self.db, incoming.person.id, "tags", tags, now=clock.now())
            except BadPreference:
                return await self.hints.say(incoming, "tags-bad")
        mine = preferences.read(self.db, incoming.person.id).tags
        key = "tags-are" if mine else "tags-none"
        await self.hints.say(incoming, key, tags=" ".join(mine))

    def change_language(self, person: Person) -> str:
        """Speak to a person as they prefer from now on, in what is said already too: in which
        language."""
        with self.db.write():
            before = users.language(self.db, person.id)
            language = languages.change(self.db, person)
            if language != before:
                status_columns.restate(self.db, person.id)
        return language

    # --- buttons

    def page(self, press: Press, button: Button) -> PressAnswer:
        """Show the page of a button."""
        return self.show_page(press, button, press.language)

    def set_value(self, press: Press, button: Button) -> PressAnswer:
        """Set what the button says; a value of another version changes nothing."""
        data, chat = button.meaning.data, button.meaning.chat
        change = preferences.change_group if chat < 0 else preferences.change
        whose = chat if chat < 0 else button.meaning.person
        try:
            change(self.db, whose, str(data.get("name")), data.get("value"), now=clock.now())
        except BadPreference:
            return PressAnswer(i18n.say(press.language, "unknown-button"))
        return self.show_change(press, button)

    def forget_site(self, press: Press, button: Button) -> PressAnswer:
        """The site has no form of its own any more."""
        site = str(button.meaning.data.get("site"))
        preferences.change_site(self.db, button.meaning.person, site, None, now=clock.now())
        return self.show_page(press, button, press.language, name="sites")

    def reset(self, press: Press, button: Button) -> PressAnswer:
        """Return to the defaults, of the group or of the person."""
        if button.meaning.chat < 0:
            preferences.reset_group(self.db, button.meaning.chat)
        else:
            preferences.reset(self.db, button.meaning.person)
        return self.show_change(press, button, name=MAIN)

    def show_change(self, press: Press, button: Button, *, name: str = "") -> PressAnswer:
        """What was set holds: the page says so, in the language that is spoken from now on."""
        language = press.language
        if button.meaning.chat > 0:
            language = self.change_language(press.person)
        toast = i18n.say(language, "set-done")
        return self.show_page(press, button, language, name=name, toast=toast)

    def show_page(
        self, press: Press, button: Button, language: str, *, name: str = "", toast: str = ""
    ) -> PressAnswer:
        """Turn the message to a page, that of the button where `name` is empty."""
        data: Any = button.meaning.data
        record = self.record(button.meaning.person, button.meaning.chat)
        place = data.get("place")
        page: MenuPage = settings_menu.page(
            record,
            name or str(data.get("page")),
            language,
            place=place if isinstance(place, int) else 0,
        )
        return self.menus.turn(press, page, toast=toast)

    def record(self, person: int, chat: int) -> Record:
        """What is set in a group (its number is negative) or by a person."""
        if chat < 0:
            return preferences.read_group(self.db, chat)
        return preferences.read(self.db, person)


def words(text: str) -> str:
    """What stands behind a command."""
    return text.partition(" ")[2].strip()
