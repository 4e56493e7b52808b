"""Checks of how near a machine is to what it carries: when to move, and when to add another; and of
a move that was left."""

import os
from collections.abc import Iterator

from daemon.doctor.diagnosis import Finding, Severity, fine
from daemon.doctor.doctor_facts import DoctorFacts
from procs.core import clock
from procs.store.database import Database
from procs.store.machines import busy_hours, machine_rows
from procs.store.machines.busy_hours import BusyHour
from procs.store.move import change_notes

#: Processes that ran or waited for a core, by core, from which on an hour was full; how many such
#: hours of the latest day are most of it; and requests in a second that a core was measured to
#: carry (docs/scale.md).
CORES_FULL, MOST_OF_DAY, CARRIED = 1.0, 12, 5.0
#: The share of that rate from which on there is no time left to plan.
NEAR = 0.7
MOVE = "see docs/scale.md; chapar move --to … --dry-run tells what a move to a server would take"
MORE = "see docs/scale.md; one more machine on this database carries as much again"


def growth(facts: DoctorFacts) -> Iterator[Finding]:
    """Neither most hours of the day nor the busiest of them fills the machine."""
    if facts.db is None:
        return
    hours = busy_hours.latest(facts.db, now=clock.now())
    if not hours:
        return
    full = sum(one.load >= CORES_FULL for one in hours)
    busiest = max(hours, key=lambda one: one.requests)
    seen = (
        f"{full} of {len(hours)} hours with all cores busy, {rate(busiest):.2g} requests a second"
    )
    fix = MORE if facts.given.has_server else MOVE
    if full >= MOST_OF_DAY:
        yield Finding("growth", Severity.WARNING, "the cores are full most of the day", seen, fix)
    elif rate(busiest) >= NEAR * CARRIED * cores(facts.db):
        says = "the busiest hour is near what this machine carries"
        if facts.given.has_server:
            says = "the busiest hour is near what the machines of this database carry together"
        yield Finding("growth", Severity.WARNING, says, seen, fix)
    else:
        yield fine("growth", "this machine is enough", seen)


def moves(facts: DoctorFacts) -> Iterator[Finding]:
    """No move that was given up, or failed, goes on having each change noted."""
    if facts.db is None:
        return
    noted = change_notes.noted(facts.db, facts.given.database_url)
    if noted is not None:
        says = "a move to another database is under way, or was left before its end"
        seen = f"each change is noted, {noted} so far (table move_changes)"
        fix = "run the same chapar move --to again, which goes on; or chapar move --cancel"
        yield Finding("move", Severity.WARNING, says, seen, fix)


def cores(db: Database) -> int:
    """The cores that carry what arrives: of all machines that share the database and are there, a
    worker for each as the settings say; else this machine's."""
    now = clock.now()
    there = [one for one in machine_rows.listed(db) if one.is_there(now)]
    return sum(one.slots for one in there) or os.cpu_count() or 1


def rate(one: BusyHour) -> float:
    """Requests in a second of an hour."""
    return one.requests / busy_hours.ONE_HOUR
