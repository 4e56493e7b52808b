"""Who comes when and asks for what: drawn before the first one comes, so that nothing that happens
later moves an arrival (an open loop)."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from bench.load.scenario import Scenario, factor

#: What another may ask for too while it is on its way.
JOINABLE = ("film", "slow")
#: Which deeds go with which kinds; a press has a page of its own.
CANCELLED = ("film", "slow", "clip")
PRESSED = ("film",)
#: Known links that are drawn for somebody before they ask again for one that may be on its way.
DRAWS = 20
GOLDEN = (5**0.5 - 1) / 2


@dataclass(frozen=True, slots=True)
class Ask:
    """One message of one person, due `at` seconds after the beginning. `number` names the link:
    those with the same number and kind ask for the same."""

    at: float
    person: int
    kind: str
    number: int
    size: int
    deed: str = ""


def instants(scenario: Scenario, dice: random.Random) -> list[float]:
    """Every arrival, in order; nobody comes after the scenario's seconds."""
    found = list(poisson(scenario, dice))
    for burst in scenario.bursts:
        found += [burst.at + burst.within * n / burst.count for n in range(burst.count)]
    return sorted(at for at in found if at < scenario.seconds)


def poisson(scenario: Scenario, dice: random.Random) -> Iterator[float]:
    """Arrivals at the curve's rate: those of its peak, thinned (Lewis and Shedler 1979)."""
    peak = scenario.per_second * max(scenario.curve or (1.0,))
    at = dice.expovariate(peak) if peak else scenario.seconds
    while at < scenario.seconds:
        if dice.random() * peak <= scenario.per_second * factor(scenario, at):
            yield at
        at += dice.expovariate(peak)


def asks(scenario: Scenario) -> list[Ask]:
    """The whole plan; the same seed draws the same one."""
    dice = random.Random(scenario.seed)
    due = instants(scenario, dice)
    kinds, weights = list(scenario.kinds), list(scenario.kinds.values())
    sizes, shares = [int(size) for size in scenario.sizes], list(scenario.sizes.values())
    found: list[Ask] = []
    newest: dict[str, Ask] = {}
    #: Who asked for the newest of a kind: the bot tells them that it is on its way already.
    askers: dict[str, set[int]] = {}
    popular = KnownLinks(scenario)
    for number, at in enumerate(due):
        kind, size = dice.choices(kinds, weights)[0], dice.choices(sizes, shares)[0]
        deed = drawn(scenario.deeds, kind, dice)
        one = Ask(at, number % scenario.people, kind, number, size, deed)
        if kind == "known":
            which = popular.draw(one.person, at, dice)
            one = replace(one, number=which, size=known_size(scenario, which))
        elif deed == "join" and kind in newest and one.person not in askers[kind]:
            one = replace(one, number=newest[kind].number, size=newest[kind].size)
            askers[kind].add(one.person)
        elif kind in JOINABLE and deed != "press":
            one = replace(one, deed="" if deed == "join" else deed)
            newest[kind], askers[kind] = one, {one.person}
        found.append(one)
    return found


@dataclass
class KnownLinks:
    """The known links of a scenario, and when who asked for which."""

    scenario: Scenario
    asked: dict[tuple[int, int], float] = field(default_factory=dict)

    def draw(self, person: int, at: float, dice: random.Random) -> int:
        """A link by its popularity, which this person did not ask for in the seconds that a request
        may take: the bot answers no second time while it is on its way. One of those again where
        few others are left."""
        links = self.scenario.known_links
        first = int(links * dice.random() ** 2)
        near = ((first + step) % links for step in range(min(DRAWS, links)))
        free = (one for one in near if self.is_over(person, one, at))
        found = next(free, first)
        self.asked[person, found] = at
        return found

    def is_over(self, person: int, link: int, at: float) -> bool:
        """Whether what this person asked for the link before was so long ago that it has come."""
        before = self.asked.get((person, link))
        return before is None or at - before > self.scenario.drain


def known_size(scenario: Scenario, number: int) -> int:
    """Bytes of a known link, by the shares of the sizes, whichever of them are few: the numbers are
    spread over the shares by the golden ratio."""
    place = (number + 0.5) * GOLDEN % 1 * sum(scenario.sizes.values())
    for size, share in scenario.sizes.items():
        if place < share:
            return int(size)
        place -= share
    return int(max(scenario.sizes, key=lambda size: scenario.sizes[size]))


def drawn(deeds: dict[str, float], kind: str, dice: random.Random) -> str:
    """What the person does besides; deeds that do not go with the kind are not done."""
    fitting = {"cancel": CANCELLED, "press": PRESSED, "join": JOINABLE, "block": (kind,)}
    chance = dice.random()
    for deed, share in deeds.items():
        if chance < share:
            return deed if kind in fitting[deed] else ""
        chance -= share
    return ""
