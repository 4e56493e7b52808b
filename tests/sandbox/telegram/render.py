"""The world as TL objects, seen by one account."""

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pyrogram import raw

from tests.sandbox.telegram.tl import make
from tests.sandbox.telegram.world import BASIC, Account, Box, Channel, Post, World

if TYPE_CHECKING:
    from tests.sandbox.telegram.files import Stored, Vault

types = raw.types
#: The one data centre there is.
DC = 2
#: Another data center, in which nobody lives but who was told to.
FAR_DC = 4
#: The number of the topic that every forum has.
GENERAL = 1


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
            {
                "bot": True,
                "bot_info_version": 1,
                "bot_chat_history": not account.privacy or None,
                "bot_inline_placeholder": "Search" if account.inline else None,
            }
            if account.is_bot
            else {"lang_code": account.language}
        ),
    )


def channel(world: World, record: Channel, viewer: int) -> Any:
    role = record.members.get(viewer, "left")
    if record.is_basic:
        return basic(world, record, viewer)
    rights = record.rights.get(viewer, set())
    return make(
        types.Channel,
        id=record.id,
        title=record.title,
        photo=types.ChatPhotoEmpty(),
        access_hash=world.access_hash(viewer, -record.id),
        username=record.username or None,
        broadcast=record.broadcast or None,
        megagroup=not record.broadcast or None,
        forum=record.is_forum or None,
        has_link=bool(record.linked) or None,
        left=role == "left" or None,
        creator=role == "creator" or None,
        admin_rights=admin_rights(rights) if role == "admin" else None,
        default_banned_rights=banned_rights(record.forbidden),
    )


def basic(world: World, record: Channel, viewer: int) -> Any:
    """Source: core.telegram.org/constructor/chat: one that became a supergroup says which."""
    role, to = record.members.get(viewer, "left"), record.moved
    hash_ = world.access_hash(viewer, -to)
    moved = types.InputChannel(channel_id=to, access_hash=hash_) if to else None
    return make(
        types.Chat,
        id=record.id,
        title=record.title,
        photo=types.ChatPhotoEmpty(),
        participants_count=len(record.members),
        date=1_700_000_000,
        version=1,
        creator=role == "creator" or None,
        left=role == "left" or None,
        deactivated=bool(to) or None,
        migrated_to=moved,
        admin_rights=admin_rights(record.rights.get(viewer, set())) if role == "admin" else None,
        default_banned_rights=banned_rights(record.forbidden),
    )


def admin_rights(rights: set[str]) -> Any:
    return types.ChatAdminRights(**dict.fromkeys(rights, True))


def banned_rights(bans: set[str]) -> Any:
    return make(types.ChatBannedRights, **dict.fromkeys(bans, True))


def peer(number: int) -> Any:
    if -BASIC < number < 0:
        return types.PeerChat(chat_id=-number)
    if number < 0:
        return types.PeerChannel(channel_id=-number)
    return types.PeerUser(user_id=number)


def message(world: World, vault: "Vault", post: Post, box: Box, viewer: int = 0) -> Any:
    """As `viewer` is told of it, by default the owner of the box. Source: core.telegram.org/
    constructor/message: what is posted in a channel names no sender, what is said in a supergroup
    does; `out` is the viewer's own, wherever it stands."""
    content = post.content
    viewer = viewer or box.owner
    facts = {
        "id": post.numbers[box.owner],
        "out": viewer == post.sender or None,
        "mentioned": mentions(world, post, viewer) or None,
        "silent": content.silent or None,
        "post": is_posted(world, post) or None,
        "from_id": None if is_posted(world, post) else peer(post.author or post.sender),
        "peer_id": peer(post.peer(box.owner)),
        "date": int(post.date),
        "reply_to": reply(world, post, box.owner),
        "reactions": reactions(post, viewer) if post.reactions else None,
    }
    if content.action is not None:
        return make(types.MessageService, action=content.action, **facts)
    return make(
        types.Message,
        edit_date=int(post.edited) or None,
        message=content.text,
        entities=content.entities,
        media=vault.media(content.media, spoiler=content.spoiler) if content.media else None,
        reply_markup=content.markup,
        fwd_from=content.forward,
        via_bot_id=content.via or None,
        grouped_id=content.group or None,
        **facts,
    )


def is_posted(world: World, post: Post) -> bool:
    """Whether it is a channel's own post."""
    return post.to < 0 and world.channels[-post.to].broadcast


def reply(world: World, post: Post, owner: int) -> Any:
    """Source: core.telegram.org/api/forum: in a topic the header names the topic, beside the
    message that is answered if there is one; the General topic is not named."""
    number, topic = world.number(post.content.reply, owner), post.content.topic
    if topic <= GENERAL:
        return types.MessageReplyHeader(reply_to_msg_id=number) if number else None
    beside = topic if number not in (0, topic) else None
    return types.MessageReplyHeader(
        forum_topic=True, reply_to_msg_id=number or topic, reply_to_top_id=beside
    )


def mentions(world: World, post: Post, viewer: int) -> bool:
    """Whether it is meant for this account: by its name, or as an answer to a message of its."""
    account = world.accounts.get(viewer)
    if account is None or post.sender == viewer:
        return False
    answered = world.posts.get(post.content.reply)
    named = account.username and any(
        isinstance(entity, types.MessageEntityMention)
        and cut(post.content.text, entity).lower() == f"@{account.username}".lower()
        for entity in post.content.entities
    )
    return bool(named) or (answered is not None and answered.sender == viewer)


def cut(text: str, entity: Any) -> str:
    """The words of an entity, whose place is counted in UTF-16 units."""
    units = text.encode("utf-16-le")
    return units[2 * entity.offset : 2 * (entity.offset + entity.length)].decode("utf-16-le")


def reactions(post: Post, viewer: int) -> Any:
    """Source: core.telegram.org/api/reactions; `chosen_order` marks one's own."""
    counted = Counter(emoji for given in post.reactions.values() for emoji in given)
    own = post.reactions.get(viewer, [])
    results = [
        types.ReactionCount(
            reaction=types.ReactionEmoji(emoticon=emoji),
            count=count,
            chosen_order=own.index(emoji) if emoji in own else None,
        )
        for emoji, count in counted.items()
    ]
    return types.MessageReactions(results=results, can_see_list=post.to < 0 or None)


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
    ids = {viewer} | {n for post in posts for n in named(post) if n > 0}
    return [user(world, world.accounts[n], viewer) for n in sorted(ids) if n in world.accounts]


def chats(world: World, viewer: int, posts: list[Post]) -> list[Any]:
    return channels(world, viewer, {-n for post in posts for n in named(post) if n < 0})


def channels(world: World, viewer: int, ids: Iterable[int]) -> list[Any]:
    return [channel(world, world.channels[n], viewer) for n in sorted(ids) if n in world.channels]


def named(post: Post) -> set[int]:
    """Whom a message names: accounts, and minus channels. Who is anonymous is not named."""
    header = post.content.forward
    first = getattr(header, "from_id", None)
    saved = getattr(header, "saved_from_peer", None)
    action = post.content.action
    other = {-getattr(action, "channel_id", 0), -getattr(action, "chat_id", 0)}  # a migration
    peers = {number(first), number(saved), post.to, post.content.via, *other}
    return {post.author or post.sender, *peers, *post.reactions} - {0}


def number(given: Any) -> int:
    """A TL peer as one number."""
    return getattr(given, "user_id", 0) or -(
        getattr(given, "channel_id", 0) or getattr(given, "chat_id", 0)
    )
