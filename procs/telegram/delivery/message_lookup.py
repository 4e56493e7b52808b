"""Reads messages by number. A bot may not read a chat's history, but it may ask for messages by
number (messages.getMessages, channels.getMessages)."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from pyrogram import raw

from procs.telegram.session.peers import CHANNELS, peer
from procs.telegram.session.rpc import Rpc

#: Messages of one call, and calls until a search is given up.
MESSAGES_A_CALL, LOOKUP_CALLS = 100, 20


async def messages(line: Rpc, chat: int, access: int, numbers: Sequence[int]) -> list[Any]:
    """The messages of these numbers that are there. Raises as `Rpc.ask`."""
    wanted: list[Any] = [raw.types.InputMessageID(id=number) for number in numbers]
    if chat <= CHANNELS:
        address = peer(chat, access)
        channel = raw.types.InputChannel(
            channel_id=address.channel_id, access_hash=address.access_hash
        )
        query: Any = raw.functions.channels.GetMessages(channel=channel, id=wanted)
    else:
        query = raw.functions.messages.GetMessages(id=wanted)
    answer = await line.ask(query)
    return [one for one in answer.messages if isinstance(one, raw.types.Message)]


async def messages_after(line: Rpc, chat: int, access: int, after: int) -> AsyncIterator[Any]:
    """Messages with numbers above `after`, in their order. Outside of channels the numbers are
    those of all chats of the bot, so others' messages lie between."""
    for page in range(LOOKUP_CALLS):
        first = after + 1 + page * MESSAGES_A_CALL
        found = await messages(line, chat, access, range(first, first + MESSAGES_A_CALL))
        for message in found:
            yield message
        if not found:
            return


def answer(message: Any, to: int, kind: str) -> Any | None:
    """The file or photo that a message of ours shows as an answer to message `to`, if it is of this
    kind."""
    header = getattr(message, "reply_to", None)
    replied = getattr(header, "reply_to_msg_id", 0) if header else 0
    is_ours = message.out and replied == to and is_file(message.media)
    return getattr(message.media, kind, None) if is_ours else None


def is_file(media: Any) -> bool:
    """Whether a media is a file or a photo, and so has a reference."""
    return isinstance(media, (raw.types.MessageMediaDocument, raw.types.MessageMediaPhoto))
