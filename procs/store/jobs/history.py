"""A job's history: one line per event, appended to its row, so that a new event writes no other
page."""

from typing import Any

from procs.core.clock import Now


def event(now: Now, word: str, **facts: Any) -> str:
    """One line: the wall instant, what happened, the facts."""
    if not facts:
        return f"{now.wall:.3f} {word}\n"
    return " ".join([f"{now.wall:.3f}", word, *(f"{k}={v}" for k, v in facts.items())]) + "\n"
