"""Growth of counters within the last seconds."""

import sys
from collections import Counter, deque
from collections.abc import Mapping


class SlidingWindow:
    """The counters whose names begin with `room`, read now and then; the first reading is where
    growth begins. Nothing is kept of the others, of which there are hundreds, and each name is kept
    once for all readings."""

    def __init__(self, seconds: float, room: str) -> None:
        self.seconds = seconds
        self.room = room
        self.readings: deque[tuple[float, Counter[str]]] = deque()

    def growth(self, counts: Mapping[str, int], now: float) -> Counter[str]:
        """How much each counter grew, by the oldest reading that is not too old; one that became
        smaller began anew. `now` is of the boot clock."""
        own = ((name, value) for name, value in counts.items() if name.startswith(self.room))
        fresh = Counter({sys.intern(name): value for name, value in own})
        self.readings.append((now, fresh))
        while len(self.readings) > 1 and now - self.readings[1][0] >= self.seconds:
            self.readings.popleft()
        before = self.readings[0][1]
        return Counter(
            {
                name: value - before[name] if value >= before[name] else value
                for name, value in fresh.items()
                if value != before[name]
            }
        )


def forecast(points: list[tuple[float, float]], ahead: float) -> float | None:
    """The value so many seconds after the last point, on the line that fits best (least squares);
    None where too few points say too little."""
    if len(points) < 3 or points[-1][0] == points[0][0]:
        return None
    middle = sum(at for at, _ in points) / len(points)
    level = sum(value for _, value in points) / len(points)
    spread = sum((at - middle) ** 2 for at, _ in points)
    slope = sum((at - middle) * (value - level) for at, value in points) / spread
    return level + slope * (points[-1][0] + ahead - middle)
