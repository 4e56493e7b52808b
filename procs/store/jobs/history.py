"""A job's history: one line per event, appended to its row, so that a new event writes no other
page."""

from typing import Any

from procs.core.clock import Now
from procs.records.job import State

#: The word of the line that tells of a state: to ask the state for its name costs as much again as
#: the line.
WORDS = {state: state.name.lower() for state in State}


def event(now: Now, word: str, **facts: Any) -> str:
    """One line: the wall instant, what happened, the facts."""
    if not facts:
        return f"{now.wall:.3f} {word}\n"
    said = f"{now.wall:.3f} {word}"
    for name, fact in facts.items():
        said += f" {name}={fact}"
    return said + "\n"
