"""What people do beside writing: ask inline, choose, react, look at the commands; as commands."""

from typing import TYPE_CHECKING, Any

from pyrogram import raw

from tests.sandbox.telegram import inline, reactions, rights, scopes, threads, views
from tests.sandbox.telegram.commands import command
from tests.sandbox.telegram.deeds import own
from tests.sandbox.telegram.tl import Rpc

if TYPE_CHECKING:
    from tests.sandbox.telegram.server import Telegram

types = raw.types


@command
async def ask_inline(
    server: "Telegram",
    person: int,
    bot: int,
    query: str,
    offset: str,
    chat: int,
    patience: float,
) -> dict[str, Any]:
    """Write "@bot query" in a chat, and wait for the results."""
    account, asked = server.world.accounts[person], server.world.accounts[bot]
    words = query, offset
    number = await inline.ask(server, account, asked, words, chat=chat, patience=patience)
    found = server.inline.asked[number]
    switch = found.answer.switch_pm
    return {
        "query": number,
        "next_offset": found.answer.next_offset or "",
        "gallery": bool(found.answer.gallery),
        "personal": bool(found.answer.private),
        "cache_time": found.answer.cache_time,
        "switch": [switch.text, switch.start_param] if switch else None,
        "results": [shown(server, given, said.media) for given, said in found.results.values()],
    }


def shown(server: "Telegram", given: Any, file: int) -> dict[str, Any]:
    """One result on the person's screen; `media` is the kind of its file, "" for words."""
    return {
        "id": given.id,
        "type": given.type,
        "title": given.title or "",
        "description": given.description or "",
        "media": rights.kind(server.vault.stored[file]) if file else "",
    }


@command
async def choose(
    server: "Telegram", person: int, query: int, result: str, to: int, reply: int, topic: int
) -> dict[str, Any]:
    """Send a result into a chat."""
    account = server.world.accounts[person]
    place = threads.found(server.world, account, to, reply, topic)
    facts = {"reply": place.reply, "topic": place.topic}
    post = inline.choose(server, account, query, result, to, facts)
    return views.message(server, post, person)


@command
async def react(server: "Telegram", person: int, peer: int, message: int, emoji: list[str]) -> None:
    post = own(server, person, message, peer)
    given = [types.ReactionEmoji(emoticon=one) for one in emoji]
    reactions.react(server, server.world.accounts[person], post, given)


@command
async def reacted(
    server: "Telegram", person: int, peer: int, message: int, emoji: str, timeout: float
) -> dict[str, list[str]]:
    """Who reacted how to a message, once somebody did with `emoji`, or ("") once nobody does."""
    post = own(server, person, message, peer)

    def fits() -> bool:
        there = [one for given in post.reactions.values() for one in given]
        return emoji in there if emoji else not there

    await server.bell.until(fits, timeout)
    return {server.world.accounts[n].name: given for n, given in post.reactions.items()}


@command
async def offered(server: "Telegram", person: int, bot: int, chat: int) -> list[list[str]]:
    """The bot's commands that the person is offered in a chat."""
    world = server.world
    if chat < 0 and person not in world.channels[-chat].members:
        raise Rpc(400, "CHANNEL_PRIVATE")
    found = scopes.seen(world, world.accounts[bot], world.accounts[person], chat)
    return [list(one) for one in found]
