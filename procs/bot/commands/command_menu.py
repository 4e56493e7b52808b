"""The menu of commands, as Telegram shows it beside the line in which people write."""

import hashlib

from procs.core import clock, codec, log
from procs.errors import TelegramAway, TelegramRefused, TelegramWait
from procs.store.database import Database
from procs.store.health import runtime_settings
from procs.telegram.chat.bot_session import BotSession
from procs.texts import i18n

#: Each has a text of the catalogue, `command-<name>`.
COMMANDS = ("start", "help", "cancel")
#: The row that keeps which menus Telegram has, and the language of those who have no other.
MENUS_ROW, DEFAULT_LANGUAGE = "menus", "en"

Menu = list[tuple[str, str]]


def menus() -> dict[str, Menu]:
    """The menu of each language, by Telegram's code; "" is for everybody else."""
    return {
        "" if language == DEFAULT_LANGUAGE else language: [
            (name, i18n.say(language, f"command-{name}")) for name in COMMANDS
        ]
        for language in i18n.LANGUAGES
    }


async def register(db: Database, chat_session: BotSession) -> None:
    """Tell Telegram the menus, once for each change, and name, of the bot. What fails is tried at
    the next start."""
    await chat_session.named.wait()
    wanted = menus()
    mark = f"{chat_session.username} {hashlib.sha256(codec.dump(wanted).encode()).hexdigest()[:16]}"
    if runtime_settings.read(db, MENUS_ROW, "") == mark:
        return
    try:
        for language, menu in wanted.items():
            await chat_session.set_commands(language, menu)
    except (TelegramAway, TelegramRefused, TelegramWait) as error:
        log.warning("menus.unregistered", error=error)
    else:
        runtime_settings.write(db, MENUS_ROW, mark, now=clock.now())
        log.info("menus.registered", languages=len(wanted))
