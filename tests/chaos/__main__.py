"""`make chaos`: 1,000 troubles of every kind over 1,200 requests. Exits 1 when one of them was
lost, came twice or never ended, parts are missing or out of order, a file is left that no living
lease owns, a limit of Telegram's was broken, something did not recover, no button worked, or too
few of the troubles happened. The same seed plays the same troubles. "disk full" needs root, which
may mount a disk, and the troubles of the clock need a C compiler: without them they are left out,
and that is said."""

import argparse
import asyncio
import sys
import time

from tests.chaos.crowd import LIMIT, STREAM_FROM
from tests.chaos.plan import Plan
from tests.chaos.storm import Storm
from tests.chaos.storm_stack import StormStack
from tests.chaos.verdict import Verdict
from tests.sandbox.interruption import INTERRUPTED, interruptible
from tests.sandbox.telegram.world import FIRST_PERSON

#: Receivers of the broadcast for each trouble.
RECEIVERS = 5


async def run(plan: Plan) -> int:
    began = time.monotonic()
    stack = StormStack(
        seed=plan.seed,
        workers="3",
        drain_grace="5",
        max_file_size=LIMIT,
        stream_from=STREAM_FROM,
        admins=str(FIRST_PERSON),
    )
    code = -1
    try:
        async with stack:
            await stack.telegram.person("Admin")
            found = await Storm(stack, plan).run()
            code = conclude(found)
            print(f"took {time.monotonic() - began:.0f} s, seed {plan.seed}", flush=True)
    except (asyncio.CancelledError, KeyboardInterrupt):  # nobody looks for a cause
        code = INTERRUPTED
        raise
    finally:
        if code in (0, INTERRUPTED):
            stack.remove()
        else:
            print(f"what is left of it: {stack.keep()}", flush=True)
    return code


def conclude(found: Verdict) -> int:
    """Print the verdict whole, before the stack's end can fail; the exit code."""
    print(found, flush=True)
    return 0 if found.good else 1


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.chaos", description=__doc__)
    parser.add_argument("--troubles", type=int, default=1000)
    parser.add_argument("--deliveries", type=int, default=1200)
    parser.add_argument("--every", type=float, default=0.7, help="seconds between two troubles")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    return parser.parse_args()


def main() -> int:
    asked = arguments()
    plan = Plan(
        people=40,
        deliveries=asked.deliveries,
        troubles=asked.troubles,
        films=max(4, asked.deliveries // 4),
        every=asked.every,
        seed=asked.seed,
        receivers=RECEIVERS * asked.troubles,
    )
    print(f"seed {plan.seed}", flush=True)
    return asyncio.run(run(plan))


if __name__ == "__main__":
    sys.exit(interruptible(main))
