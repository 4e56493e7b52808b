"""What happens next: drawn from a seed, or read from a list; the same decisions make the same run.

A decision names its actor and, by a number, the act that it lets go on; all that an act draws comes
from that number. So decisions can be left out, and those that stay still mean what they meant.
"""

from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import NamedTuple

STEP, CRASH, SKIP, POWER, CALM = "step", "crash", "skip", "power", "calm"
#: Of so many decisions one is a death, a stretch of time, a power cut.
CRASHES, SKIPS, CUTS = 200, 20, 5000
#: Decisions after which other actors are the busy ones, and how much busier those are.
SPELL, BUSY = 250, 6
#: In how many of those one hangs for longer than a lease, in milliseconds, and is busy afterwards.
HANGS, HANG = 0.5, 61_000
#: Milliseconds that pass at once, by the kind of spell: within a call; what calls and visits take;
#: and now and then more than a wait in line, a lease, or a breaker's opening.
QUICK, USUAL = (5, 40), (5, 40, 250, 250, 1000, 1000, 3000)
SLOW = (*USUAL * 3, 10_000, 31_000, 61_000, 61_000, 130_000, 700_000)


class Decision(NamedTuple):
    """`who` is an actor; `draw` is the act that begins or goes on, or how long, or what is lost."""

    kind: str
    who: int = 0
    draw: int = 0


class AbleActor(NamedTuple):
    """One that could go on now: the act that it is in, 0 between two, and whether others wait."""

    who: int
    act: int
    awaited: bool


Able = Sequence[AbleActor]
Runnable = Callable[[], Able]


def drawn(seed: int, *, shares: Sequence[int], most: int, runnable: Runnable) -> Iterator[Decision]:
    """`most` decisions of a seed; `shares` are how busy the actors usually are. There are spells in
    which a few are busy, and others stand still as a stopped process does."""
    random = Random(seed)
    weights, hung, stretches = list(shares), 0, USUAL
    for number in range(most):
        if number % SPELL == 0:
            weights = [share * random.choice((0, 1, 1, BUSY)) for share in shares]
            weights[hung] = shares[hung] * BUSY
            stretches = random.choice((QUICK, USUAL, SLOW))
            if random.random() < HANGS:
                hung = random.randrange(len(shares))
                weights[hung] = 0
                yield Decision(SKIP, 0, HANG)
        yield one(random, weights, stretches, runnable())


def one(random: Random, weights: Sequence[int], stretches: Sequence[int], able: Able) -> Decision:
    draw = random.getrandbits(32)
    if draw % CRASHES == 0:
        return Decision(CRASH, random.choice(able).who)
    if draw % SKIPS == 1:
        return Decision(SKIP, 0, random.choice(stretches))
    if draw % CUTS == 2:
        return Decision(POWER, 0, random.getrandbits(16))
    chances = [max(weights[actor.who], BUSY * actor.awaited) for actor in able]
    if not any(chances):
        chances = [1] * len(able)
    who, act, _ = random.choices(able, chances)[0]
    return Decision(STEP, who, act or draw)
