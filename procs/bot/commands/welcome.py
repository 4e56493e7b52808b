"""/start: the greeting, in the language of the client, and a button for each language until one is
chosen: not everybody's Telegram speaks theirs."""

from dataclasses import replace
from functools import partial

from procs.bot.commands import settings_menu
from procs.bot.commands.button_actions import ButtonAction, PressAnswer
from procs.bot.commands.menu_sender import MenuSender
from procs.bot.commands.settings_actions import SettingsActions
from procs.bot.commands.settings_menu import MenuButton, MenuPage
from procs.bot.conversation.hints import Hints
from procs.core import clock
from procs.records.preference_values import BadPreference
from procs.store.database import Database
from procs.store.people import preferences
from procs.store.requests.buttons import Button
from procs.telegram.chat.inbound import Incoming, Press
from procs.telegram.chat.sender import Buttons
from procs.texts import i18n
from procs.texts.i18n import LocalText

#: What a language's button does.
GREET = "greeting-language"


class Welcome:
    """Greets people, and lets them choose their language."""

    def __init__(
        self, db: Database, hints: Hints, menus: MenuSender, settings: SettingsActions
    ) -> None:
        self.db = db
        self.hints = hints
        self.menus = menus
        self.settings = settings

    def rows(self) -> tuple[ButtonAction, ...]:
        """The buttons of the languages."""
        return (ButtonAction(GREET, self.choose, once=False, own=True),)

    async def start(self, incoming: Incoming) -> None:
        """/start: the greeting, with a button for each language until one was chosen."""
        await self.hints.start(incoming, buttons=self.languages(incoming))

    def languages(self, incoming: Incoming) -> Buttons:
        """Nothing in a group, below the keys that the operator wants, and for who chose before."""
        chosen = preferences.read(self.db, incoming.person.id).language
        if chosen or not incoming.private or self.hints.keys:
            return ()
        buttons = tuple(
            MenuButton(settings_menu.label(one, "language", one), GREET, {"language": one})
            for one in i18n.LANGUAGES
        )
        page = MenuPage(LocalText(""), (buttons,))
        return self.menus.mint(page, incoming.person.id, incoming.chat)

    def choose(self, press: Press, button: Button) -> PressAnswer:
        """Speak the language of the button from now on; the greeting says it first."""
        wanted = str(button.meaning.data.get("language"))
        try:
            preferences.change(self.db, press.person.id, "language", wanted, now=clock.now())
        except BadPreference:  # a language of another version
            return PressAnswer(i18n.say(press.language, "unknown-button"))
        language = self.settings.change_language(press.person)
        show = partial(self.greet, replace(press, person=replace(press.person, language=language)))
        return PressAnswer(i18n.say(language, "set-done"), show)

    async def greet(self, press: Press) -> None:
        """Turn the message into the greeting, in the language that was chosen."""
        name = press.person.name
        key = "start" if name else "start-nameless"
        text = i18n.say(press.language, key, name=name)
        await self.menus.show(press, text, ())
