"""`make bench-machines`: figures of the store on a PostgreSQL server beside their goals, and one
JSON line. The exit code says whether all goals are met."""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.figures import report
from bench.machines import cycles, dead_rows, depth, idle, moves, peer_queues, wakes
from bench.machines.amounts import BRIEF, WHOLE, Amounts
from bench.machines.lease_table import COUNTS, server

PARTS: dict[str, Callable[[str, Path, Amounts], dict[str, Any]]] = {
    "cycles": cycles.measure,
    "peers": peer_queues.measure,
    "wakes": wakes.measure,
    "idle": idle.measure,
    "depth": depth.measure,
    "dead-rows": dead_rows.measure,
    "moves": moves.measure,
}
#: What a server of a part is started with: counting statements costs each of them something.
SETTINGS = {"idle": COUNTS}
#: By the part that measures it, the most or the least that a figure may be.
MOST = {
    "cycles": {"cycle_pg_vs_bare_update": 1.6},
    "wakes": {"wake_p99_ms": 10.0, "wakes_lost": 0.0},
    "idle": {"idle_queries_per_s_per_machine": 1.2, "takeover_s": 15.0},
    "depth": {"depth_1e6_ratio": 2.0},
    "dead-rows": {
        "bloat_ratio": 3.0,
        "snapshot_claim_ratio": 2.0,
        "snapshot_limited_claim_ratio": 2.0,
    },
    "moves": {"move_pause_s": 60.0},
}
LEAST = {
    "cycles": {"scale_2": 0.85, "scale_4": 0.85, "scale_8": 0.85},
    "peers": {"claim_vs_procrastinate": 10.0, "claim_vs_pgqueuer": 2.0},
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.machines", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="only these parts")
    parser.add_argument("--brief", action="store_true", help="little of each: that all of it runs")
    asked = parser.parse_args()
    start, parts = time.monotonic(), asked.parts or list(PARTS)
    found: dict[str, Any] = {"cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1)}
    try:
        for name in parts:
            found |= measured(name, BRIEF if asked.brief else WHOLE)
    finally:  # a part that fails leaves the figures of those before it
        found["bench_s"] = round(time.monotonic() - start)
        code = report(found, asked_of(MOST, parts), asked_of(LEAST, parts))
    return code


def measured(name: str, amounts: Amounts) -> dict[str, Any]:
    """The figures of one part, on a server of its own."""
    folder, began = Path(tempfile.mkdtemp(prefix="bm-")), time.monotonic()
    try:
        with server(*SETTINGS.get(name, ())) as conninfo:
            figures = PARTS[name](conninfo, folder, amounts)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    load = round(os.getloadavg()[0], 1)
    print(f"{name} ({time.monotonic() - began:.0f} s, load {load}): {figures}", flush=True)
    return figures


def asked_of(goals: Mapping[str, Mapping[str, float]], parts: Sequence[str]) -> dict[str, float]:
    """The goals of these parts, by figure."""
    return {name: goal for part in parts for name, goal in goals.get(part, {}).items()}


if __name__ == "__main__":
    sys.exit(main())
