"""What the operator's own tools cost beside a stack that serves, and how exposed the unit is."""

import asyncio
import os
import pty
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil

from tests import ROOT
from tests.sandbox.stack import Stack

GOALS = {"top_cpu_percent": 1.0, "unit_exposure": 1.5, "nursery_unit_exposure": 1.5}
#: Seconds in which `chapar top` has begun, and for which it is watched.
BEGUN, WATCHED = 8.0, 20.0
#: The unit of the network, the token and the database, and the one that downloads run in.
UNITS = {"unit_exposure": "chapar.service", "nursery_unit_exposure": "chapar-nursery.service"}
#: Before the figure in the last line of systemd-analyze.
OVERALL = "Overall exposure level for"


def measure() -> dict[str, float]:
    """All figures by their names."""
    return asyncio.run(of_stack())


async def of_stack() -> dict[str, float]:
    """Seconds of `chapar doctor`, and CPU of `chapar top` in percent."""
    async with Stack() as stack:
        began = time.monotonic()
        await stack.says("doctor", "--json")
        figures = {"doctor_s": time.monotonic() - began}
        figures["top_cpu_percent"] = await asyncio.to_thread(of_top, stack.environment)
    stack.remove()
    return figures


def of_top(environ: dict[str, str]) -> float:
    """Percent of a core that `chapar top` takes on a terminal, once it is there."""
    pid, terminal = pty.fork()
    if not pid:
        os.chdir(ROOT)
        words = (sys.executable, "-m", "daemon.cli", "top")
        os.execve(sys.executable, words, {**environ, "TERM": "xterm-256color"})
    process = psutil.Process(pid)
    read_for(terminal, BEGUN)
    before = sum(process.cpu_times()[:2])
    read_for(terminal, WATCHED)
    spent = sum(process.cpu_times()[:2]) - before
    os.write(terminal, b"q")
    read_for(terminal, 1.0)
    with suppress(psutil.NoSuchProcess):
        process.terminate()
    os.waitpid(pid, 0)
    os.close(terminal)
    return 100 * spent / WATCHED


def read_for(terminal: int, seconds: float) -> None:
    """Take what the program shows, as a terminal does; a full one would stop it."""
    end = time.monotonic() + seconds
    os.set_blocking(terminal, False)
    while time.monotonic() < end:
        with suppress(BlockingIOError, OSError):
            os.read(terminal, 1 << 16)
        time.sleep(0.05)


def exposure() -> dict[str, float]:
    """By systemd's own count; left out where there is no systemd."""
    if not shutil.which("systemd-analyze"):
        return {}
    return {figure: exposure_of(ROOT / "systemd" / unit) for figure, unit in UNITS.items()}


def exposure_of(unit: Path) -> float:
    """The exposure that systemd-analyze counts of a unit."""
    words = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(unit)]
    said = subprocess.run(words, capture_output=True, text=True, check=False).stdout
    line = next(line for line in said.splitlines() if OVERALL in line)
    return float(line.partition(": ")[2].split()[0])
