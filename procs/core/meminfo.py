"""The machine's memory, as the kernel tells it."""

from pathlib import Path

MEMINFO = Path("/proc/meminfo")


def used_share() -> float:
    """The share of the memory that no program could have (proc_meminfo(5))."""
    lines = MEMINFO.read_text(encoding="ascii").splitlines()
    facts = dict(line.split(":", 1) for line in lines if ":" in line)
    total, free = (int(facts[name].split()[0]) for name in ("MemTotal", "MemAvailable"))
    return 1 - free / total
