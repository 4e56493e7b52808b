"""How this server behaves where Telegram leaves it open, or where another server gets it wrong.

What is legal, and where it stands: updates that come late, twice or not at all are why
core.telegram.org/api/updates has numbers and getDifference ("Recovering gaps"); shortened updates
(/constructor/updateShortMessage), `min` people (/api/min), updatesTooLong (/constructor/
updatesTooLong), a person's message inside the answer to a call (/type/Updates); packed messages,
containers, new sessions and new salts (/mtproto/service_messages). Wrong counts of deletes, refused
empty peers and constructors of a layer that nobody asked for were seen at other servers.
"""

import random
from dataclasses import dataclass, field
from typing import Any

from pyrogram import raw
from pyrogram.raw.core import GzipPacked, Message, MsgContainer

from tests.sandbox.telegram.tl import Rpc

types = raw.types
#: A constructor that no layer has.
UNKNOWN = bytes.fromhex("efbeadde00000000")


@dataclass(slots=True)
class Habits:
    """`lost`, `twice` and `late` are shares of the pushes; `delay` seconds at most for what is
    late. `counts`: what an answer to our own delete, and its push, say instead of the truth.
    `shape` is that of pushes: short, min, gzip, mixed (beside something unknown), unknown, too
    long, or answers (inside the next answer to a call). `refused` peers of uploadMedia: empty,
    self, chat. `announces` new sessions."""

    lost: float = 0.0
    twice: float = 0.0
    late: float = 0.0
    delay: float = 0.5
    counts: list[int] = field(default_factory=list)
    shape: str = ""
    refused: list[str] = field(default_factory=list)
    announces: bool = False
    seed: int = 1
    dice: random.Random = field(default_factory=lambda: random.Random(1))
    #: Updates that wait for the next answer.
    held: list[Any] = field(default_factory=list)

    def fate(self) -> list[float]:
        """When a push leaves, for each time that it does."""
        if self.dice.random() < self.lost:
            return []
        times = 2 if self.dice.random() < self.twice else 1
        return [self.dice.random() * self.delay * (self.dice.random() < self.late)] * times

    def shaped(self, update: Any) -> Any:
        """A push as this server says it."""
        if self.shape == "too long":
            return types.UpdatesTooLong()
        if self.shape == "short":
            return shortened(update)
        if self.shape == "min":
            for user in getattr(update, "users", []):
                user.min, user.access_hash = True, 1
        return update

    def said(self, update: Any, first: int) -> bytes:
        """The bytes of a push; `first` is a number for a message of our own beside it."""
        if self.shape == "gzip":
            return GzipPacked(update).write()
        if self.shape == "unknown":
            return UNKNOWN
        if self.shape == "mixed":
            alien = Message(Bytes(UNKNOWN), first, 1, len(UNKNOWN))
            known = update.write()
            return MsgContainer([alien, Message(Bytes(known), first + 4, 3, len(known))]).write()
        return bytes(update.write())

    def check(self, peer: Any) -> None:
        """Raises Rpc for a peer that uploadMedia does not take here."""
        kinds = {types.InputPeerEmpty: "empty", types.InputPeerSelf: "self"}
        if kinds.get(type(peer), "chat") in self.refused:
            raise Rpc(400, "PEER_ID_INVALID")


class Bytes:
    """Something that is written already."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def write(self) -> bytes:
        return self.data


def shortened(updates: Any) -> Any:
    """One private text, as the shorter form that names nobody."""
    only = updates.updates[0] if len(getattr(updates, "updates", [])) == 1 else None
    message = getattr(only, "message", None)
    if not isinstance(only, types.UpdateNewMessage) or message.media or message.out:
        return updates
    return types.UpdateShortMessage(
        id=message.id,
        user_id=message.peer_id.user_id,
        message=message.message,
        pts=only.pts,
        pts_count=only.pts_count,
        date=message.date,
        entities=message.entities,
        reply_to=message.reply_to,
    )
