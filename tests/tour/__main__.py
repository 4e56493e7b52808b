"""`docs/tour`, `make tour`: walks all steps and prints what each says. Exits 0 only when every
promise was kept."""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from tests.sandbox.telegram.world import FIRST_PERSON
from tests.tour.steps import LONG, STEPS, Tour, served
from tests.tour.tour_stack import TourStack
from tests.unit.keeper.monitor.conftest import Hook


async def main(*, short: bool) -> int:
    began, folder = time.monotonic(), Path(tempfile.mkdtemp(prefix="ct-"))
    hook = Hook()
    served(hook)
    settings = {
        "admins": str(FIRST_PERSON),
        "alert_webhook": hook.url,
        "backup_folder": str(folder / "backups"),
    }
    async with TourStack(folder, folder / "venv" / "bin", **settings) as stack:
        tour = Tour(stack, hook)
        for number, (name, step) in enumerate(STEPS, 1):
            if short and name in LONG:
                continue
            print(f"\n== {number}. {name} ==", flush=True)
            await step(tour)
        broken = stack.broken
    hook.shutdown()
    stack.remove()
    print(f"\n{len(broken)} promises broken, {time.monotonic() - began:.0f} s.")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(short="--short" in sys.argv[1:])))
