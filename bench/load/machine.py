"""On what a result was measured: machine, versions, settings."""

import os
import platform
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import psutil

import daemon
from tests.sandbox.stack import ROOT

LIBRARIES = ("kurigram", "yt-dlp", "uvloop", "TgCrypto-pyrofork", "hdrhistogram")


def facts() -> dict[str, Any]:
    """Of this process: what it may use counts, not what the machine has."""
    return {
        "cpu": cpu_name(),
        "cores": len(os.sched_getaffinity(0)),
        "cpu_limit": cpu_limit(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "load_before": round(os.getloadavg()[0], 2),
        "system": f"{platform.system()} {platform.release()}",
        "python": sys.version.split()[0],
        "chapar": daemon.__version__,
        "commit": commit(),
        **{name: metadata.version(name) for name in LIBRARIES},
    }


def cpu_name() -> str:
    """The model of the CPU, as the kernel names it."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def cpu_limit() -> float | None:
    """Cores that the control group allows (cgroup v2, cpu.max); None for no limit."""
    group = Path("/proc/self/cgroup").read_text().rpartition("::")[2].strip().lstrip("/")
    try:
        most, period = (Path("/sys/fs/cgroup") / group / "cpu.max").read_text().split()
    except OSError:
        return None
    return None if most == "max" else int(most) / int(period)


def commit() -> str:
    """The commit that runs, with `-dirty` for a changed tree."""
    words = ["git", "describe", "--always", "--dirty"]
    found = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    return found.stdout.strip() or "unknown"
