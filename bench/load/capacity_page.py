"""docs/capacity.md, written from results alone."""

from collections.abc import Mapping
from math import ceil
from types import MappingProxyType
from typing import Any

from bench.load import scenario
from bench.load.capacity_rates import DAY, SENT, best, first_break, growth, per_core
from bench.load.capacity_verdict import verdict

Result = dict[str, Any]

#: The peak hour beside the mean of a day, and the requests a day that people plan for.
PEAK, PLANS = 3.0, (10_000, 100_000, 1_000_000)
#: A server is bought for so much of what it can do.
SHARE = 0.6
WHOLE = 3600.0


def page(
    results: list[Result],
    ladders: dict[float, list[Result]],
    seconds: float,
    scale: float,
    *,
    failed: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """The whole page; a shortened series of runs says that it is one. `failed`: by its title, why
    a run ended without a result."""
    runs = [*results, *(one for steps in ladders.values() for one in steps)]
    parts = [
        "# What Chapar carries\n",
        f"Written by `make capacity` from runs on one machine: {machine(runs)}. The product, a"
        " loopback Telegram with its limits on, the site and the people share it; the tables count"
        " the product alone. Films have 1.4 MB; 60 % of the links of C3 are known. Times begin at"
        " the instant at which a person was to write, not when the test got to it.\n",
        *([] if seconds >= WHOLE and scale == 1 else [shortened(results, seconds, scale)]),
        "## What holds\n",
        held(results, failed),
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


def held(results: list[Result], failed: Mapping[str, str]) -> str:
    """The table of scenarios, and of all that ended without a result."""
    head = (
        "| scenario | played | asked | as they should | answer p50, p95, p99.9 | known p95 |"
        " film p95 | cores | memory, MiB | verdict |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    )
    rows = [held_row(one) for one in results]
    rows += [
        f"| {title} |{' – |' * 8} ended without a result: {' '.join(why.split())} |"
        for title, why in failed.items()
    ]
    return "\n".join([head, *rows]) + "\n"


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


def purchase(results: list[Result], ladders: dict[float, list[Result]]) -> str:
    """From what one core carries; a rate above what the product sends no server helps."""
    if not any(best(steps) for steps in ladders.values()):
        return "No rate held in these runs, so nothing can be said.\n"
    each, source = per_core(ladders)
    messages = [one["messages"] / one["asked"] for one in results if one["asked"]]
    said = max([1.0, *messages])
    head = (
        f"{source} The peak hour has {PEAK:g} times"
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
        f"\nEvery request is one message at least, {said:.1f} in the scenario that says most; the"
        f" product sends {SENT:g} a second, below the 30 that Telegram names, whatever the server"
        f" is.{memory([*results, *(one for steps in ladders.values() for one in steps)])}"
    )
    return "\n".join([head, *rows, tail]) + "\n"


def spread(peak: float, said: float) -> str:
    """Messages a second at a peak, from one a request to as many as a request may take."""
    most = peak * said
    found = f"{peak:.1f}" if said == 1 else f"{peak:.1f} to {most:.1f}"
    if peak > SENT:
        return f"{found} (beyond what one bot sends)"
    return f"{found} (at times beyond what one bot sends)" if most > SENT else found


def memory(runs: list[Result]) -> str:
    """The sentence about the memory and the disk that the product took in these runs."""
    most = max((one["figures"]["pss_max_mib"] for one in runs), default=0.0)
    disk = max((one["figures"]["disk_max_mib"] for one in runs), default=0.0)
    return (
        f" In none of these runs the product took more than {most:.0f} MiB of memory and"
        f" {disk:.0f} MiB of disk; larger films take more of the disk."
    )
