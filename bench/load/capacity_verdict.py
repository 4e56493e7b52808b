"""What was wrong with a run, in words."""

from typing import Any

from bench.load import summary

Result = dict[str, Any]

#: Seconds by which an answer may come later in the last third of a load than in its first.
DRIFT = 0.3
#: What must be nothing at the end of a run, in words.
WORDS = {
    "files_left": "files left behind",
    "limits_broken": "breaches of Telegram's limits",
    "flood_waits": "waits that Telegram asked for",
    "uncertain": "deliveries of which nobody knows whether they came",
    "unwritten": "messages that nobody could write",
    "product_ended": "end of the product before that of the load",
    "never_ended": "end of the product that did not come when it was told to",
}


def verdict(one: Result) -> str:
    """`holds`, or all that was wrong."""
    if not one["asked"]:
        return "nobody came in so short a time"
    if one["good"]:
        return (
            f"holds for so long, and falls behind: {drift}" if (drift := behind(one)) else "holds"
        )
    return "; ".join(reasons(one)) or f"nothing to judge: {', '.join(unmeasured(one))}"


def behind(one: Result) -> str:
    """By how much those who came last waited longer than those who came first, where as many come
    all the time; empty where it is nothing. A longer run of the same has to show more of it."""
    played = one["scenario"]
    drift = summary.drifts(one).get("answer_drift_s", 0.0)
    if played["bursts"] or played["curve"] or drift <= DRIFT:
        return ""
    return f"answer p95 of the last third {drift:.1f} s above the first"


def reasons(one: Result) -> list[str]:
    """Why a run is not good, in words; nothing where only too little was measured."""
    found = [f"{count} {name}" for name, count in one["faults"].items()]
    found += [f"{len_of(one[key])} {WORDS[key]}" for key in summary.NOTHING if one[key]]
    pairs = ((key, value, most) for key, (value, most) in one["missed"].items())
    found += [
        f"{spoken(key)} {told(key, value)} where {told(key, most)} is the most"
        for key, value, most in pairs
        if value is not None
    ]
    return found if one["quiet_in_time"] else [*found, "requests still open at the end"]


def unmeasured(one: Result) -> list[str]:
    """The goals of a run for which nothing came that could be measured."""
    return [f"no {spoken(key)}" for key, (value, _) in one["missed"].items() if value is None]


def spoken(key: str) -> str:
    """The name of a figure in words."""
    return key.removesuffix("_s").replace("_", " ")


def told(key: str, value: float) -> str:
    """A figure with its unit, where it is a time."""
    return f"{value:.3g} s" if key.endswith("_s") else f"{value:g}"


def cores_of(count: float) -> str:
    """A number of cores in words."""
    return f"{count:g} core" if count == 1 else f"{count:g} cores"


def len_of(value: Any) -> int:
    """The length of a list that a result names or only counts."""
    return len(value) if isinstance(value, list) else int(value)
