"""The topics of a forum.

Source: core.telegram.org/api/forum; errors of core.telegram.org/method/messages.createForumTopic.
"""

from typing import Any

from pyrogram import raw

from tests.sandbox.telegram import peers, posting, render, rights, threads, updates
from tests.sandbox.telegram.registry import Call, on
from tests.sandbox.telegram.tl import Rpc, make
from tests.sandbox.telegram.world import Channel

functions, types = raw.functions, raw.types


def forum(call: Call, given: Any) -> Channel:
    number = peers.resolve(call.world, call.account, given)
    if number > 0 or not call.world.channels[-number].is_forum:
        raise Rpc(400, "CHANNEL_FORUM_MISSING")
    channel = call.world.channels[-number]
    rights.may_read(channel, call.account)
    return channel


@on(functions.messages.CreateForumTopic)
async def create(call: Call, query: Any) -> Any:
    channel = forum(call, query.peer)
    if not channel.may(call.account.id, "manage_topics"):
        raise Rpc(403, "CHAT_ADMIN_REQUIRED")
    content = threads.opening(query.title)
    post = posting.publish(call.server, call.account, -channel.id, content, call.key)
    number = post.numbers[-channel.id]
    threads.opened(channel, number, query.title)
    event = channel.box.events[-1]
    told = updates.as_updates(call.server, channel.box, event, viewer=call.account.id)
    known = types.UpdateMessageID(id=number, random_id=query.random_id)
    return updates.wrapped(call.server, call.account, [post], [known, *told])


@on(functions.messages.EditForumTopic)
async def edit(call: Call, query: Any) -> Any:
    channel = forum(call, query.peer)
    if not channel.may(call.account.id, "manage_topics"):
        raise Rpc(403, "CHAT_ADMIN_REQUIRED")
    topic = channel.topics.get(query.topic_id)
    if topic is None:
        raise Rpc(400, "TOPIC_ID_INVALID")
    told = topic.title if query.title is None else query.title, topic.closed
    if query.closed is not None:
        told = told[0], bool(query.closed)
    if told == (topic.title, topic.closed):
        raise Rpc(400, "TOPIC_NOT_MODIFIED")
    topic.title, topic.closed = told
    call.server.changed()
    return updates.wrapped(call.server, call.account, [], [])


@on(functions.messages.GetForumTopicsByID)
async def by_id(call: Call, query: Any) -> Any:
    channel = forum(call, query.peer)
    return make(
        types.messages.ForumTopics,
        count=len(query.topics),
        topics=[topic(channel, number) for number in query.topics],
        chats=[render.channel(call.world, channel, call.account.id)],
        pts=channel.box.pts,
    )


def topic(channel: Channel, number: int) -> Any:
    known = channel.topics.get(number)
    if known is None:
        return types.ForumTopicDeleted(id=number)
    return make(
        types.ForumTopic,
        id=number,
        date=1_700_000_000,
        title=known.title,
        closed=known.closed or None,
        peer=render.peer(-channel.id),
        from_id=render.peer(-channel.id),
        top_message=number,
        notify_settings=make(types.PeerNotifySettings),
    )
