"""Group updates other than messages, and the query for one member of a group."""

from dataclasses import dataclass
from typing import Any

from pyrogram import raw
from pyrogram.utils import get_channel_id

from procs.errors import ChatClosed, TelegramRefused
from procs.telegram.session.peers import CHANNELS, peer
from procs.telegram.session.rpc import Rpc

MEMBERS = (raw.types.UpdateChannelParticipant, raw.types.UpdateChatParticipant)
ADMINS = (
    raw.types.ChannelParticipantAdmin,
    raw.types.ChannelParticipantCreator,
    raw.types.ChatParticipantAdmin,
    raw.types.ChatParticipantCreator,
)
#: Telegram's word for somebody who is not in a channel.
STRANGER = "USER_NOT_PARTICIPANT"


@dataclass(frozen=True, slots=True)
class MemberNews:
    """The role of a member changed; `person` is 0 when the update names nobody."""

    chat: int
    person: int


@dataclass(frozen=True, slots=True)
class MovedGroup:
    """A group became a supergroup: its chat has another number, and so have all messages to come.
    `access` addresses the new one."""

    old: int
    new: int
    access: int


GroupNews = MemberNews | MovedGroup


def news(update: Any, chats: dict[int, Any]) -> GroupNews | None:
    """The group event of an update; None for any other update."""
    if isinstance(update, raw.types.UpdateChannelParticipant):
        return MemberNews(get_channel_id(update.channel_id), update.user_id)
    if isinstance(update, raw.types.UpdateChatParticipant):
        return MemberNews(-update.chat_id, update.user_id)
    if isinstance(update, raw.types.UpdateChatParticipantAdmin):
        return MemberNews(-update.chat_id, update.user_id)
    message = getattr(update, "message", None)
    return moved(message, chats) if isinstance(message, raw.types.MessageService) else None


def moved(message: Any, chats: dict[int, Any]) -> MovedGroup | None:
    """Both chats say it: the old one as its last message, the new one as its first
    (core.telegram.org/api/channel#migration)."""
    action = message.action
    if isinstance(action, raw.types.MessageActionChatMigrateTo):
        old, new = message.peer_id.chat_id, action.channel_id
    elif isinstance(action, raw.types.MessageActionChannelMigrateFrom):
        old, new = action.chat_id, message.peer_id.channel_id
    else:
        return None
    access = getattr(chats.get(new), "access_hash", 0) or 0
    return MovedGroup(-old, get_channel_id(new), access)


async def is_admin(line: Rpc, chat: int, access: int, user: int, user_access: int) -> bool:
    """Whether a person is an admin of a group. Raises as `Rpc.ask`."""
    if chat > CHANNELS:
        answer = await line.ask(raw.functions.messages.GetFullChat(chat_id=-chat))
        there = getattr(answer.full_chat.participants, "participants", None) or []
        return any(isinstance(one, ADMINS) and one.user_id == user for one in there)
    channel = peer(chat, access)
    query = raw.functions.channels.GetParticipant(
        channel=raw.types.InputChannel(
            channel_id=channel.channel_id, access_hash=channel.access_hash
        ),
        participant=raw.types.InputPeerUser(user_id=user, access_hash=user_access),
    )
    try:
        answer = await line.ask(query)
    except (ChatClosed, TelegramRefused) as error:
        if error.detail == STRANGER:
            return False
        raise
    return isinstance(answer.participant, ADMINS)
