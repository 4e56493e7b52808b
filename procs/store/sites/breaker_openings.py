"""When a breaker opens and for how long, by the class of failure."""

from dataclasses import dataclass

from procs import errors
from procs.errors import JobError

#: Seconds without an opening after which the next one is short again, and a closed row goes.
FORGET = 6 * 3600.0


@dataclass(frozen=True, slots=True)
class OpeningRule:
    """A breaker opens to one person `after` so many failures in a row, and to everybody when so
    many `people` fail, with as many media; `rest` are the seconds of the first opening, and none
    of a row, each twice as long, is longer than `longest`."""

    after: int
    people: int
    rest: float
    longest: float


#: Classes that open to a person after so few are the site's word about us, not about one link.
ABOUT_US = 2
#: The classes that count; all others say nothing about the site. The worst a site can do to us is
#: to take us for a robot: each further visit prolongs that. A look at a site that is down
#: costs it one answer, so that one is taken often.
TRIPS: dict[type[JobError], OpeningRule] = {
    errors.BotCheck: OpeningRule(1, 2, 600.0, 6 * 3600.0),
    errors.SiteBusy: OpeningRule(2, 2, 60.0, 3600.0),
    errors.ProxyBroken: OpeningRule(3, 2, 5.0, 20.0),
    errors.SiteBroken: OpeningRule(5, 3, 5.0, 20.0),
    errors.NetworkBroken: OpeningRule(5, 3, 5.0, 20.0),
}


def length(trip: OpeningRule, asked: float, openings: int) -> float:
    """Seconds of the next opening: what the site asked for, or ours; doubled for each in a row."""
    return doubled(asked or trip.rest, openings, longest=trip.longest)


def doubled(first: float, times: int, *, longest: float) -> float:
    """Seconds, doubled for each opening in a row, at most `longest`."""
    return min(longest, first * 2.0 ** min(times, 16))
