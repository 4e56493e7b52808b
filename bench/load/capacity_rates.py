"""What the rates that were tried say: how much so many cores carry, what broke first, and what one
core is worth."""

from typing import Any

from bench.load.capacity_verdict import cores_of, reasons, unmeasured
from procs.telegram.message_limits import GLOBAL_GAP

Result = dict[str, Any]

DAY = 86400
#: Messages a second that the product sends, below the 30 that Telegram lets one bot send
#: (core.telegram.org/bots/faq).
SENT = 1 / GLOBAL_GAP
#: Requests a second that are tried, whatever the cores: up to what the product sends in a second, a
#: request being one message at least.
RATES = (2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24)
#: A rate that broke says nothing about the cores where the messages were so much of what is sent,
#: and the product took less than so much of the cores that it had.
FULL, BUSY = 0.9, 0.7


def best(steps: list[Result]) -> float:
    """Requests a second of the last step at which all was well; 0 where even the first was not."""
    return max((one["scenario"]["per_second"] for one in steps if one["good"]), default=0.0)


def broken(steps: list[Result]) -> Result | None:
    """The first step that was too much."""
    return next((one for one in steps if not one["good"]), None)


def is_telegrams(cores: float, one: Result) -> bool:
    """Whether the limit of messages was full in a step that broke, and the cores were not."""
    said = max(1.0, one["messages"] / max(one["asked"], 1))
    full = one["scenario"]["per_second"] * said >= FULL * SENT
    return full and bool(one["figures"]["cores"] < BUSY * cores)


def is_found(steps: list[Result]) -> bool:
    """Whether a search came to its end: no rate is left between the best and the first that was too
    much, for which there was no time."""
    worst = broken(steps)
    most = worst["scenario"]["per_second"] if worst else 0.0
    return worst is not None and not any(best(steps) < rate < most for rate in RATES)


def is_measured(cores: float, steps: list[Result]) -> bool:
    """Whether the best rate is what the cores carry, and not the bound of what was tried, or what
    Telegram lets the product send."""
    worst = broken(steps)
    if worst is None or not best(steps) or not is_found(steps) or not reasons(worst):
        return False
    return not is_telegrams(cores, worst)


def per_core(ladders: dict[float, list[Result]]) -> tuple[float, str]:
    """Requests a second that one core carries, and the sentence about where that is from. One core
    is the measure of itself; more cores share a bot that is one process, and less than one is
    given in slices of time."""
    rates = {cores: best(steps) / cores for cores, steps in ladders.items() if best(steps)}
    measured = {one: rate for one, rate in rates.items() if is_measured(one, ladders[one])}
    if not measured:
        each = max(rates.values())
        return each, (
            f"A core carries {each:.1f} requests a second on time, or more: no number of cores was"
            " found that is too small for a rate, so fewer than these may do."
        )
    source = 1.0 if 1.0 in measured else min(measured, key=lambda cores: measured[cores])
    each = measured[source]
    return each, (
        f"A core carries {each:.1f} requests a second on time, as measured with {cores_of(source)}."
    )


def growth(ladders: dict[float, list[Result]]) -> str:
    """The table of rates by cores."""
    head = (
        "Answer p95 ≤ 1 s, new film p95 ≤ 5 s, nobody later in the last third of a try than in its"
        " first, nothing lost; found by halves. `or more`: no higher rate was tried, or not all"
        " up to the one that was too much."
        " `limited by Telegram`: at the next one the messages were as many as the product sends"
        f" ({SENT:g} a second), and the cores had time left.\n\n"
        "| cores of the product | requests a second | tried for | a day, if it were so all day |"
        " CPU a request |\n| --- | --- | --- | --- | --- |"
    )
    return "\n".join([head, *(growth_row(*pair) for pair in ladders.items())]) + "\n"


def growth_row(cores: float, steps: list[Result]) -> str:
    """One row of the table of rates: the best rate, and what it means in a day."""
    rate, worst = best(steps), broken(steps)
    good = [one for one in steps if one["good"]]
    cost = f"{good[-1]['figures']['cpu_ms_per_request']:.0f} ms" if good else "–"
    more = ""
    if not is_found(steps):
        more = " or more"
    elif good and worst and is_telegrams(cores, worst):
        more = ", limited by Telegram"
    lasted = f"{steps[-1]['scenario']['seconds']:g} s"
    return f"| {cores:g} | {rate:g}{more} | {lasted} | {rate * DAY:,.0f} | {cost} |"


def first_break(cores: float, steps: list[Result]) -> str:
    """The sentence about the first rate that was too much."""
    worst = broken(steps)
    if worst is None:
        last = steps[-1]["scenario"]
        return (
            f"{cores_of(cores)}: nothing up to {last['per_second']:g} a second, the highest rate"
            f" tried, in {last['seconds']:g} s."
        )
    figures, rate = worst["figures"], worst["scenario"]["per_second"]
    if not reasons(worst):
        return (
            f"{cores_of(cores)}: too few came at {rate:g} a second for a judgement"
            f" ({', '.join(unmeasured(worst))})."
        )
    longest = figures.get("answer_max_s")
    answers = (
        "nobody was answered" if longest is None else f"an answer took {longest:.1f} s at worst"
    )
    return (
        f"{cores_of(cores)}: at {rate:g} a second {'; '.join(reasons(worst))}. The product took"
        f" {cores_of(round(figures['cores'], 2))}, the send budget was at most"
        f" {figures['budget_max_s']:.1f} s ahead; {answers}, and {worst['fine']} of"
        f" {worst['asked']} came as they should."
    )
