"""Counters by name, over all restarts of the system."""

from procs.store.database import Database

ADD = """
INSERT INTO counters (name, value) VALUES (:name, :by)
    ON CONFLICT (name) DO UPDATE SET value = counters.value + excluded.value
"""
READ = "SELECT name, value FROM counters ORDER BY name"


def add(db: Database, name: str, by: int = 1) -> None:
    """Count `by` more. Raises StoreFull."""
    with db.write():
        db.change(ADD, {"name": name, "by": by})


def read(db: Database) -> dict[str, int]:
    """Every counter that ever counted anything."""
    return {name: value for name, value in db.all(READ)}
