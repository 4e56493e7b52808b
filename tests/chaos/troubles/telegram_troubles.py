"""What Telegram does to a bot: errors, floods, silence, refusals, and going away."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from random import Random
from typing import TYPE_CHECKING, Any

from procs.errors import StoreError
from procs.store.limits import revoked_sessions
from tests.chaos import flood_waits
from tests.chaos.storm_stack import StormStack
from tests.chaos.troubles.trouble_parts import Play, Recovered, Unmet, accepts, delivers
from tests.sandbox.storm_limits import tighten

if TYPE_CHECKING:
    from tests.chaos.storm import Storm

FAILS = "500 RPC_CALL_FAIL"
#: What Telegram does to the next calls, by the name of a trouble: an order of the desk's and its
#: arguments.
ORDERS: dict[str, tuple[str, tuple[Any, ...], dict[str, Any]]] = {
    "refuse": ("fails", ("messages.send*", FAILS), {"times": 3}),
    "break": ("fails", ("upload.*", FAILS), {"times": 5, "close": True}),
    "internal": ("fails", ("*", "500 INTERNAL"), {"times": 8}),
    "swallow": ("swallows", ("messages.send*",), {"close": True}),
    "swallow-done": ("swallows", ("messages.send*",), {"times": 2, "done": True}),
}
#: The repeats that are refused, and the sends whose answer is lost, so that they are repeated.
#: Films and albums: a status whose answer is lost is not sent again.
REPEATS, MEDIA = 2, "messages.sendM[eu][dl]*"
#: Seconds of a flood wait, and of Telegram's absence.
FLOOD, AWAY = (2.0, 6.0), (0.0, 6.0)
#: Seconds in which somebody meets an order, and between two looks whether one did.
MET, LOOK = 30.0, 0.2


async def met(storm: "Storm", hits: Callable[[], Awaitable[int]]) -> bool:
    """Whether somebody runs into what Telegram was told to do, in time."""
    end = time.monotonic() + MET
    while time.monotonic() < end:
        async with storm.telegram:
            if await hits():
                return True
        await asyncio.sleep(LOOK)
    return False


def order(name: str) -> Play:
    """What befalls the next calls: recovery counts from the first that it befell, and an order that
    nobody met is taken back. Raises Unmet for that."""

    async def play(storm: "Storm", dice: Random) -> Recovered:
        command, words, more = ORDERS[name]
        telegram = storm.stack.telegram
        async with storm.telegram:
            number = await getattr(telegram, command)(*words, **more)
        if not await met(storm, lambda: telegram.hits(number)):
            async with storm.telegram:
                if not await telegram.withdraws(number):
                    raise Unmet("nobody called")
        return delivers(storm)

    return play


async def drop(storm: "Storm", dice: Random) -> Recovered:
    """Every connection is reset."""
    async with storm.telegram:
        if not await storm.stack.telegram.drops_connections():
            raise Unmet("nobody was connected")
    return delivers(storm)


async def repeat(storm: "Storm", dice: Random) -> Recovered:
    """Answers are lost, and who sends again is told that it was sent."""
    telegram = storm.stack.telegram
    async with storm.telegram:
        before = await telegram.repeats_refused()
        await telegram.refuses_repeats(REPEATS)
        number = await telegram.swallows(MEDIA, times=REPEATS, done=True)

    async def refused() -> int:
        return await telegram.repeats_refused() - before

    if not await met(storm, refused):
        async with storm.telegram:
            await telegram.refuses_repeats(0)
            await telegram.withdraws(number)
        raise Unmet("nobody sent anything again")
    return delivers(storm)


async def reference(storm: "Storm", dice: Random) -> Recovered:
    """What Telegram handed out with files is void: who sends a known film asks for it anew."""
    telegram = storm.stack.telegram
    async with storm.telegram:
        before = await telegram.stale_references()
        await telegram.expires_references()

    async def stale() -> int:
        return await telegram.stale_references() - before

    if not await met(storm, stale):
        raise Unmet("nobody sent what is known")
    return delivers(storm)


PLAYS: dict[str, Play] = {
    "drop": drop,
    **{name: order(name) for name in ORDERS},
    "repeat": repeat,
    "reference": reference,
}


#: What meets them: a film of one's own where nothing is said of it, and a known one.
ASKS = {"reference": ""}


async def flood(storm: "Storm", dice: Random) -> Recovered:
    """Whatever is sent for a while is answered with a flood wait that is none of our making."""
    seconds = dice.uniform(*FLOOD)
    async with storm.telegram:
        began = time.time()
        number = await storm.stack.telegram.floods("messages.send*", seconds)
        storm.floods.append((began, time.time() + seconds))
    await asyncio.sleep(seconds)
    async with storm.telegram:
        if not await storm.stack.telegram.withdraws(number):
            raise Unmet("nobody sent anything")
    return delivers(storm)


async def away(storm: "Storm", dice: Random) -> Recovered:
    """Telegram is stopped, and started again on the same port with the same memory."""
    async with storm.telegram:
        server, control = storm.stack.servers["telegram"], storm.stack.telegram
        port = control.address.rpartition(":")[2]
        storm.refused += await flood_waits.refused(control)
        await control.__aexit__()
        await server.stop()
        if "--port" not in server.words:
            server.words = (*server.words, "--port", port)
        await asyncio.sleep(dice.uniform(*AWAY))
        await server.start()
        await control.__aenter__()
        await tighten(control)
    return accepts(storm)


async def revoked(storm: "Storm", dice: Random) -> Recovered:
    """Telegram takes the sign-in of a slot or of the bot away; an operator removes its file, as the
    alert says."""
    stack, call = storm.stack, dice.choice(("messages.uploadMedia", "messages.sendMessage"))
    async with storm.telegram:
        await stack.telegram.fails(call, "401 AUTH_KEY_UNREGISTERED")
    try:
        await stack.until(lambda: lost_sign_ins(stack), patience=MET)
    except TimeoutError:
        raise Unmet("nobody sent anything") from None
    sends = delivers(storm)
    return lambda: not still_gone(stack) and sends()


def still_gone(stack: StormStack) -> bool:
    """Whether a sign-in is gone, as far as there is a database that says so. The operator acts upon
    each that is: two may go one after the other, and a restore brings an old file back."""
    lost = lost_sign_ins(stack)
    for one in lost or ():
        for file in (stack.state / "sessions").glob(f"{one.name}.session*"):
            file.unlink(missing_ok=True)
    return lost is None or bool(lost)


def lost_sign_ins(stack: StormStack) -> list[revoked_sessions.RevokedSession] | None:
    """The sign-ins that are gone; None while there is no database to read."""
    with suppress(StoreError):
        if stack.database is not None:
            return revoked_sessions.unresolved(stack.database)
    return None
