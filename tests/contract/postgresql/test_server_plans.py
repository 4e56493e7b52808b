"""How the server runs the hottest statements, also where it has no statistics of a table yet."""

import pytest

from procs.store.jobs import leases, recovery, seats
from procs.store.postgresql.dialect import numbered
from procs.store.postgresql.server_connection import ServerConnection
from tests.contract.conftest import Desk

pytestmark = pytest.mark.postgresql


def plan(db: ServerConnection, sql: str) -> str:
    """The plan that is made once for every value, as our sessions have it."""
    text, names = numbered(sql)
    db.session.execute(b"PREPARE one AS " + text)
    values = ", ".join("NULL" for _ in names)
    rows = db.session.execute(f"EXPLAIN EXECUTE one ({values})".encode()).fetchall()
    db.session.execute(b"DEALLOCATE one")
    return "\n".join(row[0] for row in rows)


@pytest.mark.parametrize("seen", [False, True])
def test_a_claim_takes_the_first_of_an_index_and_sorts_nothing(
    desk: Desk, db: ServerConnection, seen: bool
) -> None:
    for user in range(1, 30):
        desk.asks(user, "a", "b", "c")
    if seen:
        db.session.execute(b"ANALYZE")

    told = plan(db, leases.PICK)

    assert "job_turns" in told
    assert "Sort" not in told


@pytest.mark.parametrize(
    "sql", [leases.CLAIM, leases.END, leases.RENEW, seats.HAND_ON, seats.TAKEN, recovery.EXPIRED]
)
def test_what_runs_with_every_job_reads_no_whole_table(db: ServerConnection, sql: str) -> None:
    assert "Seq Scan on jobs" not in plan(db, sql)
