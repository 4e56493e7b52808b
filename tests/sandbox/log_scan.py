"""Looks for secrets in log files: what must never be there, whichever process wrote it."""

import re
from collections.abc import Iterable
from pathlib import Path

#: The query of an address: it may carry a signature.
QUERY = re.compile(r"https?://[^\s\"'<>?]+\?(?!\*\*\*)[^\s\"']+", re.IGNORECASE)


def secrets(logs: Path, known: Iterable[str]) -> list[str]:
    """Each line of these logs in which one of the known secrets, or a query, stands."""
    words = [word for word in known if word]
    return [
        f"{path.name}: {line[:300]}"
        for path in sorted(logs.glob("*.log*"))
        for line in path.read_text(errors="replace").splitlines()
        if QUERY.search(line) or any(word in line for word in words)
    ]
