"""The figures of a period, read from the sums that the keeper keeps: never from the requests."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from procs.core.clock import Now
from procs.store.database import Database
from procs.store.reports.use_sums import ONE_DAY, ONE_HOUR, STEPS, start_of

SUMS = """
SELECT start, measure, label, value FROM use_sums WHERE grain = :grain AND start >= :since
"""
PEOPLE = "SELECT COUNT(*) FROM active_people WHERE hour >= :since"
#: Measures that are a histogram of seconds: waiting for a worker, and from the link to the media.
TIMES = ("waited", "took")


@dataclass(frozen=True, slots=True)
class Period:
    """So many hours or days up to now."""

    grain: int
    count: int

    def since(self, now: Now) -> int:
        """The wall instant at which the first hour or day of the period begins."""
        return start_of(self.grain, now.wall) - (self.count - 1) * self.grain


#: The periods that are shown, by their name.
PERIODS = {"24h": Period(ONE_HOUR, 24), "7d": Period(ONE_DAY, 7), "30d": Period(ONE_DAY, 30)}


@dataclass(slots=True)
class UseFigures:
    """One hour, one day, or all of a period: the sums by measure, times by step of the histogram,
    and failures by (class, site)."""

    sums: Counter[str] = field(default_factory=Counter)
    times: dict[str, Counter[int]] = field(
        default_factory=lambda: {one: Counter() for one in TIMES}
    )
    failed: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, measure: str, label: str, value: int) -> None:
        """Add a value to a measure. A label is a step of the histogram, or, of failures, `ERROR
        SITE`."""
        if measure in self.times:
            self.times[measure][int(label)] += value
            return
        self.sums[measure] += value
        if measure == "failed":
            error, _, site = label.partition(" ")
            self.failed[error, site] += value

    def share(self, part: str, whole: str) -> float | None:
        """One sum as a share of another; None where there is nothing to share."""
        return self.sums[part] / self.sums[whole] if self.sums[whole] else None

    def seconds(self, measure: str, share: float) -> float | None:
        """The time below which this share of all lies, within 9 %; None where nothing was
        measured."""
        return quantile(self.times[measure], share)

    def failed_by(self, place: int, most: int) -> list[tuple[str, int]]:
        """The most frequent classes (place 0) or sites (place 1) of failures."""
        counts: Counter[str] = Counter()
        for key, value in self.failed.items():
            counts[key[place]] += value
        return counts.most_common(most)


@dataclass(frozen=True, slots=True)
class UseReport:
    """A period: a point for each of its hours or days, by their beginnings, and all together.
    `people` is how many different ones were active in it."""

    period: Period
    points: Mapping[int, UseFigures]
    total: UseFigures
    people: int


def read(db: Database, period: Period, *, now: Now) -> UseReport:
    """The sums of a period by its hours or days, and in total. Empty hours are there too."""
    since = period.since(now)
    points = {since + n * period.grain: UseFigures() for n in range(period.count)}
    total = UseFigures()
    for start, measure, label, value in db.all(SUMS, {"grain": period.grain, "since": since}):
        if start in points:  # a clock that was put back has rows of what is to come
            points[start].add(measure, label, value)
            total.add(measure, label, value)
    people = db.all(PEOPLE, {"since": since})
    return UseReport(period, points, total, int(people[0][0]))


def quantile(steps: Mapping[int, int], share: float) -> float | None:
    """The middle of the step in which this share of a histogram ends."""
    left = share * sum(steps.values())
    for step in sorted(steps):
        left -= steps[step]
        if left <= 0:
            return float(2 ** ((step + 0.5) / STEPS))
    return None
