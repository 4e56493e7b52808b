"""A client that misses nothing: it keeps the place in Telegram's stream without holes.

Each event of an account, or of a channel, has a number (`pts`), and says how many it stands for
(core.telegram.org/api/updates). The library takes every event as the newest it has seen: one that
comes while the bot is still asking what it missed moves its place past all of that, which is then
never asked for. So an event that does not follow the last one is not taken; what lies between is
asked for first, and it comes again with that.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from pyrogram import Client, utils
from pyrogram.raw.types import UpdatesTooLong
from pyrogram.storage.storage import UpdateState


class Listening(Client):
    """Hears events in their order, each at least once."""

    def __init__(self, *args: Any, **facts: Any) -> None:
        super().__init__(*args, **facts)
        #: Held by whoever moves our place in the stream.
        self.order = asyncio.Lock()
        #: Waits for Telegram's leave to sign in; raises TelegramWait when that is too far off.
        self.before_sign_in: Callable[[], Awaitable[None]] | None = None

    async def authorize(self) -> Any:
        """Called by the library when the session file holds no sign-in."""
        if self.before_sign_in is not None:
            await self.before_sign_in()
        return await super().authorize()

    async def handle_updates(self, updates: Any) -> None:
        async with self.order:
            if isinstance(updates, UpdatesTooLong):
                await super().recover_gaps()
                return
            gap, old = await self._compared(updates)
            if gap:
                await super().recover_gaps()
            elif not old:
                await super().handle_updates(updates)

    async def recover_gaps(self, ids: Any = None) -> Any:
        async with self.order:
            return await super().recover_gaps(ids)

    async def note_own(self, answer: Any) -> None:
        """What we did ourselves has a number too, and comes with the answer only."""
        async with self.order:
            for box, pts, count in events(answer):
                if await self._place(box) == pts - count:
                    await self.storage.set_update_state(UpdateState(box, pts, None, None, None))

    async def _compared(self, updates: Any) -> tuple[bool, bool]:
        """Whether events lie between the last one heard and these, and whether all of these were
        heard before."""
        reached: dict[int, int | None] = {}
        old = []
        for box, pts, count in events(updates):
            if box not in reached:
                reached[box] = await self._place(box)
            place = reached[box]
            if place is not None and pts - count > place:
                return True, False
            old.append(place is not None and pts <= place)
            reached[box] = max(pts, place or 0)
        return False, bool(old) and all(old)

    async def _place(self, box: int) -> int | None:
        """The number of the last event heard in a box; None for a box not heard of yet."""
        states = await self.storage.get_update_states(box)
        return states[0].pts if states else None


def events(updates: Any) -> Iterator[tuple[int, int, int]]:
    """The box (0, or a channel), number and count of each numbered event."""
    for update in getattr(updates, "updates", None) or [updates]:
        pts, count = getattr(update, "pts", None), getattr(update, "pts_count", None)
        if pts is not None and count:
            peer = getattr(getattr(update, "message", None), "peer_id", None)
            channel = getattr(peer, "channel_id", None) or getattr(update, "channel_id", None)
            yield (utils.get_channel_id(channel) if channel else 0), pts, count
