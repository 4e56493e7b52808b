"""What a bot says of itself: its lists of commands, and the button beside the text field."""

from typing import Any

from pyrogram import raw

from tests.sandbox.telegram import peers, scopes
from tests.sandbox.telegram.registry import Call, on
from tests.sandbox.telegram.tl import Rpc
from tests.sandbox.telegram.world import Account

functions, types = raw.functions, raw.types


def bot_of(call: Call) -> Account:
    if not call.account.is_bot:
        raise Rpc(400, "USER_BOT_REQUIRED")
    return call.account


@on(functions.bots.SetBotCommands)
async def set_commands(call: Call, query: Any) -> Any:
    name = scopes.key(call.world, bot_of(call), query.scope)
    code = scopes.language(query.lang_code)
    call.account.scopes.setdefault(name, {})[code] = scopes.checked(query.commands)
    call.server.changed()
    return True


@on(functions.bots.ResetBotCommands)
async def reset_commands(call: Call, query: Any) -> Any:
    name = scopes.key(call.world, bot_of(call), query.scope)
    lists = call.account.scopes.get(name, {})
    return lists.pop(scopes.language(query.lang_code), None) is not None


@on(functions.bots.GetBotCommands)
async def get_commands(call: Call, query: Any) -> Any:
    name = scopes.key(call.world, bot_of(call), query.scope)
    known = call.account.scopes.get(name, {}).get(scopes.language(query.lang_code), [])
    return [types.BotCommand(command=word, description=words) for word, words in known]


@on(functions.bots.SetBotInfo)
async def set_words(call: Call, query: Any) -> Any:
    return call.account.is_bot


@on(functions.bots.SetBotMenuButton)
async def set_menu(call: Call, query: Any) -> Any:
    """Source: core.telegram.org/method/bots.setBotMenuButton: of one chat, or of all (nobody)."""
    bot_of(call).menus[whose(call, query.user_id)] = query.button
    call.server.changed()
    return True


@on(functions.bots.GetBotMenuButton)
async def get_menu(call: Call, query: Any) -> Any:
    menus = bot_of(call).menus
    return menus.get(whose(call, query.user_id)) or menus.get(0) or types.BotMenuButtonDefault()


def whose(call: Call, given: Any) -> int:
    """0 for everybody: that is nobody, or (so the client library says it) the bot itself."""
    if isinstance(given, types.InputUserEmpty):
        return 0
    number = peers.resolve(call.world, call.account, given)
    return 0 if number == call.account.id else number


def about(bot: Account, viewer: Account) -> Any:
    """A bot as its profile tells of it; None for a person. Source: core.telegram.org/constructor/
    botInfo."""
    if not bot.is_bot:
        return None
    known = bot.commands.get(viewer.language) or bot.commands.get("", [])
    return types.BotInfo(
        user_id=bot.id,
        commands=[types.BotCommand(command=word, description=words) for word, words in known],
        menu_button=bot.menus.get(viewer.id) or bot.menus.get(0) or types.BotMenuButtonDefault(),
    )
