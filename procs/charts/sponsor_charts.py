"""The numbers of sponsors as a plan of a chart: a bar for each, from who saw it to who stayed."""

from collections.abc import Callable, Sequence

from procs.charts.chart_plan import ChartPlan, Panel, Series
from procs.charts.use_charts import short
from procs.records.sponsor_records import SponsorTotals
from procs.texts import i18n, untrusted_text

#: Sponsors that a phone shows; of more, those that most people saw.
MOST_SPONSORS = 6
#: Letters of a name; the label is shorter.
NAME_LETTERS = 60
STAGES: dict[str, Callable[[SponsorTotals], int]] = {
    "shown": lambda one: one.shown,
    "pressed": lambda one: one.pressed,
    "joined": lambda one: one.joined,
    "stayed": lambda one: one.stayed,
}

Numbers = Sequence[tuple[str, SponsorTotals]]


def sponsors(numbers: Numbers, language: str) -> ChartPlan:
    """`numbers`: the name and the totals of each sponsor, in their order."""
    shown = numbers
    if len(numbers) > MOST_SPONSORS:
        best = sorted(numbers, key=lambda one: one[1].shown, reverse=True)[:MOST_SPONSORS]
        shown = [one for one in numbers if one in best][:MOST_SPONSORS]
    panels = tuple(panel(shown, language, stage) for stage in STAGES)
    title, empty = (i18n.say(language, key) for key in ("chart-sponsors", "chart-empty"))
    return ChartPlan(title, language, empty, panels)


def panel(numbers: Numbers, language: str, stage: str) -> Panel:
    """A stage, with a bar for each sponsor."""
    values = Series("", tuple(float(STAGES[stage](totals)) for _, totals in numbers))
    names = (untrusted_text.text(name, NAME_LETTERS) for name, _ in numbers)
    labels = tuple((at, short(name)) for at, name in enumerate(names))
    title = i18n.say(language, f"chart-panel-sponsor-{stage}")
    return Panel(title, (values,), labels, lying=True)
