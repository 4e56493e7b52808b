"""Groups, channels and their members, as commands."""

from typing import TYPE_CHECKING, Any

from pyrogram import raw

from tests.sandbox.telegram import membership, posting, render, threads
from tests.sandbox.telegram.commands import command
from tests.sandbox.telegram.render import GENERAL
from tests.sandbox.telegram.tl import Rpc
from tests.sandbox.telegram.world import Content, Topic

types = raw.types

if TYPE_CHECKING:
    from tests.sandbox.telegram.server import Telegram

#: What an administrator may unless told otherwise.
RIGHTS = (
    "change_info",
    "post_messages",
    "edit_messages",
    "delete_messages",
    "ban_users",
    "invite_users",
    "pin_messages",
    "manage_topics",
)


@command
async def channel(server: "Telegram", title: str, username: str, broadcast: bool) -> int:
    record = server.world.channel(title, username, broadcast=broadcast)
    server.changed()
    return -record.id


@command
async def basic_group(server: "Telegram", title: str) -> int:
    record = server.world.basic(title)
    server.changed()
    return -record.id


@command
async def migrate(server: "Telegram", chat: int) -> int:
    """A basic group becomes a supergroup. Source: core.telegram.org/api/channel: the old one says
    where to, as its last message, and takes none any more; the new one says where from."""
    world = server.world
    old = world.channels[-chat]
    new = world.channel(f"{old.title} (supergroup)", broadcast=False)
    new.members, new.rights, new.forbidden = dict(old.members), dict(old.rights), old.forbidden
    by = world.accounts[next(one for one in old.members if not world.accounts[one].is_bot)]
    to = types.MessageActionChatMigrateTo(channel_id=new.id)
    origin = types.MessageActionChannelMigrateFrom(title=old.title, chat_id=old.id)
    posting.publish(server, by, chat, Content(action=to))
    old.moved = new.id
    posting.publish(server, by, -new.id, Content(action=origin))
    return -new.id


@command
async def join(
    server: "Telegram", channel: int, account: int, role: str, rights: list[str] | None = None
) -> None:
    """`role`: creator, admin, member, banned, or left. `rights` of an administrator are named as
    in chatAdminRights; `anonymous` is one."""
    record = server.world.channels[-channel]
    given = rights if role == "creator" or rights is not None else RIGHTS
    membership.become(server, record, account, role, set(given or ()))


@command
async def follow(server: "Telegram", person: int, link: str) -> str:
    """Open a link into a chat, and join."""
    return membership.follow(server, person, link)


@command
async def decide(server: "Telegram", channel: int, account: int, lets_in: bool) -> None:
    """Answer a join request."""
    membership.decide(server, server.world.channels[-channel], account, lets_in=lets_in)


@command
async def invite(server: "Telegram", channel: int, account: int, by_request: bool) -> str:
    """A link of an administrator."""
    record, admin = server.world.channels[-channel], server.world.accounts[account]
    link = membership.invite(record, admin, by_request=by_request, title="")
    server.changed()
    return link


@command
async def invites(server: "Telegram", channel: int) -> dict[str, dict[str, Any]]:
    """The links into a chat, with their counts."""
    record = server.world.channels[-channel]
    return {
        link: {"usage": one.usage, "by_request": one.by_request, "revoked": one.revoked}
        for link, one in record.invites.items()
    }


@command
async def allow(server: "Telegram", chat: int, facts: dict[str, Any]) -> None:
    """`reactions` that are allowed (None: all), `forbidden` for all members, `linked` chat."""
    record = server.world.channels[-chat]
    if "reactions" in facts:
        record.reactions = facts["reactions"]
    if "forbidden" in facts:
        record.forbidden = set(facts["forbidden"])
    if "linked" in facts:
        record.linked = facts["linked"]
        server.world.channels[-record.linked].linked = chat
    server.changed()


@command
async def restrict(server: "Telegram", chat: int, account: int, bans: list[str]) -> None:
    """What this member may not, named as in chatBannedRights; [] lifts it."""
    server.world.channels[-chat].bans[account] = set(bans)
    server.changed()


@command
async def forum(server: "Telegram", chat: int) -> None:
    """From now on the group has topics, at first the General one. Its number is that of the
    message that a group begins with, so no other message has it."""
    record = server.world.channels[-chat]
    record.topics.setdefault(GENERAL, Topic("General"))
    record.box.count = max(record.box.count, GENERAL)
    server.changed()


@command
async def topic(server: "Telegram", chat: int, person: int, title: str) -> int:
    """Open one; its number."""
    account, record = server.world.accounts[person], server.world.channels[-chat]
    post = posting.publish(server, account, chat, threads.opening(title))
    threads.opened(record, post.numbers[chat], title)
    server.changed()
    return post.numbers[chat]


@command
async def close_topic(server: "Telegram", chat: int, topic: int, closed: bool) -> None:
    server.world.channels[-chat].topics[topic].closed = closed
    server.changed()


@command
async def delete_topic(server: "Telegram", chat: int, topic: int) -> None:
    if topic == GENERAL:
        raise Rpc(400, "TOPIC_ID_INVALID")
    del server.world.channels[-chat].topics[topic]
    server.changed()


@command
async def lives_far(server: "Telegram", account: int) -> None:
    """An account moves to another data center than that of the bots."""
    server.world.accounts[account].center = render.FAR_DC
    server.changed()


@command
async def botfather(server: "Telegram", bot: int, facts: dict[str, bool]) -> None:
    """What a bot's owner switches: privacy, inline, feedback."""
    account = server.world.accounts[bot]
    account.privacy = facts.get("privacy", account.privacy)
    account.inline = facts.get("inline", account.inline)
    account.feedback = facts.get("feedback", account.feedback)
    server.changed()
