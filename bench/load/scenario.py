"""A scenario file: who comes when, with which links, and how the stack is set.

Unknown words are refused, so that a misspelt share does not quietly measure something else.
"""

import shutil
import tomllib
from dataclasses import dataclass, field, fields, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench.load import scenario_rules
from bench.load.scenario_rules import HOURS as HOURS
from bench.load.scenario_rules import told

#: Messages of one run, each of which has a link of its own beside the known ones; ten hours at what
#: a bot sends are 900,000.
MOST = 1_000_000
#: Bytes that a run and what it is built of may take, beside its films; workers of a stack, and the
#: setting of downloads at once.
ROOM, WORKERS = 1 << 30, "2"
AT_ONCE = scenario_rules.SETTINGS["max_concurrent_downloads"]
SCENARIOS = Path(__file__).with_name("scenarios")


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
            replace(burst, count=scaled(burst.count, scale))
            for burst in self.bursts
            if burst.at < seconds
        )
        rate, people = self.per_second * scale, scaled(self.people, scale)
        lasts = min(self.seconds, seconds)
        return replace(self, seconds=lasts, per_second=rate, people=people, bursts=bursts)


def scaled(count: int, scale: float) -> int:
    """So many times as many; one more than a run may have for any number above that."""
    return max(1, round(min(count * scale, MOST + 1)))


def read(name: str) -> Scenario:
    """A kept scenario by its name, or a file. Raises BadScenario."""
    path = SCENARIOS / f"{name}.toml"
    try:
        path = path if path.exists() else Path(name)
        return built(tomllib.loads(path.read_text(encoding="utf-8")), path)
    except OSError as error:
        known = ", ".join(names())
        said = f"no scenario {told(name)} ({error.strerror}); there are {known}"
        raise BadScenario(said) from error
    except ValueError as error:  # no TOML, or no text
        raise BadScenario(f"{path}: {error}") from error
    except RecursionError as error:
        raise BadScenario(f"{path}: its tables and lists are nested too deeply") from error


def factor(scenario: Scenario, at: float) -> float:
    """The curve at an instant, straight between two hours."""
    if not scenario.curve:
        return 1.0
    hours = len(scenario.curve)
    place = at / scenario.day * hours % hours
    before, after = scenario.curve[int(place)], scenario.curve[(int(place) + 1) % hours]
    return before + (after - before) * (place - int(place))


def coming(played: Scenario) -> float:
    """How many messages are to be expected in the seconds that are played: of a curve, those of its
    whole days and of the hours that it begins with."""
    if not played.curve:
        return played.per_second * played.seconds + sum(one.count for one in played.bursts)
    days, rest = divmod(played.seconds, played.day)
    hour = played.day / HOURS
    knots = [*(n * hour for n in range(HOURS) if n * hour < rest), rest]
    begun = sum((b - a) * (factor(played, a) + factor(played, b)) / 2 for a, b in pairwise(knots))
    factors = days * hour * sum(played.curve) + begun
    return played.per_second * factors + sum(one.count for one in played.bursts)


def judge_size(played: Scenario) -> None:
    """Raises BadScenario when more people come than can be drawn before the first one does."""
    count = coming(played)
    if count > MOST:
        raise BadScenario(f"{count:,.0f} messages are too many; a run has {MOST:,} at most")


def judge_room(folder: Path, played: Scenario) -> None:
    """Raises BadScenario where a run, its films and its databases have no room."""
    free, wanted = shutil.disk_usage(folder).free, room(played)
    if free < wanted:
        raise BadScenario(
            f"{folder} has {free >> 20:,} MiB free, a run may take {wanted >> 20:,}; "
            "let TMPDIR name a folder with more"
        )


def room(played: Scenario) -> int:
    """Bytes that a run may take: as many of its largest film as are downloaded at once, each twice,
    since Telegram has one while the next is on its way."""
    texts = {f"CHAPAR_{name.upper()}": text for name, text in played.settings.items()}
    workers = texts.get("CHAPAR_WORKERS", WORKERS)
    at_once = texts.get(AT_ONCE.name) or AT_ONCE.default({"CHAPAR_WORKERS": workers})
    sizes = [int(size) for size, share in played.sizes.items() if share]
    return ROOM + 2 * max(sizes) * int(AT_ONCE.value(at_once))


def names() -> list[str]:
    """The scenarios that are kept in the tree."""
    return sorted(path.stem for path in SCENARIOS.glob("*.toml"))


def built(facts: dict[str, Any], path: Path) -> Scenario:
    """A scenario from its tables. Raises BadScenario with everything that is wrong with them."""
    known = [one.name for one in fields(Scenario)]
    wrong = [f"unknown {name}; a scenario has {', '.join(known)}" for name in facts.keys() - known]
    wrong += [f"it has no {name}" for name in ("title", "seconds") if name not in facts]
    if wrong := [*sorted(wrong), *scenario_rules.complaints(facts)]:
        raise BadScenario("\n  ".join([f"{path} cannot be played:", *wrong]))
    settings = facts.get("settings", {})
    made = Scenario(
        **{
            **facts,
            "bursts": tuple(Burst(**one) for one in facts.get("bursts", ())),
            "curve": tuple(facts.get("curve", ())),
            "settings": {name: scenario_rules.text_of(one) for name, one in settings.items()},
        }
    )
    if not (made.per_second or made.bursts) or not sum(made.kinds.values()):
        raise BadScenario(f"{path}: nobody comes; set per_second or bursts, and kinds")
    if not sum(made.sizes.values()):
        raise BadScenario(f"{path}: no film has a size; give one of sizes a share")
    return made
