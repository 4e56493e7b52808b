"""A bot's lists of commands: for whom each is, and which one a person sees.

Source: core.telegram.org/api/bots/commands and core.telegram.org/bots/api#botcommandscope
("Determining list of commands": the narrowest scope that has a list, in the person's language
before the one without a language); errors of core.telegram.org/method/bots.setBotCommands.
"""

import re
from collections.abc import Iterator
from typing import Any

from pyrogram import raw

from tests.sandbox.telegram import limits, peers
from tests.sandbox.telegram.tl import Rpc
from tests.sandbox.telegram.world import Account, World

types = raw.types
WORD = re.compile(r"[a-z0-9_]{1,32}")
LANGUAGE = re.compile(r"|[a-z]{2}")
PLAIN = {
    types.BotCommandScopeDefault: "default",
    types.BotCommandScopeUsers: "users",
    types.BotCommandScopeChats: "chats",
    types.BotCommandScopeChatAdmins: "chat_admins",
}
Commands = list[tuple[str, str]]


def key(world: World, bot: Account, scope: Any) -> str:
    """The scope's name: `peer:-12`, `peer_admins:-12`, `peer_user:-12:5` for those of one chat."""
    if type(scope) in PLAIN:
        return PLAIN[type(scope)]
    chat = peers.resolve(world, bot, scope.peer)
    if isinstance(scope, types.BotCommandScopePeer):
        return f"peer:{chat}"
    if isinstance(scope, types.BotCommandScopePeerAdmins):
        return f"peer_admins:{chat}"
    return f"peer_user:{chat}:{peers.resolve(world, bot, scope.user_id)}"


def language(code: str) -> str:
    if not LANGUAGE.fullmatch(code):
        raise Rpc(400, "LANG_CODE_INVALID")
    return code


def checked(given: list[Any]) -> Commands:
    if len(given) > limits.COMMANDS:
        raise Rpc(400, "BOT_COMMANDS_TOO_MUCH")
    for one in given:
        if not WORD.fullmatch(one.command):
            raise Rpc(400, "BOT_COMMAND_INVALID")
        if not 1 <= limits.units(one.description) <= limits.DESCRIPTION:
            raise Rpc(400, "BOT_COMMAND_DESCRIPTION_INVALID")
    return [(one.command, one.description) for one in given]


def seen(world: World, bot: Account, person: Account, chat: int) -> Commands:
    """What the person is offered in a chat: of the bot's own, or minus a group."""
    for name in order(world, bot, person, chat):
        lists = bot.scopes.get(name, {})
        for code in (person.language, ""):
            if lists.get(code):
                return lists[code]
    return []


def order(world: World, bot: Account, person: Account, chat: int) -> Iterator[str]:
    if chat > 0:
        yield from (f"peer:{person.id}", "users")
    else:
        admin = world.channels[-chat].is_admin(person.id)
        yield f"peer_user:{chat}:{person.id}"
        yield from [f"peer_admins:{chat}"] if admin else []
        yield f"peer:{chat}"
        yield from ["chat_admins"] if admin else []
        yield "chats"
    yield "default"
