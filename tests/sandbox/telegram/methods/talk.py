"""What happens to messages once they are there: read, edited, deleted; and typing."""

import time
from typing import Any

from pyrogram import raw

from tests.sandbox.telegram import limits, peers, render, replacing, rights, updates
from tests.sandbox.telegram.methods.send import worded
from tests.sandbox.telegram.registry import Call, on
from tests.sandbox.telegram.tl import Rpc, boxed, make
from tests.sandbox.telegram.world import Box, Post

functions, types = raw.functions, raw.types


@on(functions.messages.EditMessage)
async def edit_message(call: Call, query: Any) -> Any:
    box = box_of(call, query.peer)
    post = box.posts.get(query.id)
    if post is None:
        raise Rpc(400, "MESSAGE_ID_INVALID")
    if post.sender != call.account.id and not rights.may_edit(call.world, call.account, post):
        raise Rpc(403, "MESSAGE_AUTHOR_REQUIRED")
    news = call.world.edit(post, **await changed(call, query, post))
    updates.tell(call.server, news, skip=call.key)
    own = [event for where, event in news if where is box]
    return updates.packed(call.server, call.account, box, own)


async def changed(call: Call, query: Any, post: Post) -> dict[str, Any]:
    """What an edit changes. Raises Rpc when that is nothing."""
    changes = await wanted(call, query, post)
    if all(getattr(post.content, name) == value for name, value in changes.items()):
        raise Rpc(400, "MESSAGE_NOT_MODIFIED")
    return changes


async def wanted(call: Call, query: Any, post: Post) -> dict[str, Any]:
    """What the edit says. Buttons that are not told again are gone; a keyboard that is no
    inline one cannot come by an edit (core.telegram.org/bots/api#editmessagetext)."""
    markup = limits.markup(query.reply_markup)
    if markup is not None and not isinstance(markup, types.ReplyInlineMarkup):
        raise Rpc(400, "REPLY_MARKUP_INVALID")
    changes: dict[str, Any] = {"markup": markup}
    if query.media is not None:
        changes |= await replacing.media(call, post, query.media)
    if query.message is not None:
        cut = limits.caption if post.content.media or "media" in changes else limits.text
        changes |= worded(cut(query.message), query.entities)
    return changes


@on(functions.messages.DeleteMessages)
async def delete_messages(call: Call, query: Any) -> Any:
    """A bot always deletes for both sides."""
    box = call.account.box
    both = query.revoke or call.account.is_bot
    return removed(call, box, query.id, None if both else [box.owner])


@on(functions.channels.DeleteMessages)
async def delete_channel_messages(call: Call, query: Any) -> Any:
    box = box_of(call, query.channel)
    wanted = [box.posts[number] for number in query.id if number in box.posts]
    rights.may_delete(call.world, call.account, wanted)
    return removed(call, box, query.id, None)


def removed(call: Call, box: Box, ids: list[int], owners: list[int] | None) -> Any:
    """Source: core.telegram.org/constructor/messages.affectedMessages: the caller has the number of
    its own deed from the answer alone; a server that counts wrongly sends both."""
    posts = [box.posts[number] for number in ids if number in box.posts]
    news = call.world.delete(posts, owners)
    updates.tell(call.server, news, skip=call.key)
    counts = call.server.habits.counts
    if not counts or not posts:
        return types.messages.AffectedMessages(pts=box.pts, pts_count=len(posts))
    gone = next(event for where, event in news if where is box)
    push = updates.deletion(box, gone.ids, {"pts": gone.pts, "pts_count": counts[1]})
    call.server.push(call.key, updates.wrapped(call.server, call.account, [], [push]))
    return types.messages.AffectedMessages(pts=gone.pts, pts_count=counts[0])


@on(functions.messages.GetMessages)
async def get_messages(call: Call, query: Any) -> Any:
    return listed(call, call.account.box, wished(call, call.account.box, query.id))


@on(functions.channels.GetMessages)
async def get_channel_messages(call: Call, query: Any) -> Any:
    box = box_of(call, query.channel)
    return listed(call, box, wished(call, box, query.id))


def wished(call: Call, box: Box, given: list[Any]) -> list[int]:
    """inputMessageReplyTo names what a message answers, by the number of that message."""
    return [
        answered(call, box, wish.id) if isinstance(wish, types.InputMessageReplyTo) else wish.id
        for wish in boxed(given)
    ]


def answered(call: Call, box: Box, number: int) -> int:
    post = box.posts.get(number)
    return call.world.number(post.content.reply, box.owner) if post else 0


@on(functions.messages.GetHistory)
async def get_history(call: Call, query: Any) -> Any:
    """The newest first, below `offset_id`."""
    box = box_of(call, query.peer)
    to = peers.resolve(call.world, call.account, query.peer)
    ids = [n for n, post in box.posts.items() if post.peer(box.owner) == to]
    older = [n for n in reversed(ids) if n < query.offset_id or not query.offset_id]
    return listed(call, box, older[: query.limit])


def listed(call: Call, box: Box, ids: list[int]) -> Any:
    posts = [box.posts[number] for number in ids if number in box.posts]
    return make(
        types.messages.Messages,
        messages=[told(call, box, number) for number in ids],
        users=render.people(call.world, call.account.id, posts),
        chats=render.chats(call.world, call.account.id, posts),
    )


def told(call: Call, box: Box, number: int) -> Any:
    post = box.posts.get(number)
    if post is None:
        return types.MessageEmpty(id=number)
    return render.message(call.world, call.vault, post, box, call.account.id)


@on(functions.messages.SetTyping)
async def set_typing(call: Call, query: Any) -> Any:
    to = peers.resolve(call.world, call.account, query.peer)
    peers.may_write(call.world, call.account, to)
    call.server.typing[call.account.id, to] = time.time(), type(query.action).__name__
    if to > 0:
        update = types.UpdateUserTyping(user_id=call.account.id, action=query.action)
        for key in call.server.keys_of(call.world.accounts[to]):
            call.server.push(key, types.UpdateShort(update=update, date=int(time.time())))
    call.server.changed()
    return True


@on(functions.messages.ReadHistory)
async def read_history(call: Call, query: Any) -> Any:
    return types.messages.AffectedMessages(pts=call.account.box.pts, pts_count=0)


def box_of(call: Call, given: Any) -> Box:
    """Where the messages of a chat stand: a channel's own box, or the caller's."""
    to = peers.resolve(call.world, call.account, given)
    return call.world.box(call.world.where(to, call.account.id))
