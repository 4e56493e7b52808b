"""A scenario file: who comes when, with which links, and how the stack is set.

Unknown words are refused, so that a misspelt share does not quietly measure something else.
"""

import shutil
import tomllib
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from bench.load import scenario_rules
from bench.load.scenario_rules import HOURS as HOURS
from bench.load.scenario_rules import told

#: Messages of one run, each of which has a link of its own beside the known ones; ten hours at what
#: a bot sends are 900,000.
MOST = 1_000_000
#: Bytes that a run and what it is built of may take.
ROOM = 1 << 30
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


def judge_size(played: Scenario) -> None:
    """Raises BadScenario when more people come than can be drawn before the first one does."""
    mean = sum(played.curve) / len(played.curve) if played.curve else 1.0
    coming = played.per_second * mean * played.seconds + sum(one.count for one in played.bursts)
    if coming > MOST:
        raise BadScenario(f"{coming:,.0f} messages are too many; a run has {MOST:,} at most")


def judge_room(folder: Path) -> None:
    """Raises BadScenario where a run, its films and its databases have no room."""
    free = shutil.disk_usage(folder).free
    if free < ROOM:
        raise BadScenario(
            f"{folder} has {free >> 20:,} MiB free, a run may take {ROOM >> 20:,}; "
            "let TMPDIR name a folder with more"
        )


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
