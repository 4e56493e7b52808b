"""`make chaos-machines`: three machines and one PostgreSQL, at least 200 troubles over at least 400
deliveries. Exits 1 when one of them was lost, came twice or in other bytes, is stuck or of unknown
fate, or a file is left; then the homes of the machines are kept, and it says where.

Each machine is a network namespace of its own where root may make one; else its processes stand
still in place of a cut, and what is done to a line is left out.
"""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, nullcontext

from tests import postgresql_server
from tests.chaos_machines.failing_server import FailingServer, failing_server
from tests.chaos_machines.fleet_plan import LINES, FleetPlan
from tests.chaos_machines.fleet_storm import LIMIT, FleetStorm
from tests.chaos_machines.fleet_verdict import FleetVerdict, carried
from tests.chaos_machines.machine import Machine
from tests.sandbox import network
from tests.sandbox.interruption import INTERRUPTED, interruptible
from tests.sandbox.network import Namespace

ROLES = {"m1": "worker,keeper,bot", "m2": "worker,keeper,bot", "m3": "worker,keeper"}
SMALL = {"workers": "1", "max_concurrent_downloads": "3", "drain_grace": "5"}
#: What is said where only root could do more.
TOGETHER = f"no network namespaces: cut is frozen, {' and '.join(LINES)} are left out"
#: Says that this process is in a network of its own already.
APART = "--apart"


async def storm(plan: FleetPlan, server: FailingServer, places: Mapping[str, Namespace]) -> int:
    """Run the plan over machines in these places. Returns the exit code."""
    facts = {"database_url": server.url, "max_file_size": LIMIT, **SMALL}
    if places:
        facts["allowed_networks"] = network.NETWORK
    machines: list[Machine] = []
    code = -1
    try:
        async with AsyncExitStack() as ends:
            for name, roles in ROLES.items():
                beside = machines[0].stack if machines else None
                machines.append(Machine(name, places.get(name), beside, roles=roles, **facts))
                await ends.enter_async_context(machines[-1].stack)
            code = conclude(await FleetStorm(machines, server, plan).run(), machines)
    except (asyncio.CancelledError, KeyboardInterrupt):  # nobody looks for a cause
        code = INTERRUPTED
        raise
    finally:
        leave(machines, whole=code not in (0, INTERRUPTED))
    return code


def conclude(found: FleetVerdict, machines: Sequence[Machine]) -> int:
    """Print the verdict whole, before the end of a stack can fail; the exit code."""
    print(found, flush=True)
    table = carried(machines[0].stack.db, tuple(ROLES)).items()
    print(f"delivered by {', '.join(f'{name}: {count}' for name, count in table)}", flush=True)
    return 0 if found.good else 1


def leave(machines: Sequence[Machine], *, whole: bool) -> None:
    """Remove the homes of all, or say where they are, for whoever looks for the cause."""
    for one in machines:
        if whole:
            print(f"what is left of {one.name}: {one.stack.home}", flush=True)
        else:
            one.stack.remove()


def run(plan: FleetPlan) -> int:
    began = time.monotonic()
    where = "three network namespaces" if plan.apart else TOGETHER
    print(f"three machines, one PostgreSQL server, {where}; seed {plan.seed}", flush=True)
    places = network.opened(tuple(ROLES)) if plan.apart else nullcontext({})
    with places as there, failing_server(network.HUB if plan.apart else "") as server:
        code = asyncio.run(storm(plan, server, there))
    print(f"took {time.monotonic() - began:.0f} s, seed {plan.seed}", flush=True)
    return code


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.chaos_machines", description=__doc__)
    parser.add_argument("--troubles", type=int, default=200)
    parser.add_argument("--deliveries", type=int, default=400)
    parser.add_argument("--every", type=float, default=1.5, help="seconds between two troubles")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument(APART, action="store_true", help="in a network of its own already")
    asked = parser.parse_args()
    if postgresql_server.programs() is None:
        print("left out: no PostgreSQL server is installed (Debian: apt-get install postgresql)")
        return 0
    if not asked.apart and network.is_possible():
        words = ("--net", sys.executable, "-m", "tests.chaos_machines", *sys.argv[1:], APART)
        os.execvp("unshare", ("unshare", *words))
    size = (asked.troubles, asked.deliveries, asked.every, asked.seed)
    return run(FleetPlan(*size, apart=asked.apart))


if __name__ == "__main__":
    sys.exit(interruptible(main))
