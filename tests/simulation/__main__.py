"""`make simulate`: plays episodes of a seed, the next, and so on, for so many steps. Exits 1 with
the story of the first failure, shrunk. `make simulate SEED=N` plays the same again; the last line
names the seed at which to go on."""

import argparse
import logging
import os
import sys
import time

from tests.sandbox.interruption import interruptible
from tests.simulation.episode import Outcome, play
from tests.simulation.shrink import Shrinker, told

#: Seconds between two lines of progress.
EVERY = 15.0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--steps", type=int, default=2_000_000)
    return parser.parse_args()


def main() -> int:
    asked = arguments()
    logging.disable(logging.CRITICAL)
    # One thread runs at a time: on one core a turn is handed over in a third of the time.
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    print(f"seed {asked.seed}", flush=True)
    seed, steps, audits, began, told_at = asked.seed, 0, 0, time.monotonic(), time.monotonic()
    while steps < asked.steps:
        outcome = play(seed)
        steps, audits = steps + outcome.steps, audits + outcome.audits
        if outcome.violation:
            return tell(seed, outcome)
        seed += 1
        if time.monotonic() - told_at > EVERY:
            told_at = time.monotonic()
            print(f"{steps:,} steps, {audits:,} audits, at seed {seed}", flush=True)
    took = time.monotonic() - began
    print(f"{steps:,} steps in {seed - asked.seed} episodes, {audits:,} audits: nothing is wrong")
    print(f"{steps / took:,.0f} steps a second; go on with SEED={seed}")
    return 0


def tell(seed: int, outcome: Outcome) -> int:
    """Print a failure, and its story by the fewest decisions."""
    print(f"seed {seed}, after {outcome.steps} steps: {outcome.violation}", flush=True)
    shrinker = Shrinker(seed, outcome)
    shrinker.run()
    print(f"The same by {len(shrinker.best.made)} decisions of {len(outcome.made)}:")
    print(told(shrinker))
    return 1


if __name__ == "__main__":
    sys.exit(interruptible(main))
