"""Durations as people write them in settings, rules and command lines: `90s`, `1.5h`, `7d`."""

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
