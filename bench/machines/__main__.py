"""`make bench-machines`: figures of the store on a PostgreSQL server, and one JSON line."""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.machines import cycles, dead_rows, depth, idle, moves, peer_queues, wakes
from bench.machines.lease_table import server

PARTS: dict[str, Callable[[str, Path], dict[str, Any]]] = {
    "cycles": cycles.measure,
    "peers": peer_queues.measure,
    "wakes": wakes.measure,
    "idle": idle.measure,
    "depth": depth.measure,
    "dead-rows": dead_rows.measure,
    "moves": moves.measure,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.machines", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="only these parts")
    asked = parser.parse_args()
    start = time.monotonic()
    found: dict[str, Any] = {"cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1)}
    for name in asked.parts or PARTS:
        folder, began = Path(tempfile.mkdtemp(prefix="bm-")), time.monotonic()
        with server() as conninfo:
            figures = PARTS[name](conninfo, folder)
        shutil.rmtree(folder, ignore_errors=True)
        print(f"{name} ({time.monotonic() - began:.0f} s): {figures}", flush=True)
        found |= figures
    found["bench_s"] = round(time.monotonic() - start)
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
