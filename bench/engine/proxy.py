"""How much the proxy carries for a second of CPU: many tunnels at once, on loopback."""

import asyncio
import socket
import sys
import time
from pathlib import Path

from procs.engine.egress.dial import Routes
from procs.engine.egress.policy import policy
from procs.engine.egress.proxy import Caps, Egress

ROOT = Path(__file__).resolve().parents[2]
TUNNELS, SIZE = 32, 50 * 1024**2
ROUNDS = 3


async def measure() -> dict[str, float]:
    """The best of some rounds: other work on the machine only takes away."""
    server = await peer("serve", SIZE)
    assert server.stdout is not None
    port = int(await server.stdout.readline())
    try:
        rates = [await carried(port) for _ in range(ROUNDS)]
    finally:
        server.kill()
        await server.wait()
    return {"proxy_mib_per_cpu_s": max(rates)}


async def carried(port: int) -> float:
    """MiB for one second of this process's CPU."""
    door = socket.create_server(("127.0.0.1", 0), backlog=64)
    egress = Egress(Routes(policy(["127.0.0.0/8"])), Caps(), lambda: None)
    await egress.start(door)
    before = time.process_time()
    client = await peer("load", door.getsockname()[1], port, TUNNELS)
    out, _ = await client.communicate()
    spent = time.process_time() - before
    egress.close()
    assert int(out) == TUNNELS * SIZE, out
    return int(out) / 1024**2 / spent


async def peer(*words: object) -> asyncio.subprocess.Process:
    """Start one end as a process; it prints what it has to say."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.engine.peer", *map(str, words)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
