"""The world as TL objects, seen by one account."""

from typing import TYPE_CHECKING, Any

from pyrogram import raw

from tests.sandbox.telegram.tl import make
from tests.sandbox.telegram.world import Account, Box, Channel, Post, World

if TYPE_CHECKING:
    from tests.sandbox.telegram.files import Stored, Vault

types = raw.types
#: The one data centre there is.
DC = 2


def user(world: World, account: Account, viewer: int) -> Any:
    return make(
        types.User,
        id=account.id,
        access_hash=world.access_hash(viewer, account.id),
        is_self=account.id == viewer or None,
        first_name=account.name,
        username=account.username or None,
        deleted=account.deactivated or None,
        premium=account.premium or None,
        phone=account.phone if account.phone and account.id == viewer else None,
        **(
            {"bot": True, "bot_info_version": 1}
            if account.is_bot
            else {"lang_code": account.language}
        ),
    )


def channel(world: World, record: Channel, viewer: int) -> Any:
    role = record.members.get(viewer, "left")
    return make(
        types.Channel,
        id=record.id,
        title=record.title,
        photo=types.ChatPhotoEmpty(),
        access_hash=world.access_hash(viewer, -record.id),
        username=record.username or None,
        broadcast=record.broadcast or None,
        megagroup=not record.broadcast or None,
        left=role == "left" or None,
        creator=role == "creator" or None,
        admin_rights=make(types.ChatAdminRights, post_messages=True) if role == "admin" else None,
    )


def peer(number: int) -> Any:
    if number < 0:
        return types.PeerChannel(channel_id=-number)
    return types.PeerUser(user_id=number)


def message(world: World, vault: "Vault", post: Post, box: Box) -> Any:
    """Source: core.telegram.org/constructor/message: what is posted in a channel names no sender,
    what is said in a supergroup does."""
    content = post.content
    out = box.owner == post.sender
    posted = post.to < 0 and world.channels[-post.to].broadcast
    return make(
        types.Message,
        id=post.numbers[box.owner],
        out=out or None,
        post=posted or None,
        from_id=None if posted else peer(post.sender),
        peer_id=peer(post.peer(box.owner)),
        date=int(post.date),
        edit_date=int(post.edited) or None,
        message=content.text,
        entities=content.entities,
        media=vault.media(content.media) if content.media else None,
        reply_markup=content.markup,
        fwd_from=content.forward,
        reply_to=reply(world.number(content.reply, box.owner)),
        grouped_id=content.group or None,
    )


def reply(number: int) -> Any:
    return types.MessageReplyHeader(reply_to_msg_id=number) if number else None


def document(stored: "Stored", reference: bytes) -> Any:
    return make(
        types.Document,
        id=stored.id,
        access_hash=stored.access_hash,
        file_reference=reference,
        date=int(stored.date),
        mime_type=stored.mime,
        size=stored.size,
        dc_id=DC,
        thumbs=[thumb(stored)] if stored.thumb else [],
        attributes=stored.attributes,
    )


def thumb(stored: "Stored") -> Any:
    return make(types.PhotoSize, type="m", w=320, h=180, size=len(stored.thumb))


def photo(stored: "Stored", reference: bytes) -> Any:
    size = types.PhotoSize(type="x", w=stored.width, h=stored.height, size=stored.size)
    return make(
        types.Photo,
        id=stored.id,
        access_hash=stored.access_hash,
        file_reference=reference,
        date=int(stored.date),
        sizes=[size],
        dc_id=DC,
    )


def people(world: World, viewer: int, posts: list[Post]) -> list[Any]:
    """The users that a client must know to read these messages."""
    ids = {viewer} | {n for post in posts for n in (post.sender, post.to) if n > 0}
    ids |= {author for post in posts if (author := forwarded_from(post))}
    return [user(world, world.accounts[n], viewer) for n in sorted(ids) if n in world.accounts]


def forwarded_from(post: Post) -> int:
    author = getattr(post.content.forward, "from_id", None)
    return getattr(author, "user_id", 0)


def chats(world: World, viewer: int, posts: list[Post]) -> list[Any]:
    ids = sorted({-post.to for post in posts if post.to < 0})
    return [channel(world, world.channels[n], viewer) for n in ids]
