"""One message on its way into the world: the rules of its chat, the boxes, the news of it."""

from typing import TYPE_CHECKING

from pyrogram import raw

from tests.sandbox.telegram import hearing, peers, rights, updates
from tests.sandbox.telegram.tl import Rpc, make
from tests.sandbox.telegram.wire import Key
from tests.sandbox.telegram.world import Account, Content, Post

if TYPE_CHECKING:
    from tests.sandbox.telegram.server import Telegram

types = raw.types


def publish(
    server: "Telegram",
    sender: Account,
    to: int,
    content: Content,
    skip: Key | None = None,
    *,
    author: int = 0,
) -> Post:
    """Post it, and tell everybody but the session of `skip`. Raises Rpc where it may not be."""
    peers.may_write(server.world, sender, to)
    if to < 0:
        stored = server.vault.stored[content.media] if content.media else None
        rights.may_send(server.world.channels[-to], sender, content, stored)
    if author and server.world.channels[-author].members.get(sender.id) != "creator":
        raise Rpc(400, "SEND_AS_PEER_INVALID")
    author = author or author_of(server, sender, to)
    deaf = hearing.deaf(server.world, sender, to, content) if to < 0 else []
    post, news = server.world.post(sender.id, to, content, author, deaf)
    updates.tell(server, news, skip=skip)
    if to < 0:
        discuss(server, post)
    return post


def author_of(server: "Telegram", sender: Account, to: int) -> int:
    """Source: core.telegram.org/api/rights: an anonymous administrator speaks as the group."""
    anonymous = to < 0 and "anonymous" in server.world.channels[-to].rights.get(sender.id, ())
    return to if anonymous else 0


def discuss(server: "Telegram", post: Post) -> None:
    """A channel's post comes into its linked group too, in the channel's name.

    Source: core.telegram.org/api/discussion: forwarded, with saved_from_peer and saved_from_msg_id.
    """
    channel = server.world.channels[-post.to]
    if not (channel.broadcast and channel.linked):
        return
    here, number = types.PeerChannel(channel_id=channel.id), post.numbers[post.to]
    header = make(
        types.MessageFwdHeader,
        date=int(post.date),
        from_id=here,
        channel_post=number,
        saved_from_peer=here,
        saved_from_msg_id=number,
    )
    old = post.content
    content = Content(old.text, old.entities, old.media, forward=header, spoiler=old.spoiler)
    _, news = server.world.post(post.sender, channel.linked, content, -channel.id)
    updates.tell(server, news)
