"""CPU seconds that the engine's children used for each person, today and in total."""

from dataclasses import dataclass

from procs.core.clock import Now
from procs.store.database import Database
from procs.store.people import users
from procs.texts import i18n

NOTE = """
INSERT INTO engine_costs (person, day, day_cpu, cpu) VALUES (:person, :day, :cpu, :cpu)
    ON CONFLICT (person) DO UPDATE
   SET day = excluded.day, cpu = engine_costs.cpu + excluded.cpu,
       day_cpu = excluded.day_cpu
               + CASE WHEN engine_costs.day = excluded.day THEN engine_costs.day_cpu ELSE 0 END
"""
READ = "SELECT day, day_cpu, cpu FROM engine_costs WHERE person = :person"


@dataclass(frozen=True, slots=True)
class EngineCost:
    """CPU seconds of the current day at the reader's place, and of all days."""

    today: float = 0.0
    ever: float = 0.0


def note(db: Database, person: int, cpu: float, *, now: Now) -> None:
    """Add the CPU seconds of a child that ended to the person it worked for. Raises StoreFull."""
    day = i18n.day(users.language(db, person), now.wall)
    with db.write():
        db.change(NOTE, {"person": person, "day": day, "cpu": cpu})


def read(db: Database, person: int, *, now: Now) -> EngineCost:
    """What a person's downloads cost, today by their own calendar and in total."""
    row = db.one(READ, {"person": person})
    if row is None:
        return EngineCost()
    is_today = row[0] == i18n.day(users.language(db, person), now.wall)
    return EngineCost(row[1] if is_today else 0.0, row[2])
