"""The entries of a list, as a look told of them. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from procs.wishes import picks
from procs.wishes.picks import ENTRIES_SHOWN

Told = Mapping[str, Any]


def open_places(told: Told) -> list[int]:
    """The places of the entries that can be had, as far as the look read."""
    return [one["place"] for one in told["entries"] if not one.get("locked")]


def total(told: Told) -> int | None:
    """How many entries there are; None where the site does not say, and the look did not reach the
    end."""
    if told["count"]:
        return int(told["count"])
    return None if told["more"] else len(told["entries"])


def goes_on(told: Told, place: int) -> bool:
    """Whether there are entries behind this place."""
    there = total(told)
    return there is None or there > place


def page(told: Told, start: int) -> list[dict[str, Any]]:
    """The entries that are shown together, from an index on."""
    return list(told["entries"][start : start + ENTRIES_SHOWN])


def choice(places: Sequence[int]) -> str:
    """The choice of these places as a wish can say it: where its text would be too long, from the
    first to the last."""
    return picks.normal(picks.of(places)) or f"{min(places)}-{max(places)}"
