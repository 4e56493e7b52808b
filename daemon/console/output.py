"""Prints rows as lines of text, and instants in this machine's time zone."""

import time
from collections.abc import Sequence

from procs.core import log
from procs.texts import i18n


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, right: str = "") -> list[str]:
    """The rows under their heads, as wide as they need; `right` names the columns of numbers."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    sides = [">" if name in right.split() else "<" for name in head]
    row = "  ".join(f"{{:{side}{width}}}" for side, width in zip(sides, widths, strict=True))
    return [row.format(*cells).rstrip() for cells in (head, *rows)]


def visible(text: str) -> str:
    """A text that has words of others, titles and errors of sites, in it: signs that a terminal
    obeys are escaped."""
    return text.translate(log.CONTROLS)


def local(wall: float) -> str:
    """An instant in local time, to the millisecond."""
    whole, thousandths = divmod(round(wall * 1000), 1000)
    return f"{time.strftime('%Y-%m-%d %H:%M:%S', time.localtime(whole))}.{thousandths:03d}"


def minute(wall: float) -> str:
    """An instant in local time, to the minute."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(wall))


def count(number: int, noun: str) -> str:
    """`1 job`, `1,200 jobs`, `6 processes`."""
    ending = "" if number == 1 else "es" if noun.endswith("s") else "s"
    return f"{i18n.number('en', number)} {noun}{ending}"


def size(of: int) -> str:
    """Bytes in words."""
    return str(i18n.size("en", of))
