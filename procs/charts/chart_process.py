"""Draws a chart in a process of its own, which ends: within seconds, with limits, and at low
priority."""

import asyncio
import sys
from pathlib import Path

from procs.charts import chart_plan
from procs.charts.chart_plan import ChartPlan
from procs.errors import ChaparError

#: Seconds that a drawing may take; it takes one or two, and more on a busy machine.
TIMEOUT = 30.0
#: Bytes of the largest picture that is accepted, and of the message of a failure.
LARGEST_PICTURE, TOLD = 8 * 1024 * 1024, 300
ROOT = Path(__file__).parents[2]
PNG = b"\x89PNG\r\n\x1a\n"
DRAW_CHART = (sys.executable, "-P", "-m", "procs.charts")


class ChartFailed(ChaparError):
    """The process drew nothing; the message is the reason."""


async def draw(
    plan: ChartPlan,
    *,
    cache: Path,
    timeout: float = TIMEOUT,
    command: tuple[str, ...] = DRAW_CHART,
) -> bytes:
    """The PNG of a plan. `cache` is a folder in which the library keeps its list of fonts. Raises
    ChartFailed; the process has ended in each case."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd="/",
        env=environment(cache),
    )
    try:
        async with asyncio.timeout(timeout):
            picture, told = await process.communicate(chart_plan.encode(plan))
    except TimeoutError:
        raise ChartFailed(f"the chart was not drawn within {timeout:.0f} s") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode or not picture.startswith(PNG) or len(picture) > LARGEST_PICTURE:
        why = " ".join(told.decode(errors="replace").split())[-TOLD:]
        raise ChartFailed(f"the chart was not drawn (exit {process.returncode}): {why}")
    return picture


def environment(cache: Path) -> dict[str, str]:
    """The environment of the process: nothing of ours, so no secret. One thread: more would only
    reserve memory."""
    folder = cache / "matplotlib"
    return {
        "PYTHONPATH": str(ROOT),
        "MPLCONFIGDIR": str(folder),
        "OPENBLAS_NUM_THREADS": "1",
        "HOME": str(folder),
    }
