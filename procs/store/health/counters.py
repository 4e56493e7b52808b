"""Counters by name, over all restarts of the system: they only grow."""

from collections.abc import Mapping

from procs.store.database import Database

ADD = """
INSERT INTO counters (name, value) VALUES (:name, :by)
    ON CONFLICT (name) DO UPDATE SET value = counters.value + excluded.value
"""
READ = "SELECT name, value FROM counters ORDER BY name"
READ_ONE = "SELECT value FROM counters WHERE name = :name"


def add(db: Database, name: str, by: int = 1) -> None:
    """Count `by` more. Raises StoreFull."""
    add_all(db, {name: by})


def add_all(db: Database, counts: Mapping[str, int]) -> None:
    """Count several at once: all of them, or none. Raises StoreFull."""
    with db.write(only=()):  # in one order, so that no two wait for each other
        for name, by in sorted(counts.items()):
            db.send(ADD, {"name": name, "by": by})


def value(db: Database, name: str) -> int:
    """One counter; 0 where nothing was counted."""
    row = db.one(READ_ONE, {"name": name})
    return int(row[0]) if row else 0


def read(db: Database) -> dict[str, int]:
    """Every counter, by name."""
    return {name: value for name, value in db.all(READ)}
