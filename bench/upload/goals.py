"""What uploads must reach."""

from dataclasses import dataclass

#: A figure that was not measured is None.
Figures = dict[str, float | None]


@dataclass(frozen=True, slots=True)
class Goal:
    """`most` is the largest good value, or `least` the smallest."""

    most: float | None = None
    least: float | None = None

    def __str__(self) -> str:
        return f"≤ {self.most:g}" if self.most is not None else f"≥ {self.least:g}"


#: `library`: its own `save_file`, as it comes, in the same run.
GOALS = {
    "speed_vs_library": Goal(least=1.5),
    "speed_vs_library_50ms": Goal(least=2.5),
    "cpu_vs_library": Goal(most=0.65),
    "rss_anon_mib_above_start": Goal(most=32),
    "reconnect_loss_s": Goal(most=1),
    "cached_delivery_ms": Goal(most=150),
    "stream_vs_sequential": Goal(most=0.6),
    "stream_merged_vs_sequential": Goal(most=0.65),
}


def met(name: str, value: float | None) -> bool:
    """A figure that is missing meets no goal; one without a goal meets it."""
    goal = GOALS.get(name)
    if goal is None:
        return True
    if value is None:
        return False
    return (goal.most is None or value <= goal.most) and (goal.least is None or value >= goal.least)
