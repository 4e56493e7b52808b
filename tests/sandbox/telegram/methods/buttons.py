"""Presses of inline buttons, their answers, and a bot's list of commands."""

import asyncio
import secrets
import time
from typing import TYPE_CHECKING, Any

from pyrogram import raw

from tests.sandbox.telegram import peers, render
from tests.sandbox.telegram.registry import Call, on
from tests.sandbox.telegram.tl import Rpc, make
from tests.sandbox.telegram.world import Account, Post

if TYPE_CHECKING:
    from tests.sandbox.telegram.server import Telegram

functions, types = raw.functions, raw.types
#: Seconds after which a client gives up on a bot.
PATIENCE = 10.0


def buttons(post: Post) -> list[list[Any]]:
    """Rows of (text, data, url); data and url are None where the button has none."""
    rows = getattr(post.content.markup, "rows", [])
    return [[(b.text, *target(b)) for b in row.buttons] for row in rows]


def target(button: Any) -> tuple[bytes | None, str | None]:
    # Layer 229 put what a button does into a `type` field; before, the class itself told.
    deed = getattr(button, "type", button)
    return getattr(deed, "data", None), getattr(deed, "url", None)


async def press(
    server: "Telegram", person: Account, post: Post, data: bytes, *, patience: float = PATIENCE
) -> Any:
    """Tell the bot and wait for its answer (a SetBotCallbackAnswer). Raises Rpc without one."""
    if data not in [known for row in buttons(post) for _, known, _ in row]:
        raise Rpc(400, "DATA_INVALID")
    bot = server.world.accounts[post.sender]
    query_id = secrets.randbits(62)
    server.presses[query_id] = answered = asyncio.get_running_loop().create_future()
    update = types.UpdateBotCallbackQuery(
        query_id=query_id,
        user_id=person.id,
        peer=render.peer(person.id if post.to > 0 else post.to),
        msg_id=post.numbers[bot.id if post.to > 0 else post.to],
        chat_instance=person.id,
        data=data,
    )
    users = [render.user(server.world, person, bot.id)]
    told = types.Updates(updates=[update], users=users, chats=[], date=int(time.time()), seq=0)
    for key in server.keys_of(bot):
        server.push(key, told)
    try:
        async with asyncio.timeout(patience):
            return await answered
    except TimeoutError:
        raise Rpc(400, "BOT_RESPONSE_TIMEOUT") from None
    finally:
        server.presses.pop(query_id, None)


@on(functions.messages.GetBotCallbackAnswer)
async def get_answer(call: Call, query: Any) -> Any:
    to = peers.resolve(call.world, call.account, query.peer)
    box = call.world.box(to) if to < 0 else call.account.box
    post = box.posts.get(query.msg_id)
    if post is None:
        raise Rpc(400, "MESSAGE_ID_INVALID")
    answer = await press(call.server, call.account, post, query.data or b"")
    return make(
        types.messages.BotCallbackAnswer,
        alert=answer.alert or None,
        message=answer.message,
        url=answer.url,
        cache_time=answer.cache_time,
    )


@on(functions.messages.SetBotCallbackAnswer)
async def set_answer(call: Call, query: Any) -> Any:
    waiting = call.server.presses.get(query.query_id)
    if waiting is None or waiting.done():
        raise Rpc(400, "QUERY_ID_INVALID")
    waiting.set_result(query)
    return True


@on(functions.bots.SetBotCommands)
async def set_commands(call: Call, query: Any) -> Any:
    commands = [(command.command, command.description) for command in query.commands]
    call.account.commands[query.lang_code] = commands
    call.server.changed()
    return True


@on(functions.bots.ResetBotCommands)
async def reset_commands(call: Call, query: Any) -> Any:
    return call.account.commands.pop(query.lang_code, None) is not None


@on(functions.bots.GetBotCommands)
async def get_commands(call: Call, query: Any) -> Any:
    known = call.account.commands.get(query.lang_code, [])
    return [types.BotCommand(command=name, description=words) for name, words in known]


@on(functions.bots.SetBotInfo, functions.bots.SetBotMenuButton)
async def set_words(call: Call, query: Any) -> Any:
    return call.account.is_bot
