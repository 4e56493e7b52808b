"""The table as it grows: one line when a figure is known."""

from bench.queue.goals import GOALS, Figures


class Report:
    """Prints each row at once, keeps the figures that have goals."""

    def __init__(self) -> None:
        self.figures: Figures = dict.fromkeys(GOALS)

    def part(self, title: str) -> None:
        """Print the title of a part."""
        print(f"\n{title}", flush=True)

    def row(self, name: str, value: float | None, unit: str = "", *, note: str = "") -> None:
        """One measured thing."""
        shown = "-" if value is None else f"{value:,.{digits(value)}f}"
        print(f"  {name:<46}{shown:>12} {unit:<10}{note}".rstrip(), flush=True)

    def figure(self, key: str, value: float | None, *, note: str = "") -> None:
        """One of the figures that have a goal."""
        goal = GOALS[key]
        self.figures[key] = None if value is None else round(value, 4)
        verdict = "not measured" if value is None else "ok" if self.met(key) else "MISSED"
        self.row(key, value, note=f"goal {goal}  {verdict}" + (f"  ({note})" if note else ""))

    def met(self, key: str) -> bool:
        """Whether a figure reaches its goal."""
        return GOALS[key].met(self.figures[key])

    def summary(self) -> None:
        """Every figure beside its goal, in their order."""
        self.part("All figures")
        for key, value in self.figures.items():
            self.figure(key, value, note=GOALS[key].meaning)


def digits(value: float) -> int:
    """Three digits that count."""
    size = abs(value)
    return 0 if size >= 100 or value == int(value) else 1 if size >= 10 else 2 if size >= 1 else 4
