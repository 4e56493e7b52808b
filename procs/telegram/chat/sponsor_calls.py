"""What Telegram is asked about the chats of sponsors, and who is in them.

Sources: core.telegram.org/method/channels.getParticipant, /messages.exportChatInvite,
/messages.checkChatInvite (bots may ask it of chats in which they are), /api/invites.
"""

from dataclasses import dataclass
from typing import Any

from pyrogram import raw
from pyrogram.utils import get_channel_id

from procs.errors import ChatClosed, TelegramAway, TelegramRefused
from procs.records.sponsor_records import IN, OUT
from procs.telegram.chat import member_updates
from procs.telegram.chat.bot_session import BotSession
from procs.telegram.chat.group_news import STRANGER
from procs.telegram.session.peers import CHANNELS, peer
from procs.telegram.session.rpc import Rpc

functions, types = raw.functions, raw.types
#: The call that asks about somebody, by whose name Telegram's waits are kept.
ASK = "channels.GetParticipant"
#: Seconds for which somebody's answer is waited for.
PATIENCE = 5.0
#: What Telegram says where the bot may not ask any more.
LOST = frozenset(
    {
        *("CHAT_ADMIN_REQUIRED", "CHANNEL_PRIVATE", "CHANNEL_INVALID", "CHAT_FORBIDDEN"),
        *("CHAT_ID_INVALID", "CHANNEL_PUBLIC_GROUP_NA"),
    }
)
REFUSALS = (ChatClosed, TelegramRefused)


@dataclass(frozen=True, slots=True)
class SponsorChat:
    """A group or channel as the bot sees it. `nick` is its public name, "" for a private one;
    `may_invite` whether the bot may make invite links there."""

    chat: int
    access: int
    title: str
    nick: str
    is_admin: bool
    may_invite: bool


class SponsorCalls:
    """Calls about sponsors' chats, over the connection of the bot's session."""

    def __init__(self, front: BotSession) -> None:
        self.front = front

    @property
    def line(self) -> Rpc:
        """The connection. Raises TelegramAway while there is none."""
        if self.front.line is None:
            raise TelegramAway("not connected")
        return self.front.line

    async def member(self, chat: int, access: int, person: int, person_access: int) -> str:
        """What somebody is in a chat. Raises as `Rpc.ask`."""
        query = functions.channels.GetParticipant(
            channel=channel(chat, access),
            participant=types.InputPeerUser(user_id=person, access_hash=person_access),
        )
        try:
            answer = await self.line.ask(query, timeout=PATIENCE)
        except REFUSALS as error:
            if error.detail == STRANGER:
                return OUT
            raise
        return member_updates.state(answer.participant) or IN

    async def named(self, nick: str) -> SponsorChat | None:
        """The chat of a public name; None for one that is no group or channel. Raises as
        `Rpc.ask`."""
        query = functions.contacts.ResolveUsername(username=nick)
        answer = await self.line.ask(query)
        return seen(answer.chats[0]) if answer.chats else None

    async def behind(self, link_hash: str) -> SponsorChat | None:
        """The chat into which an invite link leads; None where the bot is not in it. Raises as
        `Rpc.ask`."""
        answer = await self.line.ask(functions.messages.CheckChatInvite(hash=link_hash))
        known = isinstance(answer, types.ChatInviteAlready)
        return seen(answer.chat) if known else None

    async def about(self, chat: int, access: int) -> SponsorChat | None:
        """The chat of this number; None for one of another kind. Raises as `Rpc.ask`."""
        if chat > CHANNELS:
            return None
        answer = await self.line.ask(functions.channels.GetChannels(id=[channel(chat, access)]))
        return seen(answer.chats[0]) if answer.chats else None

    async def invite(self, chat: int, access: int, *, by_request: bool, title: str) -> str:
        """A new invite link of our own. Raises as `Rpc.ask`."""
        query = functions.messages.ExportChatInvite(
            peer=peer(chat, access), request_needed=by_request or None, title=title or None
        )
        answer = await self.line.ask(query)
        return str(answer.link)


def channel(chat: int, access: int) -> Any:
    """A channel or group as a call names it."""
    return types.InputChannel(channel_id=get_channel_id(chat), access_hash=access)


def seen(chat: Any) -> SponsorChat | None:
    """A chat that Telegram shows; None where it shows nothing but that it is closed to us."""
    if not isinstance(chat, types.Channel):
        return None
    rights = chat.admin_rights
    return SponsorChat(
        get_channel_id(chat.id),
        chat.access_hash or 0,
        chat.title,
        chat.username or "",
        is_admin=bool(chat.creator or rights),
        may_invite=bool(chat.creator or (rights and rights.invite_users)),
    )
