"""Who came into a group or channel, asks to, or left it, as Telegram tells the bots there.

Sources: core.telegram.org/constructor/updateChannelParticipant and
/constructor/updateBotChatInviteRequester.
"""

from dataclasses import dataclass
from typing import Any

from pyrogram import raw
from pyrogram.utils import get_channel_id

from procs.records.sponsor_records import ASKED, IN, OUT
from procs.telegram.chat import inbound

types = raw.types
ADMINS = (types.ChannelParticipantAdmin, types.ChannelParticipantCreator)


@dataclass(frozen=True, slots=True)
class MemberChange:
    """Somebody is something else in a chat: `state` as in `SponsorMember`. `link` is the invite
    link that brought them, "" for another way; `serial` tells the change from every other."""

    chat: int
    person: int
    state: str
    link: str
    serial: int
    is_admin: bool = False

    @property
    def mark(self) -> tuple[int, int, int]:
        """No message has a negative number."""
        return self.chat, -self.serial, 0


def parse_member_change(update: Any, users: dict[int, Any]) -> MemberChange | None:
    """The change of which an update tells; None for every other."""
    if isinstance(update, types.UpdateChannelParticipant):
        chat, new = get_channel_id(update.channel_id), update.new_participant
        facts = chat, update.user_id, state(new), link(update.invite), update.qts
        return MemberChange(*facts, is_admin=isinstance(new, ADMINS))
    if isinstance(update, types.UpdateBotChatInviteRequester):
        chat, _ = inbound.place(update.peer, users, {})
        return MemberChange(chat, update.user_id, ASKED, link(update.invite), update.qts)
    return None


def state(participant: Any) -> str:
    """What a participant is. Who is restricted, and there, is a member; who was thrown out is none,
    though Telegram has a row for them."""
    if participant is None or isinstance(participant, types.ChannelParticipantLeft):
        return OUT
    if isinstance(participant, types.ChannelParticipantBanned):
        is_out = participant.left or participant.banned_rights.view_messages
        return OUT if is_out else IN
    return IN


def link(invite: Any) -> str:
    """The invite link by which somebody came; empty for none."""
    return getattr(invite, "link", "") or ""
