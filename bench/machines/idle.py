"""What an idle machine asks of the server, and how soon another machine takes the bot over."""

import asyncio
import time
from pathlib import Path
from typing import Any

from bench.machines.lease_table import open_session
from procs.store.machines import bot_lease
from tests.sandbox.stack import Stack

#: Seconds that a machine has to come to rest, and seconds in which its statements are counted.
REST, COUNTED = 20.0, 40.0
WORKERS = 2
STATEMENTS = """
SELECT COALESCE(SUM(calls), 0) FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
 WHERE d.datname = CURRENT_DATABASE() AND query NOT LIKE '%pg_stat_statements%'
   AND query NOT IN ('BEGIN', 'COMMIT', 'ROLLBACK')
"""
WHICH = r"""
SELECT calls, LEFT(REGEXP_REPLACE(query, '\s+', ' ', 'g'), 90) FROM pg_stat_statements s
  JOIN pg_database d ON d.oid = s.dbid WHERE d.datname = CURRENT_DATABASE()
 ORDER BY calls DESC LIMIT 12
"""


def measure(conninfo: str, folder: Path) -> dict[str, Any]:
    return asyncio.run(measured(conninfo))


async def measured(conninfo: str) -> dict[str, Any]:
    admin = open_session(conninfo)
    admin.execute("CREATE DATABASE idle")
    admin.close()
    host = conninfo.partition("host=")[2].split()[0]
    url = f"postgresql://bench@/idle?host={host}"
    counter = open_session(url)
    counter.execute("CREATE EXTENSION pg_stat_statements")
    async with (
        Stack(database_url=url, machine="m1", workers=str(WORKERS)) as first,
        Stack(beside=first, database_url=url, machine="m2", workers=str(WORKERS)) as second,
    ):
        await asyncio.sleep(REST)
        counter.execute("SELECT PG_STAT_STATEMENTS_RESET()")
        began = time.monotonic()
        await asyncio.sleep(COUNTED)
        took = time.monotonic() - began
        calls = int(counter.execute(STATEMENTS).fetchone()[0])
        for count, query in counter.execute(WHICH).fetchall():
            print(f"  {count / took / 2:6.2f} a second and machine: {query}", flush=True)
        holder = bot_lease.holder(second.db)
        assert holder is not None
        assert holder.machine == "m1"
        first.kill_all()
        began = time.monotonic()
        await second.until(lambda: "telegram.listening" in second.log("bot"))
        takeover = time.monotonic() - began
    for stack in (second, first):
        stack.remove()
    counter.close()
    return {
        "idle_queries_per_s_per_machine": round(calls / took / 2, 2),
        "idle_workers_per_machine": WORKERS,
        "takeover_s": round(takeover, 1),
    }
