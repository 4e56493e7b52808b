"""Plots as SVG, drawn here, so that the page needs neither network nor scripts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

Point = tuple[float, float]

WIDTH, HEIGHT = 900, 260
LEFT, RIGHT, TOP, BOTTOM = 64, 28, 12, 34
COLOURS = ("#2563eb", "#dc2626", "#059669", "#d97706", "#7c3aed", "#0891b2", "#be185d", "#4b5563")
TICKS = 5


@dataclass(frozen=True, slots=True)
class Line:
    """A named curve; `dots` draws its points alone."""

    name: str
    points: Sequence[Point]
    dots: bool = False


@dataclass(frozen=True, slots=True)
class Scale:
    """From values to pixels; `log` needs values above 0."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __call__(self, value: float) -> float:
        low, high, at = self.low, self.high, value
        if self.log:
            low, high, at = log10(low), log10(high), log10(max(value, self.low))
        share = (at - low) / (high - low) if high > low else 0.0
        return self.start + share * (self.end - self.start)

    def ticks(self) -> list[float]:
        """The values that the axis names."""
        if self.log:
            return [10.0**n for n in range(round(log10(self.low)), round(log10(self.high)) + 1)]
        step = nice((self.high - self.low) / TICKS)
        return [self.low + step * n for n in range(floor((self.high - self.low) / step) + 1)]


def nice(step: float) -> float:
    """The next larger of 1, 2, 5 times a power of ten."""
    if step <= 0:
        return 1.0
    power = 10.0 ** floor(log10(step))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= step * 0.999)


def plot(
    lines: Sequence[Line],
    *,
    across: str,
    up: str,
    log: bool = False,
    label: Callable[[float], str] | None = None,
) -> str:
    """One plot with its axes named and its curves in a legend; `label` names ticks across."""
    points = [point for line in lines for point in line.points]
    if not points:
        return "<p>nothing to draw</p>"
    right = max(x for x, _ in points) or 1.0
    tops = [y for _, y in points]
    low, high = decades(tops) if log else (0.0, max(max(tops) * 1.05, 1e-9))
    x = Scale(0.0, right, LEFT, WIDTH - RIGHT)
    y = Scale(low, high, HEIGHT - BOTTOM, TOP, log)
    drawn = [axes(x, y, across, up, label), *(curve(line, x, y, n) for n, line in enumerate(lines))]
    head = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(up)}">'
    return f"<figure>{head}{''.join(drawn)}</svg>{legend(lines)}</figure>"


def decades(values: Sequence[float]) -> tuple[float, float]:
    """The powers of ten around all values above 0."""
    above = [value for value in values if value > 0] or [1.0]
    low, high = floor(log10(min(above))), ceil(log10(max(above)))
    return 10.0**low, 10.0 ** max(high, low + 1)


def axes(x: Scale, y: Scale, across: str, up: str, label: Callable[[float], str] | None) -> str:
    """Grid, numbers and names of both axes as SVG."""
    parts = []
    for value in y.ticks():
        at = y(value)
        parts.append(f'<path class="grid" d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{at + 4:.1f}" class="end">{value:g}</text>')
    for value in x.ticks():
        named = label(value) if label else f"{value:g}"
        parts.append(f'<text x="{x(value):.1f}" y="{HEIGHT - 18}" class="mid">{named}</text>')
    parts.append(f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 4}" class="end">{escape(across)}</text>')
    parts.append(f'<text x="{LEFT + 6}" y="{TOP + 10}">{escape(up)}</text>')
    return "".join(parts)


def curve(line: Line, x: Scale, y: Scale, number: int) -> str:
    """One line or cloud of dots as SVG; `number` chooses its colour."""
    colour = COLOURS[number % len(COLOURS)]
    places = [(x(a), y(b)) for a, b in line.points]
    if line.dots:
        dots = "".join(f'<circle cx="{a:.1f}" cy="{b:.1f}" r="2"/>' for a, b in places)
        return f'<g fill="{colour}" fill-opacity="0.6">{dots}</g>'
    joined = " ".join(f"{a:.1f},{b:.1f}" for a, b in places)
    return f'<polyline fill="none" stroke="{colour}" stroke-width="1.6" points="{joined}"/>'


def legend(lines: Sequence[Line]) -> str:
    """The names of the lines in their colours, as HTML."""
    names = (
        f'<span style="color:{COLOURS[n % len(COLOURS)]}">■ {escape(line.name)}</span>'
        for n, line in enumerate(lines)
    )
    return f"<figcaption>{' '.join(names)}</figcaption>"
