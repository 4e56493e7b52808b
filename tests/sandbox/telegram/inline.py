"""Inline mode: a person asks, the bot answers, a chosen result becomes a message.

Sources: core.telegram.org/api/bots/inline; core.telegram.org/method/messages.getInlineBotResults,
/messages.setInlineBotResults, /messages.sendInlineBotResult (errors, cache_time, private,
next_offset); core.telegram.org/constructor/updateBotInlineSend and core.telegram.org/bots/api
#choseninlineresult: feedback only where it is switched on, and the message's id only where the
result has an inline keyboard.
"""

import asyncio
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pyrogram import raw

from tests.sandbox.telegram import limits, posting, render
from tests.sandbox.telegram.tl import Rpc
from tests.sandbox.telegram.world import Account, Content, Post

if TYPE_CHECKING:
    from tests.sandbox.telegram.server import Telegram

types = raw.types
#: Seconds that a client waits for a bot, and that a result may be chosen.
PATIENCE, CHOOSABLE = 10.0, 3600.0
SECRET = 1 << 61


@dataclass(slots=True)
class Asked:
    """One answered query; `results` are id -> (what is shown, what it says)."""

    bot: int
    person: int
    query: str
    answer: Any
    results: dict[str, tuple[Any, Content]]
    until: float


@dataclass(slots=True)
class Inline:
    """`waiting`: query id -> the bot's answer to come. `kept`: what may be answered without the
    bot: (bot, person or 0 for everybody, query, offset) -> query id and until when."""

    waiting: dict[int, tuple[int, asyncio.Future[Any]]] = field(default_factory=dict)
    asked: dict[int, Asked] = field(default_factory=dict)
    kept: dict[tuple[int, int, str, str], tuple[int, float]] = field(default_factory=dict)

    def forget(self, now: float) -> None:
        """Drop the results that nobody may choose any more; the oldest stand first."""
        while self.asked and (first := next(iter(self.asked))) and self.asked[first].until < now:
            del self.asked[first]


async def ask(
    server: "Telegram",
    person: Account,
    bot: Account,
    words: tuple[str, str],
    *,
    chat: int,
    patience: float = PATIENCE,
) -> int:
    """Ask a bot (`words`: query and offset), or what the server keeps of it. The query's id."""
    if not bot.is_bot:
        raise Rpc(400, "BOT_INVALID")
    if not bot.inline:
        raise Rpc(400, "BOT_INLINE_DISABLED")
    server.inline.forget(time.time())
    query, offset = words[0][: limits.QUERY], words[1]
    for whose in (person.id, 0):
        number, until = server.inline.kept.get((bot.id, whose, query, offset), (0, 0.0))
        if until > time.time() and number in server.inline.asked:
            return again(server, number, person)
    number = secrets.randbits(62)
    told = types.UpdateBotInlineQuery(
        query_id=number,
        user_id=person.id,
        query=query,
        offset=offset,
        peer_type=chat_type(server, bot, chat),
    )
    answer, results = await answered(server, bot, number, tell(server, person, told), patience)
    found = Asked(bot.id, person.id, query, answer, results, time.time() + CHOOSABLE)
    server.inline.asked[number] = found
    whose = person.id if answer.private else 0
    until = time.time() + answer.cache_time
    server.inline.kept[bot.id, whose, query, offset] = number, until
    return number


def again(server: "Telegram", number: int, person: Account) -> int:
    """What is kept, as an answer to this person of their own."""
    old = server.inline.asked[number]
    fresh = secrets.randbits(62)
    until = time.time() + CHOOSABLE
    server.inline.asked[fresh] = Asked(
        old.bot, person.id, old.query, old.answer, old.results, until
    )
    return fresh


async def answered(
    server: "Telegram", bot: Account, number: int, told: Any, patience: float
) -> tuple[Any, dict[str, tuple[Any, Content]]]:
    future = asyncio.get_running_loop().create_future()
    server.inline.waiting[number] = bot.id, future
    for key in server.keys_of(bot):
        server.push(key, told)
    try:
        async with asyncio.timeout(patience):
            given: tuple[Any, dict[str, tuple[Any, Content]]] = await future
            return given
    except TimeoutError:
        raise Rpc(400, "BOT_RESPONSE_TIMEOUT") from None
    finally:
        server.inline.waiting.pop(number, None)


def tell(server: "Telegram", person: Account, update: Any) -> Any:
    users = [render.user(server.world, person, 0)]
    return types.Updates(updates=[update], users=users, chats=[], date=int(time.time()), seq=0)


def chat_type(server: "Telegram", bot: Account, chat: int) -> Any:
    """Where the query is written, as the bot is told."""
    if chat < 0:
        broadcast = server.world.channels[-chat].broadcast
        kinds = types.InlineQueryPeerTypeMegagroup, types.InlineQueryPeerTypeBroadcast
        return kinds[broadcast]()
    if chat == bot.id:
        return types.InlineQueryPeerTypeSameBotPM()
    other = server.world.accounts.get(chat)
    is_bot = other is not None and other.is_bot
    return types.InlineQueryPeerTypeBotPM() if is_bot else types.InlineQueryPeerTypePM()


def choose(
    server: "Telegram",
    person: Account,
    number: int,
    choice: str,
    to: int,
    place: dict[str, Any],
    key: Any = None,
) -> Post:
    """Send a result: the person's message, via the bot. Raises Rpc."""
    asked = server.inline.asked.get(number)
    if asked is None or asked.person != person.id:
        raise Rpc(400, "QUERY_ID_INVALID")
    if asked.until < time.time():
        raise Rpc(400, "INLINE_RESULT_EXPIRED")
    if choice not in asked.results:
        raise Rpc(400, "RESULT_ID_INVALID" if choice else "RESULT_ID_EMPTY")
    said = asked.results[choice][1]
    content = Content(said.text, said.entities, said.media, said.markup, via=asked.bot, **place)
    post = posting.publish(server, person, to, content, key)
    feedback(server, asked, choice, post)
    return post


def feedback(server: "Telegram", asked: Asked, choice: str, post: Post) -> None:
    bot = server.world.accounts[asked.bot]
    if not bot.feedback:
        return
    known = identity(server, post) if post.content.markup is not None else None
    update = types.UpdateBotInlineSend(
        user_id=asked.person, query=asked.query, id=choice, msg_id=known
    )
    told = tell(server, server.world.accounts[asked.person], update)
    for key in server.keys_of(bot):
        server.push(key, told)


def identity(server: "Telegram", post: Post) -> Any:
    """How the bot names a message that it never sees."""
    return types.InputBotInlineMessageID64(
        dc_id=center_of(server, post),
        owner_id=post.sender,
        id=post.uid,
        access_hash=server.world.access_hash(post.content.via, SECRET + post.uid),
    )


def center_of(server: "Telegram", post: Post) -> int:
    """The data center that keeps a message: that of who sent it."""
    return server.world.accounts[post.sender].center or render.DC


def identified(server: "Telegram", bot: Account, given: Any, center: int) -> Post:
    """The message of an inline id, asked for in a data center. Raises Rpc for one that is gone,
    kept by another center, or another bot's."""
    post = server.world.posts.get(given.id)
    if post is None or post.content.via != bot.id:
        raise Rpc(400, "MESSAGE_ID_INVALID")
    if not center == given.dc_id == center_of(server, post):
        raise Rpc(400, "MESSAGE_ID_INVALID")
    alive = any(post.numbers[o] in server.world.box(o).posts for o in post.numbers)
    if not alive or given.access_hash != server.world.access_hash(bot.id, SECRET + post.uid):
        raise Rpc(400, "MESSAGE_ID_INVALID")
    return post
