"""Parses the texts of settings about backups into values, as `values` does."""

import re

from procs.core import durations

#: Seconds between two backups: at least, and at most.
LEAST, MOST = 60.0, 7 * 86400.0
KEPT = re.compile(r"([0-9]{1,4})\+([0-9]{1,4})\+([0-9]{1,4})")


def interval(text: str) -> float:
    """Seconds between two backups, 0 for none by schedule."""
    if text == "off":
        return 0.0
    seconds = durations.read(text, unit="s")
    if seconds is None or not LEAST <= seconds <= MOST:
        raise ValueError(f"{text!r} is no time between two backups; write off, or 1m to 7d (1h)")
    return seconds


def kept(text: str) -> tuple[int, int, int]:
    """How many hours, days and weeks keep a backup."""
    match = KEPT.fullmatch(text.replace(" ", ""))
    if not match or not any(map(int, match.groups())):
        raise ValueError(f"{text!r} is not hours+days+weeks that keep a backup; write 24+7+4")
    hours, days, weeks = map(int, match.groups())
    return hours, days, weeks
