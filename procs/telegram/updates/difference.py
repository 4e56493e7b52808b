"""The calls that fetch missed updates.

Sources: core.telegram.org/method/updates.getDifference, /method/updates.getChannelDifference and
their errors.
"""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from pyrogram.raw import types
from pyrogram.raw.functions.updates import GetChannelDifference, GetDifference, GetState
from pyrogram.utils import get_channel_id

from procs.core import log
from procs.errors import ChatClosed, TelegramAway, TelegramRefused
from procs.telegram.updates.update_contents import COMMON
from procs.telegram.updates.update_state import DifferenceCall, UpdateStream

#: Events that a bot may ask for at once in a channel.
EVENTS_A_CALL = 1000
#: Telegram does not know our place, or not any more.
INVALID = frozenset({"PERSISTENT_TIMESTAMP_INVALID", "PERSISTENT_TIMESTAMP_EMPTY"})
#: The answer when the bot is not in the channel any more.
GONE = object()
ANSWERS = (
    types.updates.State,
    types.updates.Difference,
    types.updates.DifferenceSlice,
    types.updates.DifferenceEmpty,
    types.updates.DifferenceTooLong,
    types.updates.ChannelDifference,
    types.updates.ChannelDifferenceEmpty,
    types.updates.ChannelDifferenceTooLong,
)

Asks = Callable[[Any], Awaitable[Any]]


async def asked(asks: Asks, storage: Any, stream: UpdateStream, asking: DifferenceCall) -> Any:
    """The difference after a place, or the state where there is no place; GONE for a channel that
    shut us out. Raises as `Rpc.ask`."""
    try:
        answer = await asks(await query(storage, stream, asking))
    except ChatClosed:
        if asking.box == COMMON:
            raise
        return GONE
    except TelegramRefused as error:
        if error.detail not in INVALID:
            raise
        log.error("updates.place-unknown", box=asking.box, since=asking.since, error=error)
        if asking.box != COMMON:
            return GONE
        answer = await asks(GetState())
    if not isinstance(answer, ANSWERS):
        raise TelegramAway(f"updates: an answer that nobody can read ({type(answer).__name__})")
    return answer


async def query(storage: Any, stream: UpdateStream, asking: DifferenceCall) -> Any:
    """The call that asks for what was missed, in a channel or in all else; without a known place
    for the state alone."""
    if asking.box == COMMON:
        if asking.since is None:
            return GetState()
        date = stream.date.sure(time.monotonic()) or 0
        return GetDifference(pts=asking.since, date=date, qts=stream.qts.place or 0)
    channel = types.InputChannel(
        channel_id=get_channel_id(asking.box), access_hash=await access(storage, asking.box)
    )
    return GetChannelDifference(
        channel=channel,
        filter=types.ChannelMessagesFilterEmpty(),
        pts=asking.since or 1,
        limit=EVENTS_A_CALL,
        force=False,
    )


async def access(storage: Any, box: int) -> int:
    """The access hash of a channel; a bot may use 0 for one that it is in."""
    try:
        peer = await storage.get_peer_by_id(box)
    except KeyError:
        return 0
    return int(getattr(peer, "access_hash", None) or 0)
