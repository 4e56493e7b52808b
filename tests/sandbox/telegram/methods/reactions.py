"""Reactions, by a client."""

from typing import Any

from pyrogram import raw

from tests.sandbox.telegram import reactions, render, updates
from tests.sandbox.telegram.methods.talk import box_of
from tests.sandbox.telegram.registry import Call, on
from tests.sandbox.telegram.tl import Rpc

functions, types = raw.functions, raw.types


@on(functions.messages.SendReaction)
async def send_reaction(call: Call, query: Any) -> Any:
    box = box_of(call, query.peer)
    post = box.posts.get(query.msg_id)
    if post is None or post.content.action is not None:
        raise Rpc(400, "MESSAGE_ID_INVALID")
    reactions.react(call.server, call.account, post, query.reaction or [])
    told = types.UpdateMessageReactions(
        peer=render.peer(post.peer(box.owner)),
        msg_id=query.msg_id,
        reactions=render.reactions(post, call.account.id),
    )
    return updates.wrapped(call.server, call.account, [post], [told])


@on(functions.messages.GetAvailableReactions)
async def get_available(call: Call, query: Any) -> Any:
    return types.messages.AvailableReactionsNotModified()
