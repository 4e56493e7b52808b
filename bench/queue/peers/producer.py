"""`python -m bench.queue.peers.producer MODULE JOBS`: enqueue jobs one by one, tell the time taken.

With `--probes`: enqueue them far apart, and tell when each enqueue began.
"""

import argparse
import importlib
import json
import random
import time
from collections.abc import Iterator

from bench.queue.tally import PROBE

#: Seconds between two probes: enough for any worker to fall asleep, and in step with no clock.
PAUSE = (0.05, 0.25)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("module")
    parser.add_argument("jobs", type=int)
    parser.add_argument("--probes", action="store_true")
    asked = parser.parse_args()
    module = importlib.import_module(f"bench.queue.peers.{asked.module}")
    began: dict[int, float] = {}
    start = time.monotonic()
    module.enqueue(probes(asked.jobs, began) if asked.probes else range(asked.jobs))
    print(json.dumps({"seconds": time.monotonic() - start, "began": began}))


def probes(jobs: int, began: dict[int, float]) -> Iterator[int]:
    """Numbers of probes, each after a pause; `began` notes when each left."""
    for number in range(PROBE, PROBE + jobs):
        time.sleep(random.uniform(*PAUSE))
        began[number] = time.monotonic()
        yield number


if __name__ == "__main__":
    main()
