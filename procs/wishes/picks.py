"""Which entries of a list are wanted: `1-5,7`, or `all`. Pure.

A choice has one text: ranges in order, none touching the next.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

EVERYTHING = "all"
#: Entries of a list that are shown together.
ENTRIES_SHOWN = 10
#: The largest number of an entry, and letters of a choice.
LAST, CHOICE_LENGTH = 9999, 200
CHOICE = re.compile(r"\d{1,4}(?:-\d{1,4})?(?:,\d{1,4}(?:-\d{1,4})?)*")
Range = tuple[int, int]


def normal(text: str) -> str:
    """The one text of a choice; nothing when it is none, or endless."""
    if text == EVERYTHING:
        return EVERYTHING
    if not CHOICE.fullmatch(text):
        return ""
    found = [span(part) for part in text.split(",")]
    if any(first < 1 or last < first for first, last in found):
        return ""
    text = ",".join(f"{a}-{b}" if b > a else str(a) for a, b in joined(sorted(found)))
    return text if len(text) <= CHOICE_LENGTH else ""


def span(part: str) -> Range:
    """First and last place of one part of a pick, `3-7` or `3`."""
    first, _, last = part.partition("-")
    return int(first), int(last or first)


def joined(ranges: list[Range]) -> Iterator[Range]:
    """The same numbers in as few ranges as can be; `ranges` in order."""
    first, last = ranges[0]
    for start, end in ranges[1:]:
        if start > last + 1:
            yield first, last
            first, last = start, end
        last = max(last, end)
    yield first, last


def numbers(pick: str, most: int) -> list[int]:
    """The first `most` numbers of a choice."""
    ranges = [(1, LAST)] if pick == EVERYTHING else [span(part) for part in pick.split(",")]
    return list(islice((n for a, b in ranges for n in range(a, b + 1)), most))


def of(places: Iterable[int]) -> str:
    """The choice of these numbers, however long its text is."""
    ranges = [(place, place) for place in sorted(set(places))]
    return ",".join(f"{a}-{b}" if b > a else str(a) for a, b in joined(ranges)) if ranges else ""


def count(pick: str) -> int | None:
    """How many are wanted; None for all there are."""
    if pick == EVERYTHING:
        return None
    return sum(last - first + 1 for first, last in map(span, pick.split(",")))
