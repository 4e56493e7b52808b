"""What Telegram does to a bot: errors, floods, silence, refusals, and going away."""

import asyncio
import time
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
#: What Telegram tells to do, by the name of a trouble: a command of the desk and its arguments.
ORDERS: dict[str, tuple[str, tuple[Any, ...], dict[str, Any]]] = {
    "drop": ("drops_connections", (), {}),
    "refuse": ("fails", ("messages.send*", FAILS), {"times": 3}),
    "break": ("fails", ("upload.*", FAILS), {"times": 5, "close": True}),
    "internal": ("fails", ("*", "500 INTERNAL"), {"times": 8}),
    "swallow": ("swallows", ("messages.send*",), {"close": True}),
    "swallow-done": ("swallows", ("messages.send*",), {"times": 2, "done": True}),
    "repeat": ("refuses_repeats", (2,), {}),
    "reference": ("expires_references", (), {}),
}
#: Seconds of a flood wait, and of Telegram's absence.
FLOOD, AWAY = (2.0, 6.0), (0.0, 6.0)
#: Seconds in which somebody meets the order that takes a sign-in away.
MET = 30.0


def order(name: str) -> Play:
    async def play(storm: "Storm", dice: Random) -> Recovered:
        command, words, more = ORDERS[name]
        async with storm.telegram:
            await getattr(storm.stack.telegram, command)(*words, **more)
        return delivers(storm)

    return play


async def flood(storm: "Storm", dice: Random) -> Recovered:
    """Whatever is sent for a while is answered with a flood wait that is none of our making."""
    seconds = dice.uniform(*FLOOD)
    async with storm.telegram:
        began = time.time()
        await storm.stack.telegram.floods("messages.send*", seconds)
        storm.floods.append((began, time.time() + seconds))
    await asyncio.sleep(seconds)
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
    """Telegram takes one slot's sign-in away; an operator removes its file, as the alert says."""
    stack = storm.stack
    async with storm.telegram:
        await stack.telegram.fails("messages.uploadMedia", "401 AUTH_KEY_UNREGISTERED")
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
