"""Requests received after an instant: those that a backup of that instant lacks."""

from procs.store.database import Database

SINCE = """
SELECT state, COUNT(*) FROM requests WHERE received_at > :since GROUP BY state ORDER BY state
"""


def by_state(db: Database, since: float) -> dict[str, int]:
    """The number of requests received after a wall instant, by their state now."""
    return {str(state): int(count) for state, count in db.all(SINCE, {"since": since})}
