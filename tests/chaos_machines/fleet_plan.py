"""How large a storm over machines is, and what happens in it how often."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

#: What takes longer than a lease, and how many troubles a storm has that waits for it.
LONG, MANY = "long cut", 100
#: What needs a network of each machine's own, which only root may make; elsewhere it is left out.
LINES = ("slow", "refuse")
#: What happens how often, in shares.
TROUBLED = {
    "kill": 40,
    "drop": 5,
    "swallow": 5,
    "clock": 12,
    "cut": 10,
    LONG: 2,
    "slow": 8,
    "still": 5,
    "power": 3,
    "terminate": 5,
    "restart": 3,
    "crash": 2,
    "fail over": 2,
    "refuse": 3,
}


@dataclass(frozen=True)
class FleetPlan:
    """How large a storm. `every`: seconds between two troubles on average; `apart`: each machine
    has a network of its own."""

    troubles: int
    deliveries: int
    every: float
    seed: int
    apart: bool = True

    @property
    def people(self) -> int:
        return min(40, max(6, self.deliveries // 10))

    @property
    def films(self) -> int:
        """Different links that people ask for."""
        return max(4, self.deliveries // 4)

    def kinds(self, dice: random.Random) -> Iterator[str]:
        """What happens: each kind once, then as often as its share says."""
        shares = {k: v for k, v in TROUBLED.items() if self.apart or k not in LINES}
        first = [kind for kind in shares if kind != LONG or self.troubles >= MANY]
        dice.shuffle(first)
        yield from first
        while True:
            yield dice.choices(list(shares), list(shares.values()))[0]
