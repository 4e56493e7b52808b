"""A bad way to Telegram, or to the site."""

import asyncio
import time
from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING

from tests.chaos.network_proxy import NetworkProxy
from tests.chaos.troubles.trouble_parts import Play, Recovered, Unmet, delivers, fetches

if TYPE_CHECKING:
    from tests.chaos.storm import Storm

#: Seconds that a bad way lasts; and after how many a dead connection is reset by the network.
LASTS, BURIED = (2.0, 8.0), (15.0, 40.0)
#: Seconds until somebody goes that way, and between two looks: a download of the site's is short.
MEETS, LOOK = 12.0, 0.02
#: Seconds by which everything is later; bytes a second; shares of what is lost.
DELAYS, RATES, LOSSES = (0.1, 1.5), (4_000, 200_000), (0.05, 0.3)


def way(storm: "Storm", where: str) -> NetworkProxy:
    found = storm.stack.telegram_way if where == "telegram" else storm.stack.site_way
    assert found is not None
    return found


async def met(one: NetworkProxy) -> None:
    """Return when somebody is on a way. Raises Unmet."""
    end = time.monotonic() + MEETS
    while not one.open:
        if time.monotonic() > end:
            raise Unmet("nobody went that way")
        await asyncio.sleep(LOOK)


def works(storm: "Storm", where: str) -> Recovered:
    """What is seen of a way that is good again: what is known comes without the one to the site."""
    return fetches(storm) if where == "site" else delivers(storm)


def reset(where: str) -> Play:
    async def play(storm: "Storm", dice: Random) -> Recovered:
        await met(way(storm, where))
        way(storm, where).reset()
        return works(storm, where)

    return play


def worse(**traits: tuple[float, float]) -> Callable[[str], Play]:
    """A way that has these traits for a while, each drawn from its bounds."""

    def kind(where: str) -> Play:
        async def play(storm: "Storm", dice: Random) -> Recovered:
            drawn = {name: dice.uniform(*bounds) for name, bounds in traits.items()}
            lasts = dice.uniform(*LASTS)
            async with way(storm, where).worse(**drawn):
                await met(way(storm, where))
                await asyncio.sleep(lasts)
            return works(storm, where)

        return play

    return kind


slow, drip, lossy = worse(delay=DELAYS), worse(rate=RATES), worse(loss=LOSSES)


def half_open(where: str) -> Play:
    """What is connected hears nothing more and is told nothing; recovery counts from there on."""

    async def play(storm: "Storm", dice: Random) -> Recovered:
        await met(way(storm, where))
        dead = way(storm, where).deaden()

        async def bury(seconds: float) -> None:
            await asyncio.sleep(seconds)
            for one in dead:
                one.reset()

        storm.later(bury(dice.uniform(*BURIED)))
        return works(storm, where)

    return play
