"""What a new film costs, measured in turns with an earlier commit in one run.

CPU is user and system time of all processes of a stack, the dead ones too (proc(5)), so that other
load on the machine lengthens it less than it lengthens time; the load is a figure beside them.
"""

import os
import statistics

from bench.film import floor
from bench.film.contestants import Answer, Contestant, both
from bench.film.goals import BEFORE

#: Films of a turn, after the first ones, and turns; links that are known; at once; downloads.
WARM, FILMS, TURNS, KNOWN, BURST, DOWNLOADS = 4, 10, 3, 15, 30, 32
#: Seconds until a stack that has started does nothing any more.
SETTLED = 6


async def measure() -> dict[str, float]:
    """Every figure by its name; the budget by kinds of process is printed."""
    async with both(BEFORE) as (ours, theirs):
        rows: dict[Contestant, list[Answer]] = {ours: [], theirs: []}
        idle = await ours.does("idle", SETTLED)
        for one in rows:
            await one.does("films", WARM)
        for _ in range(TURNS):
            for one, answers in rows.items():
                answers.append(await one.does("films", FILMS))
        budget(rows[ours], "now")
        budget(rows[theirs], f"at {BEFORE}")
        figures = films(rows[ours], rows[theirs]) | {"idle_pss_mib": idle["all_pss_mib"]}
        figures |= await rest(ours)
    return figures | await floor.measure()


def films(ours: list[Answer], theirs: list[Answer]) -> dict[str, float]:
    """The medians of both sides' rounds, and ours as a share of theirs."""
    cpu, before = (statistics.median(a["cpu_ms"] for a in rows) for rows in (ours, theirs))
    return {
        "new_film_cpu_ms": cpu,
        "new_film_before_cpu_ms": before,
        "new_film_vs_before": cpu / before,
        "new_film_p50_ms": statistics.median(a["p50_ms"] for a in ours),
        "new_film_before_p50_ms": statistics.median(a["p50_ms"] for a in theirs),
        "load": os.getloadavg()[0],
    }


async def rest(ours: Contestant) -> dict[str, float]:
    """What is measured of this tree alone. A round that the keeper does once in a while costs as
    much as forty known links, so that the median of their turns counts."""
    known = [await ours.does("known", KNOWN) for _ in range(TURNS)]
    burst = await ours.does("burst", BURST)
    many = await ours.does("children", DOWNLOADS)
    return {
        "known_link_cpu_ms": statistics.median(a["cpu_ms"] for a in known),
        "known_p50_ms": statistics.median(a["p50_ms"] for a in known),
        "burst30_cpu_s": burst["cpu_ms"] * BURST / 1000,
        "burst30_last_s": burst["last_ms"] / 1000,
        "child_pss_mib": many["child_pss_mib"],
        "pss_32_downloads_mib": many["all_pss_mib"],
    }


def budget(answers: list[Answer], when: str) -> None:
    """Print the milliseconds of CPU of one film by kind of process."""
    kinds = sorted(answers[0]["by"])
    words = (f"{kind} {statistics.median(a['by'][kind] for a in answers):.0f}" for kind in kinds)
    print(f"CPU of a new film {when}, ms: " + ", ".join(words))
