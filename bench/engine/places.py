"""The media site in a process of its own, so that its work is not taken for a worker's."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@asynccontextmanager
async def site_process() -> AsyncIterator[str]:
    """Its address."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.sandbox.site"), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        yield json.loads(await process.stdout.readline())["address"]
    finally:
        process.terminate()
        await process.wait()
