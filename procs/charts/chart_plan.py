"""What a chart shows, as records that the drawing process receives as JSON."""

from dataclasses import asdict, dataclass
from typing import Any

from procs.core import codec


@dataclass(frozen=True, slots=True)
class Series:
    """Named values; a value is None where nothing was measured. Bars of a panel are stacked, lines
    pass through their values."""

    name: str
    values: tuple[float | None, ...]
    is_line: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """One of the drawings below each other. `ticks` are labels by the place of a value; in a panel
    that is `lying`, each value is a bar beside its label. `unit`: how the numbers are written, as
    `count`, `bytes`, `share` or `seconds`."""

    title: str
    series: tuple[Series, ...]
    ticks: tuple[tuple[int, str], ...]
    unit: str = "count"
    lying: bool = False


@dataclass(frozen=True, slots=True)
class ChartPlan:
    """A whole picture. `language` decides the digits and the direction; `empty` is the text of a
    panel without values."""

    title: str
    language: str
    empty: str
    panels: tuple[Panel, ...]


def encode(plan: ChartPlan) -> bytes:
    """The plan as JSON, for the standard input of the drawing process."""
    return codec.dump(asdict(plan)).encode()


def decode(text: bytes) -> ChartPlan:
    """The plan of a JSON text. Raises ValueError, TypeError, KeyError for input that is no plan."""
    found = codec.load(text)
    return ChartPlan(**{**found, "panels": tuple(_panel(one) for one in found["panels"])})


def _panel(found: dict[str, Any]) -> Panel:
    return Panel(**{**found, "series": tuple(Series(**one) for one in found["series"])})
