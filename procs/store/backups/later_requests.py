"""What came into a database after an instant: what a backup of that instant lacks."""

from procs.store.database import Database

SINCE = """
SELECT state, COUNT(*) FROM requests WHERE received_at > :since GROUP BY state ORDER BY state
"""


def by_state(db: Database, since: float) -> dict[str, int]:
    """How many requests were received after a wall instant, by what became of them."""
    return {str(state): int(count) for state, count in db.all(SINCE, {"since": since})}
