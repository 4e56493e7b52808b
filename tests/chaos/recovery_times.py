"""How long each trouble was felt: a table by kind."""

import statistics
from collections import defaultdict
from dataclasses import dataclass, field


@dataclass
class RecoveryTimes:
    """Seconds by kind of trouble; `never` counts those after which nothing came back in time."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    never: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    unmet: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def count(self) -> int:
        """Troubles that happened."""
        return sum(map(len, self.seconds.values())) + sum(self.never.values())

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
