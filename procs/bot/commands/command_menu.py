"""The menu of commands, as Telegram shows it beside the line in which people write."""

import hashlib
from collections.abc import Sequence

from procs.bot.conversation.failure_boundary import repeat
from procs.config import Settings
from procs.core import clock, codec, log
from procs.errors import TelegramAway, TelegramRefused, TelegramWait
from procs.store.database import Database
from procs.store.health import runtime_settings
from procs.telegram.chat.bot_session import BotSession
from procs.texts import i18n

#: Each has a text of the catalogue, `command-<name>`.
IN_GROUPS = ("dl", "audio", "cancel", "help")
#: The commands of each place, by the scopes of `set_commands`; "" is for every other one.
COMMANDS = {
    "": ("start", "help", "cancel"),
    "private": (
        *("start", "help", "settings", "queue", "history", "usage", "cancel"),
        *("dl", "audio", "follow", "follows", "lang", "tags", "mydata", "support", "ping"),
    ),
    "groups": IN_GROUPS,
    "group-admins": (*IN_GROUPS, "settings"),
}
#: Those that a menu has only where lists can be followed.
FOLLOWING = frozenset({"follow", "follows"})
#: The row that keeps which menus Telegram has, and the language of those who have no other.
MENUS_ROW, DEFAULT_LANGUAGE = "menus", "en"
#: Seconds between two looks at whether lists can be followed, and between tries at the menus.
SETTING_POLL = 10.0

Menu = list[tuple[str, str]]


def menus(*, follows: bool) -> dict[str, dict[str, Menu]]:
    """The menus of each place, by language: Telegram's code, "" for everybody else. `follows` says
    that lists can be followed."""
    return {scope: in_languages(offered(scope, follows=follows)) for scope in COMMANDS}


def offered(scope: str, *, follows: bool) -> list[str]:
    """The names of the commands of a place."""
    hidden = frozenset() if follows else FOLLOWING
    return [name for name in COMMANDS[scope] if name not in hidden]


def in_languages(names: Sequence[str]) -> dict[str, Menu]:
    """The menu in each language; that of the default language also stands under "", for all
    others."""
    return {
        "" if language == DEFAULT_LANGUAGE else language: [
            (name, i18n.say(language, f"command-{name}")) for name in names
        ]
        for language in i18n.LANGUAGES
    }


class MenuSync:
    """Keeps the menus in step with whether lists can be followed, which admins may change."""

    def __init__(self, db: Database, chat_session: BotSession, settings: Settings) -> None:
        self.db = db
        self.chat_session = chat_session
        self.settings = settings
        #: Whether the menus that Telegram has are those with following; None before any is there.
        self.follows: bool | None = None

    async def run(self) -> None:
        """Keep the menus in step until cancelled."""
        await repeat(self.look, SETTING_POLL, db=self.db)

    async def look(self) -> bool:
        """Register the menus anew when following was switched on or off. Whether that is left to
        do."""
        follows = self.settings.follows > 0
        if follows != self.follows and await register(self.db, self.chat_session, follows=follows):
            self.follows = follows
        return follows != self.follows


async def register(db: Database, chat_session: BotSession, *, follows: bool) -> bool:
    """Send Telegram the menus, once for each change of them and of the bot's name. False where that
    failed."""
    await chat_session.named.wait()
    wanted = menus(follows=follows)
    mark = f"{chat_session.username} {hashlib.sha256(codec.dump(wanted).encode()).hexdigest()[:16]}"
    if runtime_settings.read(db, MENUS_ROW, "") == mark:
        return True
    try:
        for scope, menus_there in wanted.items():
            for language, menu in menus_there.items():
                await chat_session.set_commands(language, menu, scope=scope)
    except (TelegramAway, TelegramRefused, TelegramWait) as error:
        log.warning("menus.unregistered", error=error)
        return False
    runtime_settings.write(db, MENUS_ROW, mark, now=clock.now())
    log.info("menus.registered", scopes=len(wanted))
    return True
