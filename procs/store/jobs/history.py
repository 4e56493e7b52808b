"""A job's history: one line per event, appended to its row, so that a new event writes no other
page."""

from typing import Any

from procs.core.clock import Now


def event(now: Now, word: str, **facts: Any) -> str:
    """One line: the wall instant, what happened, the facts."""
    said = f"{now.wall:.3f} {word}"
    for name, fact in facts.items():
        said += f" {name}={fact}"
    return said + "\n"
