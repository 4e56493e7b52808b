"""The peer that an upload names.

`messages.uploadMedia` names a peer, though what it returns can be sent to anybody. Bots may give
the empty one; where a server does not take that, ourselves, or the chat of somebody who waits.
What was taken last is tried first (core.telegram.org/method/messages.uploadMedia: its errors are
about the peer).
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from pyrogram.raw.types import InputPeerEmpty, InputPeerSelf

from procs.core import clock, log
from procs.errors import StoreUnready
from procs.store.database import Database
from procs.store.media import uploads
from procs.telegram.session.peers import peer
from procs.telegram.session.rpc import Rpc

EMPTY, SELF, CHAT = KINDS = ("empty", "self", "chat")

#: The chats of those who wait, with what addresses them; asked for only when they are needed.
Waiting = Callable[[], list[tuple[int, int]]]


def nobody() -> list[tuple[int, int]]:
    """Nobody waits."""
    return []


class UploadPeers:
    """What one session knows of it; with a database, what all of them do, and after a restart."""

    def __init__(self, account: str, db: Database | None = None) -> None:
        self.account = account
        self.db = db
        self.last = ""

    async def candidates(self, line: Rpc, waiting: Waiting) -> Iterator[tuple[str, Any]]:
        """Kind and peer of each that may be tried, in their order."""
        dc = int(await line.client.storage.dc_id() or 0)
        if self.db is not None:
            self.last = uploads.accepted_peer(self.db, account=self.account, dc=dc)
        return self._in_order(waiting)

    def _in_order(self, waiting: Waiting) -> Iterator[tuple[str, Any]]:
        for kind in sorted(KINDS, key=lambda kind: (kind != self.last, KINDS.index(kind))):
            if kind == CHAT:
                yield from ((CHAT, peer(chat, access)) for chat, access in waiting())
            else:
                yield kind, InputPeerEmpty() if kind == EMPTY else InputPeerSelf()

    async def note(self, line: Rpc, kind: str) -> None:
        """Telegram took it for this kind of peer."""
        if kind == (self.last or EMPTY):
            return
        log.info("upload.peer-learned", session=line.client.name, peer=kind, before=self.last)
        self.last = kind
        if self.db is not None:
            dc = int(await line.client.storage.dc_id() or 0)
            facts: dict[str, Any] = {"account": self.account, "dc": dc, "peer": kind}
            with suppress(StoreUnready):  # it is learned again
                uploads.takes(self.db, now=clock.now(), **facts)
