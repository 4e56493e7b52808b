"""docs/capacity.md, written from results alone."""

from math import ceil
from typing import Any

from bench.load import summary

Result = dict[str, Any]

DAY = 86400
#: The peak hour beside the mean of a day, and the requests a day that people plan for.
PEAK, PLANS = 3.0, (10_000, 100_000, 1_000_000)
#: Messages a second that Telegram lets one bot send (core.telegram.org/bots/faq).
TELEGRAM = 30.0
#: A server is bought for so much of what it can do.
SHARE = 0.6
WHOLE = 3600.0


def page(
    results: list[Result], ladders: dict[float, list[Result]], seconds: float, scale: float
) -> str:
    """The whole page; a shortened series of runs says that it is one."""
    about = (results or [steps[0] for steps in ladders.values()])[0]["machine"]
    parts = [
        "# What Chapar carries\n",
        f"Written by `make capacity` from runs on one machine: {machine(about)}. The product, a"
        " loopback Telegram with its limits on, the site and the people share it; the tables count"
        " the product alone. Films have 1.4 MB; 60 % of the links of C3 are known. Times begin at"
        " the instant at which a person was to write, not when the test got to it.\n",
        *([] if seconds >= WHOLE and scale == 1 else [shortened(seconds, scale)]),
        "## What holds\n",
        held(results),
        "## The highest rate at which everybody is on time\n",
        growth(ladders),
        "## What breaks first\n",
        *(f"- {first_break(cores, steps)}" for cores, steps in ladders.items()),
        "\n## What to buy\n",
        purchase(results, ladders),
    ]
    return "\n".join(parts) + "\n"


def machine(about: dict[str, Any]) -> str:
    """The sentence that tells on what the results were measured."""
    cpu = f"{about['cores']} cores of {about['cpu']}, {about['memory_gib']} GiB"
    return f"{cpu}, {about['system']}, Python {about['python']}, commit {about['commit']}"


def shortened(seconds: float, scale: float) -> str:
    """The warning above results of shortened runs."""
    return (
        f"**These runs were shortened**: at most {seconds:g} s of each scenario, {scale:g} times"
        " the arrivals. They show the form of the page and not the capacity.\n"
    )


def held(results: list[Result]) -> str:
    """The table of scenarios."""
    head = (
        "| scenario | asked | as they should | answer p50, p95, p99.9 | known p95 | film p95 |"
        " cores | memory, MiB | verdict |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    )
    return "\n".join([head, *(held_row(one) for one in results)]) + "\n"


def held_row(one: Result) -> str:
    """One row of the table of scenarios."""
    figures = one["figures"]
    answer = ", ".join(seconds(figures, f"answer_{p}_s") for p in ("p50", "p95", "p99.9"))
    known, film = (seconds(figures, f"{kind}_p95_s") for kind in ("known", "film"))
    cells = (
        *(one["scenario"]["title"], one["asked"], one["fine"], answer, known, film),
        *(f"{figures['cores']:.2f}", f"{figures['pss_max_mib']:.0f}", verdict(one)),
    )
    return f"| {' | '.join(map(str, cells))} |"


def seconds(figures: dict[str, float], key: str) -> str:
    """A figure in seconds, or a dash where it was not measured."""
    return f"{figures[key]:.3f} s" if key in figures else "–"


def verdict(one: Result) -> str:
    """`holds`, or all that was wrong."""
    return "holds" if one["good"] else "; ".join(reasons(one))


def reasons(one: Result) -> list[str]:
    """Why a run is not good, in words."""
    found = [f"{count} {name}" for name, count in one["faults"].items()]
    found += [f"{len_of(one[key])} {key}" for key in summary.NOTHING if one[key]]
    found += [missed(key, *values) for key, values in one["missed"].items()]
    return found if one["quiet_in_time"] else [*found, "requests still open at the end"]


def missed(key: str, value: float | None, most: float) -> str:
    """What is said of a goal that was not reached."""
    return f"{key} was not measured" if value is None else f"{key} {value} instead of {most}"


def len_of(value: Any) -> int:
    """The length of a list that a result names or only counts."""
    return len(value) if isinstance(value, list) else int(value)


def best(steps: list[Result]) -> float:
    """Requests a second of the last step at which all was well; 0 where even the first was not."""
    return max((one["scenario"]["per_second"] for one in steps if one["good"]), default=0.0)


def growth(ladders: dict[float, list[Result]]) -> str:
    """The table of rates by cores."""
    head = (
        "Answer p95 ≤ 1 s, new film p95 ≤ 5 s, nothing lost; found by halves.\n\n"
        "| cores of the product | requests a second | a day, at that rate all day | CPU a request |"
        "\n| --- | --- | --- | --- |"
    )
    return "\n".join([head, *(growth_row(*pair) for pair in ladders.items())]) + "\n"


def growth_row(cores: float, steps: list[Result]) -> str:
    """One row of the table of rates: the best rate, and what it means in a day."""
    rate = best(steps)
    good = [one for one in steps if one["good"]]
    cost = f"{good[-1]['figures']['cpu_ms_per_request']:.0f} ms" if good else "–"
    more = " or more" if good and good[-1] is steps[-1] else ""
    return f"| {cores:g} | {rate:g}{more} | {rate * DAY:,.0f} | {cost} |"


def first_break(cores: float, steps: list[Result]) -> str:
    """The sentence about the first rate that was too much."""
    broken = next((one for one in steps if not one["good"]), None)
    if broken is None:
        last = steps[-1]["scenario"]["per_second"]
        return f"{cores:g} cores: nothing up to {last:g} a second, the highest rate tried."
    figures = broken["figures"]
    told = "; ".join(reasons(broken))
    return (
        f"{cores:g} cores: at {broken['scenario']['per_second']:g} a second {told}. The product"
        f" took {figures['cores']:.2f} cores, the send budget was at most"
        f" {figures['budget_max_s']:.1f} s ahead; an answer took {figures['answer_max_s']:.1f} s"
        f" at worst, and {broken['fine']} of {broken['asked']} came as they should."
    )


def purchase(results: list[Result], ladders: dict[float, list[Result]]) -> str:
    """From the best rate for each core; a rate above Telegram's own limit no server helps."""
    rates = {cores: best(steps) for cores, steps in ladders.items() if best(steps)}
    if not rates:
        return "No rate held in these runs, so nothing can be said.\n"
    each = max(rates.values()) / max(rates, key=lambda cores: rates[cores])
    messages = [one["messages"] / one["asked"] for one in results if one["asked"]]
    said = max(messages, default=1.0)
    head = (
        f"A core carries {each:.1f} requests a second on time. The peak hour has {PEAK:g} times"
        f" the mean; a server is bought for {SHARE:.0%} of what it can do.\n\n"
        "| requests a day | at the peak | cores | messages a second at the peak |"
        "\n| --- | --- | --- | --- |"
    )
    rows = []
    for plan in PLANS:
        peak = plan / DAY * PEAK
        full = " (beyond what Telegram allows one bot)" if peak > TELEGRAM else ""
        cores = ceil(peak / each / SHARE)
        rows.append(f"| {plan:,} | {peak:.2f} a second | {cores} | {peak:.1f} and more{full} |")
    tail = (
        f"\nEvery request is one message at least, {said:.1f} in the scenario that says most;"
        f" Telegram lets one bot send {TELEGRAM:g} a second, whatever the server is."
    )
    return "\n".join([head, *rows, tail]) + "\n"
