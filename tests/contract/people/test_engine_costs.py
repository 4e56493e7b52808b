"""CPU seconds of people: of today, and of all days."""

from procs.core.clock import Now
from procs.store.people import engine_costs
from procs.store.people.engine_costs import EngineCost

DAY = 24 * 3600.0


def test_seconds_add_up_and_those_of_today_begin_anew_with_the_day(db):
    first, second = Now(1_000_000.0, 1.0), Now(1_000_000.0 + DAY, 2.0)
    engine_costs.note(db, 5, 1.5, now=first)
    engine_costs.note(db, 5, 0.5, now=first)
    assert engine_costs.read(db, 5, now=first) == EngineCost(2.0, 2.0)
    assert engine_costs.read(db, 5, now=second) == EngineCost(0.0, 2.0)
    engine_costs.note(db, 5, 3.0, now=second)
    assert engine_costs.read(db, 5, now=second) == EngineCost(3.0, 5.0)
    assert engine_costs.read(db, 6, now=second) == EngineCost()
