"""`make bench-queue`: every figure beside its goal, and one JSON line at the end."""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.queue import (
    contest,
    cycles,
    depth,
    fairness,
    libraries,
    rescue,
    storm,
    waking,
    writers,
)
from bench.queue.report import Report

PARTS: dict[str, Callable[..., None]] = {
    "cycles": cycles.measure,
    "libraries": libraries.measure,
    "contest": contest.measure,
    "waking": waking.measure,
    "depth": depth.measure,
    "fairness": fairness.measure,
    "storm": storm.measure,
    "rescue": rescue.measure,
    "writers": writers.measure,
}


def main() -> int:
    asked = arguments()
    report, began = Report(), time.monotonic()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    home = Path(tempfile.mkdtemp(prefix="bq-"))
    # A server may run as a user of its own, and must reach its files below.
    home.chmod(0o755)
    try:
        for name in asked.parts or PARTS:
            folder = home / name
            folder.mkdir()
            PARTS[name](report, folder, quick=asked.quick)
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    report.summary()
    print(f"took {time.monotonic() - began:.0f} s")
    print(json.dumps(report.figures))
    return 0 if all(map(report.met, report.figures)) else 1


def arguments() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(prog="bench.queue", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="only these parts")
    parser.add_argument("--quick", action="store_true", help="few samples, for development")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
