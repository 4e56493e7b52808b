"""The machine's memory, as the kernel tells it."""

from pathlib import Path

MEMINFO = Path("/proc/meminfo")


def used_share() -> float:
    """The share of the memory that no program could have (proc_meminfo(5))."""
    lines = MEMINFO.read_text(encoding="ascii").splitlines()
    facts = dict(line.split(":", 1) for line in lines if ":" in line)
    total, free = (int(facts[name].split()[0]) for name in ("MemTotal", "MemAvailable"))
    return 1 - free / total


def group_share(group: Path | None) -> float:
    """The share that a control group and those above it use of the memory they may have, without
    what the kernel can drop at once; 0 where nothing limits it (cgroups(7), version 2)."""
    shares = [0.0]
    while group is not None and (group / "memory.max").exists():
        limit = (group / "memory.max").read_text(encoding="ascii").strip()
        if limit.isdigit() and int(limit):
            used = int((group / "memory.current").read_text(encoding="ascii"))
            stat = (group / "memory.stat").read_text(encoding="ascii").splitlines()
            cached = [int(one.split()[1]) for one in stat if one.startswith("inactive_file ")]
            shares.append((used - sum(cached)) / int(limit))
        group = group.parent
    return max(shares)
