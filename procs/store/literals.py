"""The states and lanes of jobs as literals of a statement.

A statement names them by `{State.LEASED}`, which is its number when the module is loaded. It is no
parameter, because a partial index serves only what repeats its condition literally.
"""

from collections.abc import Iterable
from enum import IntEnum

from procs.records.job import Kind, Lane, State


def numbers(members: Iterable[IntEnum]) -> str:
    """The members of an IN."""
    return ", ".join(f"{member:d}" for member in members)


#: All lanes, named one by one: so an index by lane and something else serves whoever asks for all.
EVERY_LANE = numbers(Lane)
#: The kinds of jobs that this version can carry: it leaves those of a newer one to its workers.
KNOWN_KINDS = ", ".join(f"'{kind.value}'" for kind in Kind)
#: Whether a row's kind is one of them, for a statement that reads the row in any case: an IN makes
#: a table of its members each time, a quarter of what picking a job costs.
IS_KNOWN = "CASE kind " + " ".join(f"WHEN '{kind.value}' THEN 1" for kind in Kind) + " END = 1"
#: Where a job is that is not over and that no worker has.
IDLE = numbers(state for state in State if not (state.over or state is State.LEASED))
