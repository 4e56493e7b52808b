"""Durations as admins write them in a chat, in either language: `7d`, `2 hours`, `۷ روز`. Pure."""

import re

from procs.texts import i18n

#: Seconds of each unit.
UNIT_SECONDS = {
    **dict.fromkeys(("s", "second", "seconds", "ثانیه"), 1),
    **dict.fromkeys(("m", "min", "minute", "minutes", "دقیقه"), 60),
    **dict.fromkeys(("h", "hour", "hours", "ساعت"), 3600),
    **dict.fromkeys(("d", "day", "days", "روز"), 86400),
    **dict.fromkeys(("w", "week", "weeks", "هفته"), 7 * 86400),
}
BEGINNING = re.compile(
    rf"([0-9]{{1,9}}(?:\.[0-9]{{1,3}})?)\s*({'|'.join(UNIT_SECONDS)})(?!\w)\s*", re.I
)


def leading(text: str) -> tuple[float, str]:
    """The seconds with which a text begins, and the rest of it; 0.0 and all of it where it does
    not."""
    said = text.strip()
    found = BEGINNING.match(said.translate(i18n.LATIN))
    if found is None:
        return 0.0, said
    return float(found[1]) * UNIT_SECONDS[found[2].lower()], said[found.end() :]
