"""Sending, and how a repeated send is recognised.

A repeat with the same random_id is answered with the first message again: UpdateMessageID and
the message with pts_count 0. A repeat that races its twin is refused (server.in_flight).
"""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from pyrogram import raw

from tests.sandbox.telegram import entities, limits, peers, posting, render, threads, updates
from tests.sandbox.telegram.registry import Call, on
from tests.sandbox.telegram.tl import Rpc, make
from tests.sandbox.telegram.world import Content, Post

functions, types = raw.functions, raw.types


@on(functions.messages.SendMessage)
async def send_message(call: Call, query: Any) -> Any:
    async def content() -> Content:
        return Content(
            **worded(limits.text(query.message), query.entities),
            markup=limits.markup(query.reply_markup),
            **manner(call, query),
        )

    return answer(call, [await once(call, query.peer, query.random_id, content)])


@on(functions.messages.SendMedia)
async def send_media(call: Call, query: Any) -> Any:
    async def content() -> Content:
        words = worded(limits.caption(query.message), query.entities)
        facts = manner(call, query)
        stored = await call.vault.media_of(call.account.id, query.media)
        return Content(
            **words,
            media=stored.id,
            markup=limits.markup(query.reply_markup),
            spoiler=bool(getattr(query.media, "spoiler", None)),
            **facts,
        )

    return answer(call, [await once(call, query.peer, query.random_id, content)])


@on(functions.messages.SendMultiMedia)
async def send_album(call: Call, query: Any) -> Any:
    if len(query.multi_media) > limits.ALBUM.stop - 1:
        raise Rpc(400, "MULTI_MEDIA_TOO_LONG")
    contents = [album_item(call, n, item) for n, item in enumerate(query.multi_media)]
    same_kind(contents, call)
    facts = {"group": secrets.randbits(62), **manner(call, query)}
    sent = []
    for item, content in zip(query.multi_media, contents, strict=True):
        content = replace(content, **facts)
        sent.append(await once(call, query.peer, item.random_id, ready(content)))
    return answer(call, sent)


def album_item(call: Call, number: int, item: Any) -> Content:
    """Media in an album must be uploaded already; a stale one is named by its place."""
    if not isinstance(item.media, (types.InputMediaDocument, types.InputMediaPhoto)):
        raise Rpc(400, "MEDIA_INVALID")
    try:
        stored = call.vault.known(item.media.id)
    except Rpc as refusal:
        place = refusal.text.replace("FILE_REFERENCE_", f"FILE_REFERENCE_{number}_")
        raise Rpc(400, place) from None
    words = worded(limits.caption(item.message), item.entities)
    return Content(**words, media=stored.id, spoiler=bool(item.media.spoiler))


def same_kind(contents: list[Content], call: Call) -> None:
    """Photos and videos go together; music and other files only among themselves."""
    kinds = {album_kind(call, content) for content in contents}
    if len(kinds) > 1:
        raise Rpc(400, "MEDIA_GROUPED_INVALID")


def album_kind(call: Call, content: Content) -> str:
    stored = call.vault.stored[content.media]
    if stored.kind == "photo":
        return "picture"
    for attribute in stored.attributes:
        if isinstance(attribute, types.DocumentAttributeVideo):
            return "picture"
        if isinstance(attribute, types.DocumentAttributeAudio):
            return "audio"
    return "document"


@on(functions.messages.ForwardMessages)
async def forward_messages(call: Call, query: Any) -> Any:
    if len(query.id) != len(query.random_id):
        raise Rpc(400, "RANDOM_ID_INVALID")
    to = peers.resolve(call.world, call.account, query.from_peer)
    box = call.world.box(call.world.where(to, call.account.id))
    facts = manner(call, query, query.to_peer)
    sent, groups = [], dict[int, int]()
    for number, random_id in zip(query.id, query.random_id, strict=True):
        if number not in box.posts:
            raise Rpc(400, "MESSAGE_ID_INVALID")
        content = replace(forwarded(box.posts[number], named=not query.drop_author), **facts)
        content.group = (
            groups.setdefault(content.group, secrets.randbits(62)) if content.group else 0
        )
        sent.append(await once(call, query.to_peer, random_id, ready(content)))
    return answer(call, sent)


def forwarded(post: Post, *, named: bool = True) -> Content:
    """The same words and media, under the first author's name where that is not dropped; buttons
    stay behind, and what is an album stays one."""
    first = post.content.forward or make(
        types.MessageFwdHeader, date=int(post.date), from_id=render.peer(post.author or post.sender)
    )
    old = post.content
    header = first if named else None
    return Content(
        old.text,
        old.entities,
        old.media,
        forward=header,
        spoiler=old.spoiler,
        group=old.group,
    )


# --- the common part ---------------------------------------------------------------------------


def worded(words: str, given: Any) -> dict[str, Any]:
    """A text with its entities: those told, and the links and commands found in it."""
    kept = limits.entities(given or [], words)
    return {"text": words, "entities": entities.found(words, kept)}


def ready(content: Content) -> Callable[[], Awaitable[Content]]:
    async def give() -> Content:
        return content

    return give


async def once(
    call: Call, peer: Any, random_id: int, content: Callable[[], Awaitable[Content]]
) -> tuple[Post, int, bool]:
    """Send, unless that was done before. The message, its random_id, whether it is new."""
    if random_id == 0:
        raise Rpc(400, "RANDOM_ID_EMPTY")
    known = call.world.sent.get((call.account.id, random_id))
    if known:
        if call.server.faults.refuses_repeat():
            raise Rpc(500, "RANDOM_ID_DUPLICATE")
        return known, random_id, False
    to = peers.resolve(call.world, call.account, peer)
    call.entry.peer = to
    peers.may_write(call.world, call.account, to)
    post = posting.publish(call.server, call.account, to, await content(), call.key)
    call.world.sent[call.account.id, random_id] = post
    return post, random_id, True


def answer(call: Call, sent: list[tuple[Post, int, bool]]) -> Any:
    """What the sender learns: the number each message got, and the messages."""
    told: list[Any] = []
    for post, random_id, new in sent:
        box = call.world.box(call.world.where(post.to, call.account.id))
        number = post.numbers[box.owner]
        told.append(types.UpdateMessageID(id=number, random_id=random_id))
        event = next((e for e in reversed(box.events) if number in e.ids and e.kind == "new"), None)
        if event:
            count, viewer = None if new else 0, call.account.id
            told += updates.as_updates(call.server, box, event, count, viewer=viewer)
    return updates.wrapped(call.server, call.account, [post for post, _, _ in sent], told)


def manner(call: Call, query: Any, peer: Any = None) -> dict[str, Any]:
    """How and where it is said: silently, as an answer, in a topic. Raises Rpc for a closed one."""
    to = peers.resolve(call.world, call.account, peer or query.peer)
    header = getattr(query, "reply_to", None) or types.InputReplyToMessage(
        reply_to_msg_id=0, top_msg_id=getattr(query, "top_msg_id", None)
    )
    place = threads.place(call.world, call.account, to, header)
    return {"silent": bool(query.silent), "reply": place.reply, "topic": place.topic}
