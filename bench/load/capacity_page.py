"""docs/capacity.md, written from results alone."""

from math import ceil
from typing import Any

from bench.load import scenario, summary

Result = dict[str, Any]

DAY = 86400
#: The peak hour beside the mean of a day, and the requests a day that people plan for.
PEAK, PLANS = 3.0, (10_000, 100_000, 1_000_000)
#: Messages a second that Telegram lets one bot send (core.telegram.org/bots/faq).
TELEGRAM = 30.0
#: A server is bought for so much of what it can do.
SHARE = 0.6
WHOLE = 3600.0
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


def page(
    results: list[Result], ladders: dict[float, list[Result]], seconds: float, scale: float
) -> str:
    """The whole page; a shortened series of runs says that it is one."""
    runs = [*results, *(one for steps in ladders.values() for one in steps)]
    parts = [
        "# What Chapar carries\n",
        f"Written by `make capacity` from runs on one machine: {machine(runs)}. The product, a"
        " loopback Telegram with its limits on, the site and the people share it; the tables count"
        " the product alone. Films have 1.4 MB; 60 % of the links of C3 are known. Times begin at"
        " the instant at which a person was to write, not when the test got to it.\n",
        *([] if seconds >= WHOLE and scale == 1 else [shortened(results, seconds, scale)]),
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


def machine(runs: list[Result]) -> str:
    """The sentence that tells on what the results were measured."""
    about, commits = runs[0]["machine"], sorted({one["machine"]["commit"] for one in runs})
    cpu = f"{about['cores']} cores of {about['cpu']}, {about['memory_gib']} GiB"
    return f"{cpu}, {about['system']}, Python {about['python']}, commit {' and '.join(commits)}"


def shortened(results: list[Result], seconds: float, scale: float) -> str:
    """The warning above results of shortened runs."""
    if scale != 1:
        return (
            f"**These runs were shortened**: at most {seconds:g} s of each scenario, {scale:g}"
            " times the arrivals. They show the form of the page and not the capacity.\n"
        )
    named = [one["scenario"]["title"].partition(":")[0] for one in results if is_whole(one)]
    but = f", but for {', '.join(named)}, which came whole" if named else ""
    return (
        f"**These runs were shortened** to {seconds:g} s of each scenario, and to its first few"
        f" dozen messages where fewer come{but}: they show what the machine carries for so long,"
        " and not what hours of it do.\n"
    )


def is_whole(one: Result) -> bool:
    """Whether all of a scenario was played."""
    name, lasted = one["name"], one["scenario"]["seconds"]
    return name in scenario.names() and lasted >= scenario.read(name).seconds


def held(results: list[Result]) -> str:
    """The table of scenarios."""
    head = (
        "| scenario | played | asked | as they should | answer p50, p95, p99.9 | known p95 |"
        " film p95 | cores | memory, MiB | verdict |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    )
    return "\n".join([head, *(held_row(one) for one in results)]) + "\n"


def held_row(one: Result) -> str:
    """One row of the table of scenarios."""
    figures = one["figures"]
    answer = ", ".join(seconds(figures, f"answer_{p}_s") for p in ("p50", "p95", "p99.9"))
    known, film = (seconds(figures, f"{kind}_p95_s") for kind in ("known", "film"))
    cells = (
        *(one["scenario"]["title"], f"{one['scenario']['seconds']:.0f} s"),
        *(one["asked"], one["fine"], answer, known, film),
        *(f"{figures['cores']:.2f}", f"{figures['pss_max_mib']:.0f}", verdict(one)),
    )
    return f"| {' | '.join(map(str, cells))} |"


def seconds(figures: dict[str, float], key: str) -> str:
    """A figure in seconds, or a dash where it was not measured."""
    return f"{figures[key]:.3f} s" if key in figures else "–"


def verdict(one: Result) -> str:
    """`holds`, or all that was wrong."""
    if not one["asked"]:
        return "nobody came in so short a time"
    if one["good"]:
        return "holds"
    return "; ".join(reasons(one)) or f"nothing to judge: {', '.join(unmeasured(one))}"


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
        return f"{cores_of(cores)}: nothing up to {last:g} a second, the highest rate tried."
    figures, rate = broken["figures"], broken["scenario"]["per_second"]
    if not reasons(broken):
        return (
            f"{cores_of(cores)}: too few came at {rate:g} a second for a judgement"
            f" ({', '.join(unmeasured(broken))})."
        )
    worst = figures.get("answer_max_s")
    answers = "nobody was answered" if worst is None else f"an answer took {worst:.1f} s at worst"
    return (
        f"{cores_of(cores)}: at {rate:g} a second {'; '.join(reasons(broken))}. The product took"
        f" {cores_of(round(figures['cores'], 2))}, the send budget was at most"
        f" {figures['budget_max_s']:.1f} s ahead; {answers}, and {broken['fine']} of"
        f" {broken['asked']} came as they should."
    )


def purchase(results: list[Result], ladders: dict[float, list[Result]]) -> str:
    """From the best rate for each core; a rate above Telegram's own limit no server helps."""
    rates = {cores: best(steps) for cores, steps in ladders.items() if best(steps)}
    if not rates:
        return "No rate held in these runs, so nothing can be said.\n"
    each = max(rates.values()) / max(rates, key=lambda cores: rates[cores])
    messages = [one["messages"] / one["asked"] for one in results if one["asked"]]
    said = max([1.0, *messages])
    head = (
        f"A core carries {each:.1f} requests a second on time. The peak hour has {PEAK:g} times"
        f" the mean; a server is bought for {SHARE:.0%} of what it can do.\n\n"
        "| requests a day | at the peak | cores | messages a second at the peak |"
        "\n| --- | --- | --- | --- |"
    )
    rows = []
    for plan in PLANS:
        peak = plan / DAY * PEAK
        cores = ceil(peak / each / SHARE)
        rows.append(f"| {plan:,} | {peak:.2f} a second | {cores} | {spread(peak, said)} |")
    tail = (
        f"\nEvery request is one message at least, {said:.1f} in the scenario that says most;"
        f" Telegram lets one bot send {TELEGRAM:g} a second, whatever the server is."
        f"{memory([*results, *(one for steps in ladders.values() for one in steps)])}"
    )
    return "\n".join([head, *rows, tail]) + "\n"


def spread(peak: float, said: float) -> str:
    """Messages a second at a peak, from one a request to as many as a request may take."""
    most = peak * said
    found = f"{peak:.1f}" if said == 1 else f"{peak:.1f} to {most:.1f}"
    if peak > TELEGRAM:
        return f"{found} (beyond what Telegram allows one bot)"
    return f"{found} (at times beyond what Telegram allows one bot)" if most > TELEGRAM else found


def memory(runs: list[Result]) -> str:
    """The sentence about the memory and the disk that the product took in these runs."""
    most = max((one["figures"]["pss_max_mib"] for one in runs), default=0.0)
    disk = max((one["figures"]["disk_max_mib"] for one in runs), default=0.0)
    return (
        f" In none of these runs the product took more than {most:.0f} MiB of memory and"
        f" {disk:.0f} MiB of disk; larger films take more of the disk."
    )
