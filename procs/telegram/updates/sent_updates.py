"""The answer to a call that made a message, of which its number is all that most callers want.

Telegram answers with updates: first the number of the message for the random id of the call, then
the whole message as it stands in the chat, with the people in it, which is most of the work of
decoding. A session without updates never reads that; one with updates reads the numbers behind the
message, as of a push (`own_words`).
"""

import struct
from io import BytesIO
from typing import Any

from pyrogram.raw import types
from pyrogram.raw.core import TLObject

from procs.telegram.updates import own_words

#: result, its call, updates, vector, its length, and the first update with its number and its
#: random id (core.telegram.org/mtproto/serialize).
BEGINNING = struct.Struct("<IqIIiIiq")
VECTOR = 0x1CB5C415
CONSTRUCTORS = (types.RpcResult.ID, types.Updates.ID, VECTOR, types.UpdateMessageID.ID)


#: Bytes of the answer's updates up to the length of their vector, and up to its second.
LENGTH_AT, SECOND_AT = 8, 28


class SentUpdates(types.Updates):
    """Updates that are decoded when anything but the number of the first message is asked for. What
    nobody can decode holds that number alone."""

    def __init__(self, first: types.UpdateMessageID, body: bytes, unreadable: Any) -> None:
        self.first, self.body, self.unreadable = first, body, unreadable

    def __getattr__(self, name: str) -> Any:
        """A field of `Updates`. Raises AttributeError for anything else."""
        if name not in types.Updates.__slots__:
            raise AttributeError(name)
        try:
            whole = TLObject.read(BytesIO(self.body))
        except self.unreadable:
            whole = types.Updates(updates=[self.first], users=[], chats=[], date=0, seq=0)
        for field in types.Updates.__slots__:
            setattr(self, field, getattr(whole, field))
        return getattr(self, name)

    def numbers(self) -> types.Updates | None:
        """The number of a message to a person and that of its update, if the answer tells only
        of them."""
        told = own_words.of_push(without_first(self.body))
        if told is not None:
            told.updates.insert(0, self.first)
        return told


def as_numbers(answer: Any) -> Any:
    """The answer to a call, by its numbers alone where they say all that it tells."""
    return (answer.numbers() if isinstance(answer, SentUpdates) else None) or answer


def without_first(body: bytes) -> bytes:
    """The bytes of updates as if their first one was not there; what has other than two of them is
    no push of one then."""
    count = int.from_bytes(body[LENGTH_AT : LENGTH_AT + 4], "little", signed=True) - 1
    return body[:LENGTH_AT] + count.to_bytes(4, "little", signed=True) + body[SECOND_AT:]


def of_answer(body: bytes, unreadable: Any) -> types.RpcResult | None:
    """The answer in a message's body where it is one of these; None for any other. `unreadable` are
    the errors of decoding bytes that are no known object."""
    if len(body) < BEGINNING.size:
        return None
    result, asked, updates, vector, _, first, number, random_id = BEGINNING.unpack_from(body)
    if (result, updates, vector, first) != CONSTRUCTORS:
        return None
    known = types.UpdateMessageID(id=number, random_id=random_id)
    return types.RpcResult(req_msg_id=asked, result=SentUpdates(known, body[12:], unreadable))
