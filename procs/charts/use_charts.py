"""The figures of a period as plans of two charts: the use of the bot, and the state of the
server."""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import islice

from procs.charts.chart_plan import ChartPlan, Panel, Series
from procs.store.reports.use_report import UseFigures, UseReport
from procs.store.reports.use_sums import ONE_HOUR
from procs.texts import calendar_dates, i18n

#: Labels below a panel, and bars of a panel of classes or sites.
TICKS, MOST = 6, 5
#: Letters of a label beside a bar.
LABEL = 22
#: The quantiles of times that are drawn.
SHARES = {"p50": 0.5, "p95": 0.95}

Figure = Callable[[UseFigures], float | None]


def use(report: UseReport, period: str, language: str) -> ChartPlan:
    """The chart of links, deliveries, people and bytes."""

    def line(name: str, figure: Figure) -> Series:
        return series(report, i18n.say(language, f"use-{name}"), figure, is_line=True)

    def bars(name: str, figure: Figure) -> Series:
        return series(report, i18n.say(language, f"use-{name}"), figure)

    deliveries = (
        bars("fresh", lambda one: one.sums["delivered"] - one.sums["kept"]),
        bars("kept", lambda one: one.sums["kept"]),
        line("received", lambda one: one.sums["received"]),
    )
    people = (
        bars("active", lambda one: one.sums["active"]),
        line("new", lambda one: one.sums["new"]),
    )
    sent = (bars("bytes", lambda one: one.sums["bytes"]),)
    panels = (
        over_time(report, language, "deliveries", deliveries),
        over_time(report, language, "people", people),
        over_time(report, language, "bytes", sent, unit="bytes"),
    )
    return plan(language, "use", period, panels)


def server(report: UseReport, period: str, language: str) -> ChartPlan:
    """The chart of times, failures by class and by site, and the load of the machine."""

    def times(name: str) -> Panel:
        lines = tuple(
            series(
                report,
                i18n.say(language, f"use-{word}"),
                lambda one, share=share: one.seconds(name, share),  # type: ignore[misc]
                is_line=True,
            )
            for word, share in SHARES.items()
        )
        return over_time(report, language, name, lines, unit="seconds")

    machine = tuple(
        series(report, i18n.say(language, f"use-{name}"), machine_share(name), is_line=True)
        for name in ("load", "memory", "disk")
    )
    panels = (
        times("took"),
        times("waited"),
        ranking(report, language, "classes", 0),
        ranking(report, language, "sites", 1),
        over_time(report, language, "machine", machine, unit="share"),
    )
    return plan(language, "server", period, panels)


def plan(language: str, name: str, period: str, panels: tuple[Panel, ...]) -> ChartPlan:
    """A chart of some panels, with its title in the person's language."""
    title = i18n.say(language, f"chart-{name}", period=i18n.say(language, f"use-period-{period}"))
    return ChartPlan(title, language, i18n.say(language, "chart-empty"), panels)


def series(report: UseReport, name: str, figure: Figure, *, is_line: bool = False) -> Series:
    """One value of each hour or day of the period."""
    return Series(name, tuple(figure(one) for one in report.points.values()), is_line)


def machine_share(name: str) -> Figure:
    """The mean of the samples of each hour or day."""

    def mean(one: UseFigures) -> float | None:
        share = one.share(name, "samples")
        return None if share is None else share / 1000

    return mean


def over_time(
    report: UseReport, language: str, name: str, shown: tuple[Series, ...], *, unit: str = "count"
) -> Panel:
    """A panel whose axis is the period's hours or days."""
    title = i18n.say(language, f"chart-panel-{name}")
    return Panel(title, shown, ticks(report, language), unit)


def ranking(report: UseReport, language: str, name: str, place: int) -> Panel:
    """A bar for each of the most frequent failures."""
    found = report.total.failed_by(place, MOST)
    shown = (Series("", tuple(float(count) for _, count in found)),)
    labels = tuple((at, short(name)) for at, (name, _) in enumerate(found))
    return Panel(i18n.say(language, f"chart-panel-{name}"), shown, labels, lying=True)


def short(name: str) -> str:
    """A label that fits beside a bar."""
    return name if len(name) <= LABEL else name[: LABEL - 1] + "…"


def ticks(report: UseReport, language: str) -> tuple[tuple[int, str], ...]:
    """Labels for every n-th hour or day; the latest has one."""
    starts: Sequence[int] = list(report.points)
    step = -(-len(starts) // TICKS)
    places = islice(range(len(starts) - 1, -1, -step), TICKS)
    return tuple((at, label(report.period.grain, starts[at], language)) for at in sorted(places))


def label(grain: int, start: int, language: str) -> str:
    """An hour, or a day by the reader's calendar."""
    zone, _ = i18n.PLACES[language if grain == ONE_HOUR else "fa"]
    then = datetime.fromtimestamp(start, zone)
    if grain == ONE_HOUR:
        return i18n.digits(language, f"{then:%H:%M}")
    if i18n.base(language) != "fa":
        return f"{then:%b} {then.day}"
    _, month, day = calendar_dates.jalali(then.date())
    return i18n.digits(language, f"{day} {calendar_dates.MONTHS[month - 1]}")
