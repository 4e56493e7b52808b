"""Addresses of chats, and the number of a message that was sent, read from the answer."""

from typing import Any

from pyrogram import raw
from pyrogram.utils import get_channel_id

from procs.telegram.updates.sent_updates import SentUpdates

#: Ids at or below are channels and supergroups, written as -100<id> (the Bot API's form).
CHANNELS = -1_000_000_000_000
#: UTF-16 units: what Telegram counts text in.
TEXT_LENGTH, CAPTION_LENGTH = 4096, 1024


def peer(chat: int, access: int) -> Any:
    """The address of a chat. `access` is the hash that the bot's own session saw; it belongs to
    the account, so every session of the same bot may use it."""
    if chat > 0:
        return raw.types.InputPeerUser(user_id=chat, access_hash=access)
    if chat <= CHANNELS:
        return raw.types.InputPeerChannel(channel_id=get_channel_id(chat), access_hash=access)
    return raw.types.InputPeerChat(chat_id=-chat)


def reply(message: int, topic: int = 0) -> Any:
    """What makes a message a reply, and puts it into a topic of a forum; None for neither. A topic
    alone is named as the message that it began with (core.telegram.org/api/forum). A message
    number that is not positive stands for one that is not there any more."""
    if message <= 0:
        return raw.types.InputReplyToMessage(reply_to_msg_id=topic) if topic else None
    return raw.types.InputReplyToMessage(reply_to_msg_id=message, top_msg_id=topic or None)


def message_id(answer: Any, random_id: int) -> int | None:
    """The id of the message that a send made, or had made before under the same random_id."""
    if isinstance(answer, raw.types.UpdateShortSentMessage):
        return int(answer.id)
    if isinstance(answer, SentUpdates) and answer.first.random_id == random_id:
        return int(answer.first.id)
    updates = getattr(answer, "updates", [])
    for update in updates:
        if isinstance(update, raw.types.UpdateMessageID) and update.random_id == random_id:
            return int(update.id)
    return None


def cut(text: str, units: int) -> str:
    """`text` in at most `units` UTF-16 units, never in the middle of a character."""
    data = text.encode("utf-16-le", "surrogatepass")
    return data[: units * 2].decode("utf-16-le", "ignore")
