"""How long each trouble was felt: a table by kind; and which troubles of a plan did not happen."""

import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

#: The share of the planned troubles without which a storm shows little.
ENOUGH = 0.8


@dataclass
class RecoveryTimes:
    """Seconds by kind of trouble; `never` counts those after which nothing came back in time,
    `unmet` those that found nobody; `impossible` says why this machine cannot have a kind."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    never: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    unmet: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    impossible: dict[str, str] = field(default_factory=dict)

    def count(self) -> int:
        """Troubles that happened."""
        return sum(map(len, self.seconds.values())) + sum(self.never.values())

    def unplayed(self, planned: Sequence[str]) -> list[str]:
        """How far the troubles that happened fall short of the kinds that were planned, one for
        each trouble, apart from those that are impossible here."""
        wanted = [kind for kind in planned if kind not in self.impossible]
        had = {*self.seconds, *self.never}
        found = [f"no {kind} found anybody" for kind in sorted({*wanted} & {*self.unmet} - had)]
        if self.count() < ENOUGH * len(wanted):
            found.append(f"{self.count()} of {len(wanted)} troubles happened")
        return found

    def left_out(self) -> list[str]:
        """Why kinds were left out, in a sentence each."""
        return [f"Left out: {kind}; {why}." for kind, why in sorted(self.impossible.items())]

    def lost(self) -> list[str]:
        return [f"{kind}: {count}" for kind, count in sorted(self.never.items()) if count]

    def lines(self) -> list[str]:
        """The table: how many of each kind, the middle and the longest time; and how many found
        nobody to befall, and were not counted."""
        head = f"{'trouble':<24}{'count':>6}{'p50, s':>9}{'max, s':>9}{'never':>7}{'unmet':>7}"
        kinds = sorted({*self.seconds, *self.never, *self.unmet})
        return [head, *(self.line(kind) for kind in kinds)]

    def line(self, kind: str) -> str:
        found = self.seconds.get(kind, [])
        never, unmet = self.never.get(kind, 0), self.unmet.get(kind, 0)
        times = f"{statistics.median(found):>9.2f}{max(found):>9.2f}" if found else f"{'–':>9}" * 2
        return f"{kind:<24}{len(found) + never:>6}{times}{never:>7}{unmet:>7}"
