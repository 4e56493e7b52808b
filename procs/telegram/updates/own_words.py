"""What Telegram pushes of a message that another session of the bot sent to a person.

There is one for each media that a worker delivers. The bot needs its number in the stream of
updates and nothing of the message, which is most of the work of decoding: so the numbers behind the
message are found by where the people begin, of whom there is one at least. A text is valid UTF-8
and can hold no such beginning. Whatever looks otherwise is decoded as a whole.

Sources: core.telegram.org/mtproto/serialize, core.telegram.org/constructor/message.
"""

import struct
from collections.abc import Iterator
from typing import Any

from pyrogram.raw import types

VECTOR = 0x1CB5C415
#: updates, vector, its length, a new message, its message with both its flags and its number; then
#: who wrote it, perhaps, and whose chat it is in.
MESSAGE_HEAD, PEER = struct.Struct("<IIiIIIIi"), struct.Struct("<Iq")
CONSTRUCTORS = (types.Updates.ID, VECTOR, 1, types.UpdateNewMessage.ID, types.Message.ID)
#: pts, its count, then the vector of people, its length, and the first of them.
NUMBERS = struct.Struct("<iiIiI")
#: The vector of chats, of which there are none, then date and seq.
CHATS_END = struct.Struct("<Iiii")
#: A message that is ours, and one that names its author; other fields that would stand before its
#: chat, of both flags.
OUT, AUTHOR, BOOSTS, RANK = 1 << 1, 1 << 8, 1 << 29, 1 << 12
#: People who may come along with a message.
MOST_PEOPLE = 8


def of_push(body: bytes) -> types.Updates | None:
    """The update in a message's body where it is one of these, without people and without what
    the message says; None for any other."""
    if len(body) < MESSAGE_HEAD.size + 2 * PEER.size + NUMBERS.size + CHATS_END.size:
        return None
    *kinds, flags, flags2, number = MESSAGE_HEAD.unpack_from(body)
    chats, count, date, seq = CHATS_END.unpack_from(body, len(body) - CHATS_END.size)
    is_ours = flags & OUT and not flags & BOOSTS and not flags2 & RANK
    peers = [PEER.unpack_from(body, MESSAGE_HEAD.size + n * PEER.size) for n in (0, 1)]
    peers = peers if flags & AUTHOR else peers[:1]
    if tuple(kinds) != CONSTRUCTORS or not is_ours:
        return None
    if any(kind != types.PeerUser.ID for kind, _ in peers):
        return None
    person = peers[-1][1]
    found = list(endings(body))
    if len(found) != 1 or (chats, count) != (VECTOR, 0):
        return None
    pts, pts_count, *_ = NUMBERS.unpack_from(body, found[0])
    chat = types.PeerUser(user_id=person)
    none: Any = []  # as the library reads lists that are not there
    lists = {"entities": none, "restriction_reason": none}
    said = types.Message(id=number, peer_id=chat, date=date, message="", out=True, **lists)
    update = types.UpdateNewMessage(message=said, pts=pts, pts_count=pts_count)
    return types.Updates(updates=[update], users=[], chats=[], date=date, seq=seq)


def endings(body: bytes) -> Iterator[int]:
    """Where the numbers behind a message may stand: before each beginning of people."""
    for count in range(1, MOST_PEOPLE + 1):
        place = body.find(struct.pack("<IiI", VECTOR, count, types.User.ID))
        if place >= MESSAGE_HEAD.size:
            yield place - 8
