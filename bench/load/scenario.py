"""A scenario file: who comes when, with which links, and how the stack is set.

Unknown words are refused, so that a misspelt share does not quietly measure something else.
"""

import tomllib
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

SCENARIOS = Path(__file__).with_name("scenarios")
#: Kinds of links. `known`: Telegram has it already; `slow`: by its source; `broken`: nothing comes.
KINDS = ("known", "film", "list", "album", "sound", "clip", "slow", "broken")
#: What people do beside asking. `press`: a page whose card they answer; `join`: ask for the film
#: that somebody else just asked for; `block`: block the bot right after asking.
DEEDS = ("cancel", "press", "join", "block")


class BadScenario(Exception):
    """The scenario file says something that cannot be played."""


@dataclass(frozen=True, slots=True)
class Burst:
    """`count` arrivals from the second `at` on, evenly within `within` seconds."""

    at: float
    count: int
    within: float = 1.0


@dataclass(frozen=True, slots=True)
class Scenario:
    """`per_second`: mean arrivals, a Poisson process. `curve`: factors over a day, one an hour, of
    which `day` seconds are played as one day; empty: always 1. `sizes`: shares by bytes. `rate`:
    bytes a second of a slow link. `known_links`: how many links Telegram has before it begins.
    `drain`: seconds that the last requests have. `newcomers`: people come without having met the
    bot. `settings`: CHAPAR_ settings, in lower case; `site_concurrency` is a rule of sites.toml.
    `goals`: the most that a figure may be."""

    title: str
    seconds: float
    seed: int = 1
    people: int = 500
    per_second: float = 0.0
    curve: tuple[float, ...] = ()
    day: float = 86400.0
    bursts: tuple[Burst, ...] = ()
    kinds: dict[str, float] = field(default_factory=lambda: {"film": 1.0})
    deeds: dict[str, float] = field(default_factory=dict)
    sizes: dict[str, float] = field(default_factory=lambda: {"1400000": 1.0})
    rate: int = 100_000
    known_links: int = 20
    drain: float = 120.0
    newcomers: bool = False
    site_concurrency: int = 64
    settings: dict[str, str] = field(default_factory=dict)
    goals: dict[str, float] = field(default_factory=dict)

    def shortened(self, seconds: float, scale: float) -> "Scenario":
        """The same for at most `seconds`, with `scale` as many arrivals and people."""
        bursts = tuple(
            replace(burst, count=max(1, round(burst.count * scale)))
            for burst in self.bursts
            if burst.at < seconds
        )
        rate, people = self.per_second * scale, max(1, round(self.people * scale))
        lasts = min(self.seconds, seconds)
        return replace(self, seconds=lasts, per_second=rate, people=people, bursts=bursts)


def read(name: str) -> Scenario:
    """A kept scenario by its name, or a file. Raises BadScenario."""
    path = SCENARIOS / f"{name}.toml"
    path = path if path.exists() else Path(name)
    try:
        facts = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        known = ", ".join(names())
        raise BadScenario(f"no scenario {name!r} ({error.strerror}); there are {known}") from error
    except tomllib.TOMLDecodeError as error:
        raise BadScenario(f"{path}: {error}") from error
    return built(facts, path)


def names() -> list[str]:
    """The scenarios that are kept in the tree."""
    return sorted(path.stem for path in SCENARIOS.glob("*.toml"))


def built(facts: dict[str, Any], path: Path) -> Scenario:
    """A scenario from its tables. Raises BadScenario with all names that there are."""
    try:
        facts["bursts"] = tuple(Burst(**one) for one in facts.get("bursts", ()))
        facts["curve"] = tuple(facts.get("curve", ()))
        facts["settings"] = {k: str(v) for k, v in facts.get("settings", {}).items()}
        made = Scenario(**facts)
    except TypeError as error:
        known = ", ".join(one.name for one in fields(Scenario))
        raise BadScenario(f"{path}: {error}; a scenario has {known}") from error
    strange = [k for k in made.kinds if k not in KINDS] + [d for d in made.deeds if d not in DEEDS]
    if strange:
        raise BadScenario(f"{path}: unknown {', '.join(strange)}; {', '.join(KINDS + DEEDS)}")
    if not (made.per_second or made.bursts) or not sum(made.kinds.values()):
        raise BadScenario(f"{path}: nobody comes; set per_second or bursts, and kinds")
    if made.curve and len(made.curve) != HOURS:
        raise BadScenario(f"{path}: a curve has {HOURS} factors, one an hour")
    return made


HOURS = 24
