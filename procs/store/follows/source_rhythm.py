"""When a source is looked at again: by the rate of its news, the site's rules, and its failures.
Pure."""

from procs.config.rules import Rules

#: Looks in the mean time between two news.
LOOKS_PER_NEWS = 6
#: Seconds: the longest interval, the longest one after failures, and from try to try at a source
#: that rests.
LONGEST, LONGEST_FAILING, RESTING = 24 * 3600.0, 12 * 3600.0, 7 * 24 * 3600.0
#: Seconds of failures, and how many there are at least, before a source rests.
FAILING_PERIOD, FAILURES = 3 * 24 * 3600.0, 3
#: The share of the visits which the site's rules allow that all its sources together may take.
SHARE = 0.1
#: The weight of the newest gap in the mean.
WEIGHT = 0.3


def least(interval: float, rules: Rules, sources: int) -> float:
    """The shortest interval in seconds between two looks at a source whose site has this many
    `sources`."""
    gap = max(rules.gap, rules.rate.gap if rules.rate else 0.0)
    return max(interval, gap * sources / SHARE)


def rhythm(before: float, since: float, news: int) -> float:
    """The mean number of seconds between two news, after `news` appeared in the last `since`
    seconds."""
    gap = since / max(1, news)
    return gap if before <= 0 else before + WEIGHT * (gap - before)


def every(rhythm: float, quiet: float, least: float) -> float:
    """Seconds until the next look at a source without news for `quiet` seconds."""
    return max(least, min(LONGEST, max(rhythm, quiet) / LOOKS_PER_NEWS))


def after_failure(every: float, fails: int) -> float:
    """Seconds until the next look at a source after this many failures in a row."""
    return max(every, min(LONGEST_FAILING, every * 2.0 ** min(fails, 10)))


def is_over(fails: int, since: float) -> bool:
    """Whether a source that has failed for `since` seconds rests."""
    return fails >= FAILURES and since >= FAILING_PERIOD
