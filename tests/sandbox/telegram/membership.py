"""Who comes into a group or channel, asks to, or goes, and which bots are told.

Sources: core.telegram.org/constructor/updateChannelParticipant (bots that are administrators are
told of each change, and of their own), /constructor/updateBotChatInviteRequester (those that may
invite are told of join requests), /api/invites (links with a count, join requests).
"""

import secrets
import time
from typing import TYPE_CHECKING, Any

from pyrogram import raw

from tests.sandbox.telegram import render, rights, updates
from tests.sandbox.telegram.tl import Rpc, make
from tests.sandbox.telegram.world import Account, Channel, Invite

if TYPE_CHECKING:
    from tests.sandbox.telegram.server import Telegram

types = raw.types
#: What a link begins with that leads into a private chat.
PLUS = "https://t.me/+"


def become(
    server: "Telegram",
    record: Channel,
    account: int,
    role: str,
    rights_then: set[str] | None = None,
    link: str = "",
) -> None:
    """An account is something else there from now on; `role` as in `gatherings.join`."""
    before = shown(record, account)
    told = {account, *admin_bots(server, record)}
    record.members[account] = role
    record.rights[account] = set(rights_then or ())
    record.asking.pop(account, None)
    if role == "left":
        del record.members[account]
    if role != "admin" and not (role == "creator" and rights_then):
        record.rights.pop(account, None)
    facts = {"channel_id": record.id, "date": int(time.time()), "actor_id": account}
    update = {**facts, "user_id": account, "prev_participant": before}
    update |= {"new_participant": shown(record, account), "invite": exported(record, link)}
    for number in told | set(admin_bots(server, record)):
        if server.world.accounts[number].is_bot:
            about = [server.world.accounts[account]]
            news = make(types.UpdateChannelParticipant, qts=0, **update)
            updates.notify(server, server.world.accounts[number], news, [], about)
    server.changed()


def shown(record: Channel, account: int) -> Any:
    return rights.participant(record, account) if account in record.members else None


def admin_bots(server: "Telegram", record: Channel) -> list[int]:
    accounts = server.world.accounts
    return [n for n in record.members if accounts[n].is_bot and record.is_admin(n)]


def exported(record: Channel, link: str) -> Any:
    """An invite link as its chat's administrators see it."""
    invite = record.invites.get(link)
    if invite is None:
        return None
    return make(
        types.ChatInviteExported,
        link=link,
        admin_id=invite.admin,
        date=int(invite.date),
        revoked=invite.revoked or None,
        request_needed=invite.by_request or None,
        usage=invite.usage or None,
        requested=sum(one == link for one in record.asking.values()) or None,
        title=invite.title or None,
    )


def invite(record: Channel, account: Account, *, by_request: bool, title: str) -> str:
    """A new link of an administrator. Raises Rpc."""
    if not record.may(account.id, "invite_users"):
        raise Rpc(400, "CHAT_ADMIN_REQUIRED")
    link = PLUS + secrets.token_urlsafe(12)
    record.invites[link] = Invite(account.id, time.time(), by_request, title)
    return link


def behind(server: "Telegram", link: str) -> Channel:
    """The chat into which a link leads. Raises Rpc."""
    for record in server.world.channels.values():
        if link in record.invites:
            if record.invites[link].revoked:
                raise Rpc(400, "INVITE_HASH_EXPIRED")
            return record
        if record.username and link.endswith(f"/{record.username}"):
            return record
    raise Rpc(400, "INVITE_HASH_INVALID")


def follow(server: "Telegram", account: int, link: str) -> str:
    """A person opens a link and joins: what that makes them, `member`, or `asking` where the chat's
    administrators decide. Raises Rpc."""
    record = behind(server, link)
    invite = record.invites.get(link)
    if record.members.get(account) == "banned":
        raise Rpc(400, "INVITE_HASH_EXPIRED")
    if account in record.members:
        raise Rpc(400, "USER_ALREADY_PARTICIPANT")
    if invite is not None and invite.by_request:
        ask(server, record, account, link)
        return "asking"
    if invite is not None:
        invite.usage += 1
    become(server, record, account, "member", link=link)
    return "member"


def ask(server: "Telegram", record: Channel, account: int, link: str) -> None:
    """A join request; those who may invite are told."""
    record.asking[account] = link
    for number in admin_bots(server, record):
        if record.may(number, "invite_users"):
            news = make(
                types.UpdateBotChatInviteRequester,
                peer=render.peer(-record.id),
                date=int(time.time()),
                user_id=account,
                about="",
                invite=exported(record, link),
                qts=0,
            )
            about = [server.world.accounts[account]]
            updates.notify(server, server.world.accounts[number], news, [], about)
    server.changed()


def decide(server: "Telegram", record: Channel, account: int, *, lets_in: bool) -> None:
    """An administrator answers a join request. Raises Rpc where there is none."""
    link = record.asking.pop(account, "")
    if not link:
        raise Rpc(400, "HIDE_REQUESTER_MISSING")
    if lets_in:
        record.invites[link].usage += 1
        become(server, record, account, "member", link=link)
    server.changed()
