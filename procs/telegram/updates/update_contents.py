"""The updates in a container or in a difference, and the number of each.

Sources: core.telegram.org/type/Updates, /type/updates.Difference, /type/updates.ChannelDifference.
"""

from dataclasses import dataclass
from typing import Any

from pyrogram.raw import types
from pyrogram.utils import get_channel_id

from procs.telegram.updates import short_updates

#: The box of private chats and basic groups; channels have one each, named by their id.
COMMON = 0
NEW = (types.UpdateNewMessage, types.UpdateNewChannelMessage)
EDITED = (types.UpdateEditMessage, types.UpdateEditChannelMessage)
MESSAGES = (*NEW, *EDITED)
DELETED = (types.UpdateDeleteMessages, types.UpdateDeleteChannelMessages)
AFFECTED = (
    types.messages.AffectedMessages,
    types.messages.AffectedHistory,
    types.messages.AffectedFoundMessages,
)


@dataclass(frozen=True, slots=True)
class UpdateContents:
    """One update, with the people and chats that it names, by their ids."""

    update: Any
    users: dict[int, Any]
    chats: dict[int, Any]


def opened(updates: Any) -> list[UpdateContents]:
    """The updates in a container, each with the people and chats that came along."""
    if isinstance(updates, (types.Updates, types.UpdatesCombined)):
        users = {user.id: user for user in updates.users}
        chats = {chat.id: chat for chat in updates.chats}
        return [UpdateContents(update, users, chats) for update in updates.updates]
    if isinstance(updates, types.UpdateShort):
        return [UpdateContents(updates.update, {}, {})]
    if isinstance(updates, (types.UpdateShortMessage, types.UpdateShortChatMessage)):
        return [UpdateContents(short_updates.lengthened(updates), {}, {})]
    return []


def reaches(answer: Any, asked: int) -> tuple[int, bool]:
    """The place that a difference leads to, and whether there is more behind it."""
    kinds = types.updates
    if isinstance(answer, kinds.DifferenceTooLong):
        return answer.pts, answer.pts != asked
    if isinstance(answer, kinds.Difference):
        return answer.state.pts, False
    if isinstance(answer, kinds.DifferenceSlice):
        # One that leads nowhere would be asked for again and again.
        return answer.intermediate_state.pts, answer.intermediate_state.pts != asked
    if isinstance(answer, kinds.ChannelDifferenceTooLong):
        place = getattr(answer.dialog, "pts", None) or asked
        return place, not answer.final and place != asked
    if isinstance(answer, (kinds.ChannelDifference, kinds.ChannelDifferenceEmpty)):
        return answer.pts, not answer.final and answer.pts != asked
    return asked, False


def contents(answer: Any) -> tuple[list[UpdateContents], list[UpdateContents]]:
    """The new messages and the other updates of a difference."""
    users = {user.id: user for user in getattr(answer, "users", None) or []}
    chats = {chat.id: chat for chat in getattr(answer, "chats", None) or []}
    fresh = getattr(answer, "new_messages", None) or getattr(answer, "messages", None) or []
    others = getattr(answer, "other_updates", None) or []
    new = [types.UpdateNewMessage(message=message, pts=0, pts_count=0) for message in fresh]
    return [UpdateContents(one, users, chats) for one in new], [
        UpdateContents(one, users, chats) for one in others
    ]


def box_of(update: Any) -> int:
    """The box that an update belongs to."""
    peer = getattr(getattr(update, "message", None), "peer_id", None)
    channel = getattr(update, "channel_id", None) or getattr(peer, "channel_id", None)
    return get_channel_id(channel) if channel else COMMON


def before(update: Any) -> int | None:
    """The place before an update, None when it has no number."""
    number = getattr(update, "pts", None)
    return number - max(1, getattr(update, "pts_count", None) or 0) if number else None


def most(update: Any) -> int | None:
    """The number of events that an update can stand for; None when that is unknown."""
    if isinstance(update, DELETED):
        return len(update.messages)
    return 1 if isinstance(update, MESSAGES) else None
