"""worker_vs_huey, worker_vs_celery, worker_vs_procrastinate: whole worker programs, one of each."""

import itertools
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from bench.queue import entrants, rounds
from bench.queue.report import Report
from bench.queue.rounds import Case

OURS = "ours, as a light lane (8 rooms)"
HUEY = "huey, fsync=off"
#: Figure → the peer it compares with.
PEERS = {
    "worker_vs_huey": HUEY,
    "worker_vs_celery": "celery, Redis",
    "worker_vs_procrastinate": "procrastinate, PostgreSQL",
}


def measure(report: Report, folder: Path, *, quick: bool) -> None:
    """Jobs a second of all worker programs, in turns."""
    report.part("Worker programs, one worker of each, jobs that do nothing (medians)")
    often, share = (1, 4) if quick else (3, 1)
    with ExitStack() as up:
        peers = {
            HUEY: entrants.huey(folder, "off", jobs=entrants.MANY // share),
            "huey, default (FULL)": entrants.huey(folder, "default", jobs=entrants.SOME // share),
            **entrants.with_servers(report, folder, up, share),
        }
        cases: dict[str, Case] = {
            OURS: ours(folder / "ours", jobs=entrants.MANY // share),
            "ours, one room": ours(folder / "one", "--rooms", "1", jobs=entrants.SOME // share),
            "ours, FULL": ours(folder / "full", "--full", jobs=entrants.SOME // share),
            **{name: partial(peer.rate, folder) for name, peer in peers.items()},
        }
        tell(report, rounds.interleaved(cases, often))


def ours(folder: Path, *options: str, jobs: int) -> Case:
    """Our program, every round on a new table."""
    tables = itertools.count(1)

    def case() -> float:
        place = folder / str(next(tables))
        return entrants.ours(place, *options, jobs=jobs).rate(place)

    return case


def tell(report: Report, rates: dict[str, list[float]]) -> None:
    """Print the rates, and ours as a multiple of each peer's."""
    for name, costs in rates.items():
        report.row(name, rounds.middle(costs), "jobs/s")
    for key, peer in PEERS.items():
        report.figure(key, rounds.ratio(rates, OURS, peer) if peer in rates else None)
