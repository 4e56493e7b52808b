"""The likely meanings of unclear words: a few wishes to choose from. Pure."""

import re
from collections.abc import Iterator
from itertools import pairwise

from procs.wishes.variant import AUDIO, HEIGHTS, BadVariant, Clip, Variant

#: The most wishes that are offered: typing is faster than reading more.
FEW = 4
DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789")
BARE_NUMBER = re.compile(r"(?<![\d:])(\d{3,4})(?!\d|:|\s?k)")
THOUSANDS = re.compile(r"(?<!\d)([248])\s?k\b")
SOUNDS = re.compile(rf"\b({'|'.join(AUDIO)})\b")
TIME = r"(\d{1,2}(?::\d{2}){1,2}|\d{1,5})"
SPAN = re.compile(rf"{TIME}\D{{1,8}}?{TIME}")
#: The heights that people name in thousands (4K), and a number that counts as a height.
FINEST = {"2": "1440p", "4": "2160p", "8": "2160p"}
HEIGHT = range(HEIGHTS[0], 2 * HEIGHTS[-1] + 1)


def likely(kind: str, words: str) -> tuple[str, ...]:
    """The texts of what words may mean that are unclear for a reason (`Unclear.kind`); of words
    that say nothing we know, the best there is."""
    said = words.translate(DIGITS).lower()
    found = spans(said) if kind in ("backwards", "time") else forms(said)
    return tuple(dict.fromkeys(str(one) for one in found))[:FEW] or ("best",)


def forms(said: str) -> Iterator[Variant]:
    """The forms that are named, and the heights on both sides of a number that is none."""
    for name in SOUNDS.findall(said):
        yield Variant(name)
    for name in THOUSANDS.findall(said):
        yield Variant(FINEST[name])
    for number in map(int, BARE_NUMBER.findall(said)):
        if number in HEIGHT:
            yield from (Variant(f"{height}p") for height in around(number))


def around(number: int) -> tuple[int, ...]:
    """The height that a number is, or those below and above it."""
    if number in HEIGHTS or number > HEIGHTS[-1]:
        return (min(number, HEIGHTS[-1]),)
    return next((a, b) for a, b in pairwise(HEIGHTS) if a < number < b)


def spans(said: str) -> Iterator[Variant]:
    """A part between two times, whichever was named first; of bare numbers in seconds or minutes.
    Seconds that are no part of a media are left out."""
    for first, last in SPAN.findall(said):
        for unit in (1, 60) if ":" not in first + last else (1,):
            ends = sorted(seconds(at) * unit for at in (first, last))
            try:
                yield Variant("best", Clip(ends[0], ends[1]))
            except BadVariant:
                continue


def seconds(written: str) -> int:
    """`1:20` and `0:01:20` in seconds; a bare number as it is."""
    total = 0
    for part in written.split(":"):
        total = 60 * total + int(part)
    return total
