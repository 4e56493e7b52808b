"""Hours of the night on a wall clock: whether it is night, and when it begins and ends. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo


@dataclass(frozen=True, slots=True)
class NightHours:
    """From one full hour to another, over midnight where the first is the greater."""

    start: int
    end: int


def ends(hours: NightHours, wall: float, place: tzinfo) -> float | None:
    """The wall instant at which the night that it is at `place` ends; None by day."""
    hour = datetime.fromtimestamp(wall, place).hour
    if hours.start < hours.end:
        is_night = hours.start <= hour < hours.end
    else:
        is_night = hour >= hours.start or hour < hours.end
    return _next(hours.end, wall, place) if is_night else None


def begins(hours: NightHours, wall: float, place: tzinfo) -> float:
    """The wall instant at which the next night begins there."""
    return _next(hours.start, wall, place)


def _next(hour: int, wall: float, place: tzinfo) -> float:
    now = datetime.fromtimestamp(wall, place)
    then = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    return (then if then > now else then + timedelta(days=1)).timestamp()
