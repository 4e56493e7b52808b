"""Who is told what the children of an engine tried: the worker, which counts it."""

from collections.abc import Callable, Mapping, Sequence

#: Told the system calls that a jail refused, by name, and how often.
OnRefused = Callable[[Sequence[tuple[str, int]]], None]
#: Told the bytes that passed a way out, and the requests that it denied, by class.
OnEgress = Callable[[int, Mapping[str, int]], None]


def ignore_refusals(calls: Sequence[tuple[str, int]]) -> None:
    """What a jail refused, where nobody counts it."""


def ignore_traffic(spent: int, denied: Mapping[str, int]) -> None:
    """What passed a way out, where nobody counts it."""
