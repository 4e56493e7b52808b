"""Every statement of a hot path uses an index: none may read a whole table."""

import re

import pytest

from procs.store import (
    breakers,
    budget,
    cookies,
    deliveries,
    disks,
    engines,
    failures,
    glances,
    holding,
    leases,
    lists,
    looks,
    media,
    outcomes,
    ownership,
    pace,
    pauses,
    requests,
    reservations,
    seats,
    turns,
    upkeep,
    users,
    visits,
    workers,
)
from procs.store.database import Database

MODULES = (
    *(
        breakers,
        budget,
        cookies,
        deliveries,
        disks,
        engines,
        failures,
        glances,
        holding,
        leases,
        lists,
        looks,
        media,
        outcomes,
        ownership,
        pace,
        pauses,
        requests,
    ),
    *(reservations, seats, turns, upkeep, users, visits, workers),
)
#: There is one row in disks for each machine.
#: Not hot: the keeper's prune walks from the oldest row and stops after one bite;
#: COLUMNS is the common beginning of other statements; there are few pauses;
#: TOOK_ANYWHERE stops after a few of the newest rows.
#: the budget holds the chats of the last two minutes and is pruned once in one.
#: breakers are as many as sites that failed in the last hours.
#: visits and paces are those of sites with rules, cookies a few files.
COLD = {"cookies.LIST", "visits.PRUNE", "visits.PRUNE_PACES"} | {
    "breakers.LIST",
    "breakers.PRUNE",
    "budget.PRUNE",
    "disks.LOW",
    "glances.COLUMNS",
    "pauses.LIST",
    "turns.TOOK_ANYWHERE",
}
STATEMENTS = {
    f"{module.__name__.rpartition('.')[2]}.{name}": text
    for module in MODULES
    for name, text in vars(module).items()
    if name.isupper() and isinstance(text, str) and re.match(r"\s*(SELECT|UPDATE|DELETE)", text)
}


@pytest.mark.parametrize("name", sorted(set(STATEMENTS) - COLD))
def test_no_hot_statement_scans_a_table(db: Database, name: str) -> None:
    text = STATEMENTS[name]
    facts = dict.fromkeys(re.findall(r":([a-z_]+)", text), 0)

    plan = [row[3] for row in db.all(f"EXPLAIN QUERY PLAN {text}", facts)]

    scans = [step for step in plan if step.startswith("SCAN") and "USING" not in step]
    scans = [step for step in scans if step != "SCAN CONSTANT ROW"]
    assert scans == [], plan


def test_a_claim_reads_the_ring_only(db: Database) -> None:
    facts = dict.fromkeys(re.findall(r":([a-z_]+)", leases.PICK), 0)

    plan = " ".join(row[3] for row in db.all(f"EXPLAIN QUERY PLAN {leases.PICK}", facts))

    assert "job_ring" in plan
    assert "TEMP B-TREE" not in plan
