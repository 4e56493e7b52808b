"""Who may say what in a group or channel, and who may take it away.

Sources: core.telegram.org/api/rights (administrators' rights, default and single bans), the errors
of core.telegram.org/method/messages.sendMessage and /messages.sendMedia, /method/
channels.deleteMessages.
"""

from typing import Any

from pyrogram import raw

from tests.sandbox.telegram.files import Stored
from tests.sandbox.telegram.tl import Rpc
from tests.sandbox.telegram.world import Account, Channel, Content, Post, World

types = raw.types
#: Media that has a right of its own -> the end of its right's and its error's name.
MEDIA = {
    "photo": "photos",
    "video": "videos",
    "animation": "gifs",
    "audio": "audios",
    "voice": "voices",
    "sticker": "stickers",
    "file": "docs",
}
#: The first of these attributes tells what a document is.
SHAPES = {
    types.DocumentAttributeSticker: "sticker",
    types.DocumentAttributeAnimated: "animation",
    types.DocumentAttributeVideo: "video",
    types.DocumentAttributeAudio: "audio",
}


def kind(stored: Stored) -> str:
    """What a file is, as a person would call it."""
    if stored.kind == "photo":
        return "photo"
    for shape, name in SHAPES.items():
        found = next((given for given in stored.attributes if isinstance(given, shape)), None)
        if found:
            return "voice" if getattr(found, "voice", False) else name
    return "file"


def may_read(channel: Channel, account: Account) -> None:
    if channel.members.get(account.id, "left") in ("left", "banned"):
        raise Rpc(403, "CHAT_FORBIDDEN") if channel.is_basic else Rpc(400, "CHANNEL_PRIVATE")


def may_post(channel: Channel, sender: Account) -> None:
    """Raises Rpc for who is not in it, and for who may not write there at all."""
    may_read(channel, sender)
    if channel.moved:
        raise Rpc(403, "CHAT_WRITE_FORBIDDEN")
    if channel.broadcast and not channel.is_admin(sender.id):
        raise Rpc(403, "CHAT_WRITE_FORBIDDEN")
    if channel.broadcast and not channel.may(sender.id, "post_messages"):
        raise Rpc(403, "CHAT_ADMIN_REQUIRED")
    if "send_messages" in banned(channel, sender.id):
        raise Rpc(403, "CHAT_WRITE_FORBIDDEN")


def may_send(channel: Channel, sender: Account, content: Content, stored: Stored | None) -> None:
    """Raises Rpc for what this one may not send there."""
    bans = banned(channel, sender.id)
    if content.via and "send_inline" in bans:
        raise Rpc(403, "CHAT_SEND_INLINE_FORBIDDEN")
    if stored is None:
        if "send_plain" in bans:
            raise Rpc(403, "CHAT_SEND_PLAIN_FORBIDDEN")
        return
    if "send_media" in bans:
        raise Rpc(403, "CHAT_SEND_MEDIA_FORBIDDEN")
    part = MEDIA[kind(stored)]
    if f"send_{part}" in bans:
        raise Rpc(403, f"CHAT_SEND_{part.upper()}_FORBIDDEN")


def banned(channel: Channel, account: int) -> set[str]:
    """What an account may not do; nothing binds an administrator."""
    if channel.is_admin(account):
        return set()
    return channel.forbidden | channel.bans.get(account, set())


def may_edit(world: World, account: Account, post: Post) -> bool:
    """Whether somebody else's message is a channel's post that this administrator may edit."""
    channel = world.channels[-post.to] if post.to < 0 else None
    return bool(channel and channel.broadcast and channel.may(account.id, "edit_messages"))


def may_delete(world: World, account: Account, posts: list[Post]) -> None:
    """Raises Rpc 403 when one of these messages of a channel is not the caller's to delete."""
    for post in posts:
        channel = world.channels[-post.to]
        own = post.sender == account.id and not channel.broadcast
        if own or channel.may(account.id, "delete_messages"):
            continue
        if post.sender == account.id and channel.may(account.id, "post_messages"):
            continue
        raise Rpc(403, "MESSAGE_DELETE_FORBIDDEN")


def participant(channel: Channel, number: int) -> Any:
    """An account as channels.getParticipant shows it."""
    role = channel.members.get(number, "left")
    rights = types.ChatAdminRights(**dict.fromkeys(channel.rights.get(number, ()), True))
    facts: dict[str, Any] = {"user_id": number, "date": 1_700_000_000}
    if role == "creator":
        return types.ChannelParticipantCreator(user_id=number, admin_rights=rights)
    if role == "admin":
        return types.ChannelParticipantAdmin(promoted_by=number, admin_rights=rights, **facts)
    bans = {"view_messages"} if role == "banned" else channel.bans.get(number, set())
    if bans:
        told = types.ChatBannedRights(until_date=0, **dict.fromkeys(bans, True))
        peer = types.PeerUser(user_id=number)
        more = {"kicked_by": number, "date": facts["date"], "left": role == "banned" or None}
        return types.ChannelParticipantBanned(peer=peer, banned_rights=told, **more)
    return types.ChannelParticipant(**facts)
