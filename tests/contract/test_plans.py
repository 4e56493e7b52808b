"""Every statement of a hot path uses an index: none may read a whole table."""

import re

import pytest

from procs.store import (
    deliveries,
    glances,
    leases,
    media,
    outcomes,
    ownership,
    pace,
    requests,
    seats,
    upkeep,
    users,
    workers,
)
from procs.store.database import Database

MODULES = (
    deliveries, glances, leases, media, outcomes, ownership, pace, requests, seats, upkeep, users,
    workers,
)  # fmt: skip
#: Not hot: the keeper's prune walks from the oldest row and stops after one bite;
#: COLUMNS is the common beginning of other statements.
COLD = {"upkeep.PRUNE", "glances.COLUMNS"}
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
    assert scans == [], plan


def test_a_claim_reads_the_ring_only(db: Database) -> None:
    facts = dict.fromkeys(re.findall(r":([a-z_]+)", leases.CLAIM), 0)

    plan = " ".join(row[3] for row in db.all(f"EXPLAIN QUERY PLAN {leases.CLAIM}", facts))

    assert "job_ring" in plan
    assert "TEMP B-TREE" not in plan
