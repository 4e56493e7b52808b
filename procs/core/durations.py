"""Durations as people write them in settings, rules and command lines: `90s`, `1.5h`, `7d`."""

import math
import re

#: Seconds of each unit.
UNITS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400, "day": 86400}
DURATION = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,15})?)\s*(s|min|m|h|day|d)?")


def read(text: str, *, unit: str = "") -> float | None:
    """Seconds, or None for what is no duration. A number alone counts in `unit`; without one it is
    no duration."""
    match = DURATION.fullmatch(text)
    name = match and (match[2] or unit)
    return float(match[1]) * UNITS[name] if match and name else None


def spell(seconds: float) -> str:
    """A duration in English words, rounded up: 40 seconds, 1 minute, 3 hours. For a process that
    says nothing to people, and does without the languages of `i18n.span`."""
    for unit, length in (("hour", 3600), ("minute", 60), ("second", 1)):
        if seconds >= length or unit == "second":
            break
    count = max(1, math.ceil(seconds / length))
    return f"{count} {unit}{'s' if count > 1 else ''}"
