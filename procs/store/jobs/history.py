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
#: The line of a job that is tried again later (`leases.retry`). With the number of the attempt that
#: it cost, the last word of `error` names what ended that attempt; `breaker` stands in front where
#: the site's breaker is open since. Without a number it is a wait, which cost none, or an earlier
#: version wrote it: then a single word counts, which may be the name of an error.
LATER_LINE = re.compile(
    r"^\S+ later error=(?:\S+ (?=\S+ delay=\S+ attempt=))?(\S+) delay=", re.MULTILINE
)
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
    """What ended the attempts of a job that was put off, by name and in order, among the single
    words of its waits."""
    row = db.one(STORY, {"job": job})
    return LATER_LINE.findall(row[0]) if row else []
