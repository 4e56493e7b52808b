"""GCRA, the generic cell rate algorithm (ITU-T I.371): a leaky bucket as one instant. Pure.

A limit keeps the instant at which its bucket is empty again if nothing more comes. Each cell (a
message, a visit) moves that instant by `gap` seconds, and may begin as soon as it lies no more than
`slack` seconds ahead. So no stretch of time holds more than `1 + (slack + stretch) / gap` cells.
"""


def earliest(empty_at: float, *, slack: float) -> float:
    """The instant from which on the next cell may begin."""
    return empty_at - slack


def after(empty_at: float, begin: float, *, gap: float, cells: int = 1) -> float:
    """The instant at which the bucket is empty once so many cells have begun at `begin`."""
    return max(empty_at, begin) + cells * gap
