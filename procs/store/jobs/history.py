"""A job's history: one line per event, appended to its row, so that a new event writes no other
page."""

import re
from typing import Any

from procs.core.clock import Now
from procs.records.job import State
from procs.store.database import Database

#: The word of the line that tells of a state: to ask the state for its name costs as much again as
#: the line.
WORDS = {state: state.name.lower() for state in State}
#: The line of a job that is tried again later (`leases.retry`), with one word for what ended it:
#: the name of an error. Waits, which cost no attempt, have several.
LATER_LINE = re.compile(r"^\S+ later error=(\S+) delay=", re.MULTILINE)
STORY = "SELECT story FROM jobs WHERE id = :job"


def event(now: Now, word: str, **facts: Any) -> str:
    """One line: the wall instant, what happened, the facts."""
    if not facts:
        return f"{now.wall:.3f} {word}\n"
    said = f"{now.wall:.3f} {word}"
    for name, fact in facts.items():
        said += f" {name}={fact}"
    return said + "\n"


def put_off_for(db: Database, job: int) -> list[str]:
    """The single words for which a job was put off, in their order."""
    row = db.one(STORY, {"job": job})
    return LATER_LINE.findall(row[0]) if row else []
