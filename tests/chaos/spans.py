"""Stretches of wall time."""

from collections.abc import Iterable

Spans = list[tuple[float, float]]


def within(at: float, spans: Iterable[tuple[float, float]], slack: float = 0.0) -> bool:
    """Whether an instant is in one of them, or no more than `slack` seconds away."""
    return meets(at, at, spans, slack)


def meets(since: float, until: float, spans: Iterable[tuple[float, float]], slack: float) -> bool:
    """Whether a stretch touches one of them, or comes as near to it as that."""
    return any(began - slack <= until and since <= end + slack for began, end in spans)
