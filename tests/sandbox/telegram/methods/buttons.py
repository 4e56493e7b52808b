"""Presses of inline buttons, and their answers."""

import asyncio
import re
import secrets
import time
from typing import TYPE_CHECKING, Any

from pyrogram import raw

from tests.sandbox.telegram import inline, limits, peers, render, updates
from tests.sandbox.telegram.registry import Call, on
from tests.sandbox.telegram.tl import Rpc, make
from tests.sandbox.telegram.world import Account, Post

if TYPE_CHECKING:
    from tests.sandbox.telegram.server import Telegram

functions, types = raw.functions, raw.types
#: Seconds after which a client gives up on a bot.
PATIENCE = 10.0


def inline_rows(markup: Any) -> list[Any]:
    return list(markup.rows) if isinstance(markup, types.ReplyInlineMarkup) else []


def target(button: Any) -> tuple[bytes | None, str | None]:
    """The data and the address of a button, None where it has none."""
    # Layer 229 put what a button does into a `type` field; before, the class itself told.
    deed = getattr(button, "type", button)
    return getattr(deed, "data", None), getattr(deed, "url", None)


async def press(
    server: "Telegram", person: Account, post: Post, data: bytes, *, patience: float = PATIENCE
) -> Any:
    """Tell the bot and wait for its answer (a SetBotCallbackAnswer), or say again what it lets
    keep (cache_time). Raises Rpc without one."""
    if data not in [target(b)[0] for row in inline_rows(post.content.markup) for b in row.buttons]:
        raise Rpc(400, "DATA_INVALID")
    kept, until = server.toasts.get((person.id, post.uid, data), (None, 0.0))
    if until > time.time():
        return kept
    answer = await ask(server, person, post, data, patience)
    if answer.cache_time:
        server.toasts[person.id, post.uid, data] = answer, time.time() + answer.cache_time
    return answer


async def ask(server: "Telegram", person: Account, post: Post, data: bytes, patience: float) -> Any:
    bot = server.world.accounts[post.content.via or post.sender]
    query_id = secrets.randbits(62)
    answered = asyncio.get_running_loop().create_future()
    server.presses[query_id] = bot.id, answered
    told = pressed(server, person, post, bot, query_id=query_id, data=data)
    for key in server.keys_of(bot):
        server.push(key, told)
    try:
        async with asyncio.timeout(patience):
            return await answered
    except TimeoutError:
        raise Rpc(400, "BOT_RESPONSE_TIMEOUT") from None
    finally:
        server.presses.pop(query_id, None)


def pressed(
    server: "Telegram", person: Account, post: Post, bot: Account, *, query_id: int, data: bytes
) -> Any:
    """Source: core.telegram.org/api/bots/buttons: under a message sent via the bot it learns the
    inline id instead of the chat."""
    facts = {"query_id": query_id, "user_id": person.id, "data": data}
    if post.content.via:
        known = inline.identity(server, post)
        update = types.UpdateInlineBotCallbackQuery(
            msg_id=known, chat_instance=chat_instance(person, post), **facts
        )
    else:
        update = types.UpdateBotCallbackQuery(
            peer=render.peer(person.id if post.to > 0 else post.to),
            msg_id=post.numbers[server.world.where(post.to, bot.id)],
            chat_instance=chat_instance(person, post),
            **facts,
        )
    posts = [] if post.content.via else [post]
    told = updates.wrapped(server, bot, posts, [update])
    if person.id not in [user.id for user in told.users]:
        told.users.append(render.user(server.world, person, bot.id))
    return told


def chat_instance(person: Account, post: Post) -> int:
    return person.id if post.to > 0 else post.to


@on(functions.messages.GetBotCallbackAnswer)
async def get_answer(call: Call, query: Any) -> Any:
    to = peers.resolve(call.world, call.account, query.peer)
    box = call.world.box(call.world.where(to, call.account.id))
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
    """Once, while the person waits. Source: core.telegram.org/method/
    messages.setBotCallbackAnswer; core.telegram.org/bots/api#answercallbackquery: 200 characters,
    and an address of the bot's own chat only."""
    bot, waiting = call.server.presses.get(query.query_id, (0, None))
    if waiting is None or waiting.done() or bot != call.account.id:
        raise Rpc(400, "QUERY_ID_INVALID")
    if limits.units(query.message or "") > limits.TOAST:
        raise Rpc(400, "MESSAGE_TOO_LONG")
    own = re.compile(rf"(https?://)?t\.me/{call.account.username}\?start=[\w-]{{1,64}}")
    if query.url and not own.fullmatch(query.url):
        raise Rpc(400, "URL_INVALID")
    waiting.set_result(query)
    return True
