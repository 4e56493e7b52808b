"""How much anonymous memory this process has.

Anonymous memory only: the resident size also counts the page cache of mapped files and libraries,
and would recycle a worker for having read a large file (proc(5), RssAnon).
"""

from pathlib import Path

PROCESS_STATUS = Path("/proc/self/status")


def anonymous() -> int:
    """Bytes of anonymous memory of this process."""
    for line in PROCESS_STATUS.read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    return 0
