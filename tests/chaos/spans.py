"""Stretches of wall time."""

from collections.abc import Iterable

Spans = list[tuple[float, float]]


def within(at: float, spans: Iterable[tuple[float, float]], slack: float = 0.0) -> bool:
    """Whether an instant is in one of them, or no more than `slack` seconds away."""
    return any(began - slack <= at <= end + slack for began, end in spans)
