"""Draws a plan with matplotlib, for the screen of a phone: upright, large letters, few lines.

The library shapes Persian itself (libraqm with HarfBuzz and FriBidi since 3.11), and includes
DejaVu Sans, which has its letters and digits (license: Bitstream Vera with changes in the public
domain).
"""

import io
import math
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

from procs.charts import use_text
from procs.charts.chart_plan import ChartPlan, Panel
from procs.texts import i18n

#: Inches and dots: 1080 dots wide, as a phone is; panels share what a phone shows at once.
WIDTH, PANEL, PANELS, DPI = 7.2, 3.1, 11.8, 150
HEAD = 0.75
SIZES = {"title": 19, "panel": 15, "tick": 12.5, "legend": 12}
#: Colours that people with red-green blindness tell apart (Okabe and Ito).
COLORS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7")
INK, GRID = "#222222", "#DDDDDD"
#: Marks of direction: the shaper does not need them, and the font lacks them.
DIRECTION_MARKS = str.maketrans("", "", "\u2066\u2067\u2068\u2069\u200e\u200f")
#: Steps of an axis of bytes, each of 1024, and the lengths of time between which numbers are round.
KIBI, ROUND_TIMES = 1024, (1, 2, 3, 5, 6, 10)


def picture(plan: ChartPlan) -> bytes:
    """The PNG of a plan."""
    from_right = plan.language in i18n.RIGHT_TO_LEFT
    height = HEAD + min(PANEL * len(plan.panels), PANELS)
    figure = Figure(figsize=(WIDTH, height), dpi=DPI, layout="constrained", facecolor="white")
    figure.suptitle(clean(plan.title), fontsize=SIZES["title"], color=INK, fontweight="bold")
    for axes, panel in zip(
        figure.subplots(len(plan.panels), squeeze=False), plan.panels, strict=True
    ):
        draw(axes[0], panel, plan, from_right=from_right)
    sink = io.BytesIO()
    figure.savefig(sink, format="png")
    return sink.getvalue()


def draw(axes: Axes, panel: Panel, plan: ChartPlan, *, from_right: bool) -> None:
    """Draw one panel, or the sentence that there is nothing to show."""
    title = {"fontsize": SIZES["panel"], "color": INK}
    axes.set_title(clean(panel.title), title, loc="right" if from_right else "left")
    for edge in ("top", "left", "right"):
        axes.spines[edge].set_visible(False)
    axes.tick_params(labelsize=SIZES["tick"], length=0, labelcolor=INK)
    if not any(value for series in panel.series for value in series.values):
        return nothing(axes, plan.empty)
    if panel.lying:
        lying(axes, panel, plan.language, from_right=from_right)
    else:
        upright(axes, panel, plan.language, from_right=from_right)


def nothing(axes: Axes, words: str) -> None:
    """Write the text of a panel without values."""
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines["bottom"].set_visible(False)
    axes.text(0.5, 0.5, clean(words), ha="center", va="center", fontsize=SIZES["panel"])


def upright(axes: Axes, panel: Panel, language: str, *, from_right: bool) -> None:
    """Draw stacked bars, and lines, over time."""
    count = len(panel.series[0].values)
    below = [0.0] * count
    for color, series in zip(COLORS, panel.series, strict=False):
        name = clean(series.name)
        if series.is_line:
            values = [float("nan") if one is None else one for one in series.values]
            axes.plot(
                range(count), values, color=color, label=name, linewidth=2.5, marker="o", ms=4
            )
        else:
            heights = [one or 0.0 for one in series.values]
            axes.bar(range(count), heights, bottom=below, color=color, label=name, width=0.8)
            below = [low + one for low, one in zip(below, heights, strict=True)]
    axes.set_xlim(-0.6, count - 0.4)
    axes.set_ylim(bottom=0)
    axes.set_xticks([at for at, _ in panel.ticks], [clean(label) for _, label in panel.ticks])
    numbers(axes.yaxis, panel.unit, language)
    axes.grid(axis="y", color=GRID)
    axes.set_axisbelow(True)
    if from_right:
        axes.yaxis.tick_right()
    if len(panel.series) > 1:
        axes.legend(
            fontsize=SIZES["legend"],
            frameon=False,
            ncols=len(panel.series),
            loc="lower left" if from_right else "lower right",
            bbox_to_anchor=(0.0, 0.99) if from_right else (1.0, 0.99),
            borderaxespad=0,
            handlelength=1.2,
            columnspacing=1.0,
        )


def lying(axes: Axes, panel: Panel, language: str, *, from_right: bool) -> None:
    """Draw a bar beside each label, the longest on top, with its number."""
    values = [one or 0.0 for one in panel.series[0].values]
    axes.barh(range(len(values)), values, color=COLORS[0], height=0.65)
    for at, one in enumerate(values):
        words = f" {clean(written(panel.unit, language, one))} "
        side = "right" if from_right else "left"
        axes.text(one, at, words, ha=side, va="center", fontsize=SIZES["tick"], color=INK)
    axes.set_yticks([at for at, _ in panel.ticks], [clean(label) for _, label in panel.ticks])
    axes.set_xticks([])
    axes.set_xlim(0, max(values) * 1.2)
    axes.set_ylim(max(4.5, len(values) - 0.5), -0.5)
    axes.spines["bottom"].set_visible(False)
    if from_right:
        axes.invert_xaxis()
        axes.yaxis.tick_right()


def numbers(axis: Any, unit: str, language: str) -> None:
    """Set few round numbers on an axis, in the reader's digits."""
    whole = unit in ("count", "seconds")
    if unit == "bytes":
        axis.set_major_locator(FixedLocator(byte_steps(axis.axes.get_ylim()[1])))
    else:
        steps = ROUND_TIMES if unit == "seconds" else None
        axis.set_major_locator(MaxNLocator(4, integer=whole, steps=steps))
    axis.set_major_formatter(FuncFormatter(lambda value, _: clean(written(unit, language, value))))


def byte_steps(highest: float) -> list[float]:
    """Round numbers in the largest unit that fits."""
    unit = KIBI ** max(1, min(3, int(math.log(max(highest, 1.0), KIBI))))
    return [float(one) * unit for one in MaxNLocator(4).tick_values(0, highest / unit)]


def written(unit: str, language: str, value: float) -> str:
    """A value in the person's language, by the panel's unit."""
    if unit == "bytes" and value:
        return i18n.size(language, value)
    if unit == "share":
        return use_text.percent(value, language)
    if unit == "seconds":
        return i18n.clock(language, value)
    return i18n.number(language, value)


def clean(text: str) -> str:
    """A text without marks of direction, which matplotlib would draw."""
    return text.translate(DIRECTION_MARKS)
