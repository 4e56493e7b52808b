"""How large a storm is, and which troubles it brings: drawn from a seed before it begins."""

import random
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trouble:
    """One trouble: its kind, the seconds since the one before, and a seed for what it draws
    itself, so that leaving one out changes no other."""

    kind: str
    pause: float
    seed: int


@dataclass(frozen=True)
class Plan:
    """`people` ask for `deliveries` media while `troubles` happen, `every` so many seconds on
    average; `films` are the different links. `receivers` of a broadcast, 0 for none. `odd`: this
    Telegram is not the one we know, and nothing else goes wrong but deaths."""

    people: int
    deliveries: int
    troubles: int
    films: int
    every: float
    seed: int = 1
    receivers: int = 0
    odd: bool = False


def drawn(plan: Plan, shares: Mapping[str, int]) -> list[Trouble]:
    """All troubles of a plan, in their order: each kind once as far as there is room, and the rest
    by their shares. The same plan and shares draw the same ones."""
    dice = random.Random(plan.seed)
    kinds = [kind for kind, share in shares.items() if share]
    found = dice.sample(kinds, min(len(kinds), plan.troubles))
    weights = [shares[kind] for kind in kinds]
    found += dice.choices(kinds, weights, k=plan.troubles - len(found))
    dice.shuffle(found)
    return [
        Trouble(kind, dice.uniform(0.2, 1.8) * plan.every, dice.getrandbits(32)) for kind in found
    ]
