"""`make chaos`: at least 300 kills over at least 500 deliveries. Exits 1 when one of them was lost
or came twice, parts are missing or out of order, a file is left that no living lease owns, or a
limit of Telegram's was broken."""

import argparse
import asyncio
import sys
import time

from tests.chaos.storm import LIMIT, Plan, Storm
from tests.chaos.verdict import Verdict
from tests.sandbox.stack import Stack


async def run(plan: Plan) -> int:
    began = time.monotonic()
    stack = Stack(judged=False, workers="3", drain_grace="5", max_file_size=LIMIT)
    async with stack:
        found = await Storm(stack, plan).run()
        code = conclude(found)
        print(f"took {time.monotonic() - began:.0f} s, seed {plan.seed}", flush=True)
    stack.remove()
    return code


def conclude(found: Verdict) -> int:
    """Print the verdict whole, before the stack's end can fail; the exit code."""
    print(found, flush=True)
    return 0 if found.good else 1


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--deliveries", type=int, default=500)
    parser.add_argument("--every", type=float, default=1.5, help="seconds between two kills")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    return parser.parse_args()


def main() -> int:
    asked = arguments()
    plan = Plan(
        people=40,
        deliveries=asked.deliveries,
        kills=asked.kills,
        films=max(4, asked.deliveries // 4),
        every=asked.every,
        outages=3,
        seed=asked.seed,
    )
    return asyncio.run(run(plan))


if __name__ == "__main__":
    sys.exit(main())
