"""What idle machines ask of the server, and how soon another machine takes the bot over.

Three machines that share a database, each with a keeper, two workers and a bot, of which one runs
and two stand by. A statement is what pg_stat_statements counts as called, by whomever of them;
BEGIN and COMMIT go with others in one message and are told apart."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from bench.machines.amounts import Amounts
from bench.machines.lease_table import open_session
from procs.core.files import rest_file
from procs.store.machines import bot_lease
from tests.sandbox.stack import Stack

MACHINES, WORKERS = 3, 2
#: Seconds between two looks whether they rest, and for which that may take.
LOOK, PATIENCE = 0.5, 600.0
STATEMENTS = """
SELECT COALESCE(SUM(calls), 0), COALESCE(SUM(calls) FILTER (WHERE query IN ('BEGIN', 'COMMIT')), 0)
  FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
 WHERE d.datname = CURRENT_DATABASE() AND query NOT LIKE '%pg_stat_statements%'
   AND query NOT LIKE '%pg_stat_database%'
"""
TRANSACTIONS = """
SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = CURRENT_DATABASE()
"""
WHICH = r"""
SELECT calls, LEFT(REGEXP_REPLACE(query, '\s+', ' ', 'g'), 110),
       CASE WHEN query ~ '^\s*(INSERT|UPDATE|DELETE)' THEN rows END
  FROM pg_stat_statements s
  JOIN pg_database d ON d.oid = s.dbid WHERE d.datname = CURRENT_DATABASE()
 ORDER BY calls DESC LIMIT 150
"""


def measure(conninfo: str, folder: Path, amounts: Amounts) -> dict[str, Any]:
    """Statements a second of each of three idle machines, and seconds of a takeover."""
    return asyncio.run(measured(conninfo, amounts))


async def measured(conninfo: str, amounts: Amounts) -> dict[str, Any]:
    """The same, inside of a loop."""
    admin = open_session(conninfo)
    admin.execute("CREATE DATABASE idle")
    admin.close()
    host = conninfo.partition("host=")[2].split()[0]
    url = f"postgresql://bench@/idle?host={host}"
    counter = open_session(url)
    counter.execute("CREATE EXTENSION pg_stat_statements")
    async with AsyncExitStack() as up:
        facts: dict[str, Any] = {"database_url": url, "workers": str(WORKERS)}
        first = await up.enter_async_context(Stack(machine="m1", **facts))
        others = [
            await up.enter_async_context(Stack(beside=first, machine=f"m{n}", **facts))
            for n in range(2, MACHINES + 1)
        ]
        await rested([first, *others], amounts.rest)
        figures = await counted(counter, amounts.counted)
        holder = bot_lease.holder(first.db)
        assert holder is not None
        assert holder.machine == "m1"
        first.kill_all()
        began = time.monotonic()
        while not any("telegram.listening" in one.log("bot") for one in others):
            await asyncio.sleep(0.1)
        takeover = time.monotonic() - began
    for stack in (*others, first):
        stack.remove()
    counter.close()
    return figures | {"takeover_s": round(takeover, 1)}


async def rested(stacks: Sequence[Stack], seconds: float) -> None:
    """Wait until no machine has heard of a change for so long. Each of their rounds looks once more
    after the last one, the seldom ones a minute later, and what is counted then is still the start.
    Raises TimeoutError."""
    async with asyncio.timeout(PATIENCE):
        marks: set[int | None] = set()
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            await asyncio.sleep(LOOK)
            found = {rest_file.read(stack.state / "run") for stack in stacks}
            if found != marks or None in found:
                marks, began = found, time.monotonic()


async def counted(counter: Any, seconds: float) -> dict[str, Any]:
    """What the server did meanwhile; which statements those were goes to the terminal."""
    counter.execute("SELECT PG_STAT_STATEMENTS_RESET()")
    before, began = counter.execute(TRANSACTIONS).fetchone()[0], time.monotonic()
    await asyncio.sleep(seconds)
    share = (time.monotonic() - began) * MACHINES
    calls, frames = counter.execute(STATEMENTS).fetchone()
    after = counter.execute(TRANSACTIONS).fetchone()[0]
    for count, query, changed in counter.execute(WHICH).fetchall():
        rows = "" if changed is None else f" ({changed} rows)"
        print(f"  {count / share:6.3f} a second and machine: {query}{rows}", flush=True)
    return {
        "idle_machines": MACHINES,
        "idle_workers_per_machine": WORKERS,
        "idle_counted_s": seconds,
        "idle_queries_per_s_per_machine": round(float(calls - frames) / share, 2),
        "idle_begins_and_commits_per_s_per_machine": round(float(frames) / share, 2),
        "idle_transactions_per_s_per_machine": round(float(after - before) / share, 2),
    }
