"""How the server runs the hottest statements, also where it has no statistics of a table yet."""

import pytest

from procs.store.jobs import claimable, leases, recovery, seats
from procs.store.postgresql.server_connection import ServerConnection
from procs.store.postgresql.statements.dialect import numbered
from tests.contract.conftest import Desk

pytestmark = [pytest.mark.postgresql, pytest.mark.session]
WORN = b"""
INSERT INTO jobs (id, user_id, lane, state, at, seat, kind, site, payload, story)
SELECT n, n, 0, 0, 1.79e9 + RANDOM() * 1e6, -1, 'deliver', '', '{}', REPEAT('x', 200)
  FROM GENERATE_SERIES(1, 60000) AS n
"""


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


def test_a_claim_sorts_no_long_line_of_a_table_that_is_worn(db: ServerConnection) -> None:
    """Of rows that lie in no order, most are over."""
    db.session.execute(WORN)
    db.session.execute(b"UPDATE jobs SET state = 20, seat = NULL WHERE id % 3 = 0")
    db.session.execute(b"ANALYZE jobs")

    told = plan(db, leases.PICK)

    assert "Index Scan using job_turns" in told
    assert "Sort" not in told


@pytest.mark.parametrize(
    "sql",
    [
        *(leases.CLAIM, leases.END, leases.RENEW, recovery.EXPIRED),
        *(seats.HAND_ON, seats.HAND_ON_CAPPED, seats.TAKEN),
    ],
)
def test_what_runs_with_every_job_reads_no_whole_table(db: ServerConnection, sql: str) -> None:
    assert "Seq Scan on jobs" not in plan(db, sql)


@pytest.mark.parametrize("sql", [leases.TAKE, leases.TAKE_ANY])
def test_what_is_claimed_at_once_is_picked_once_and_found_by_its_key(
    db: ServerConnection, sql: str
) -> None:
    """A pick that is run once for each row would lock more of them than are claimed."""
    db.session.execute(WORN)
    db.session.execute(b"ANALYZE jobs")

    told = plan(db, sql)

    assert told.startswith("Update on jobs")
    assert "Index Scan using jobs_pkey on jobs" in told
    assert "InitPlan" in told
    assert "Index Scan using job_turns" in told
    assert "Sort" not in told


@pytest.mark.parametrize("seen", [False, True])
@pytest.mark.parametrize("sql", [leases.CLAIM, leases.CLAIM_ALL, leases.END, leases.NOTE])
def test_a_job_is_found_by_its_key_and_not_among_all_that_were_in_its_state(
    desk: Desk, db: ServerConnection, sql: str, seen: bool
) -> None:
    """An index of few rows looks cheaper, until somebody holds a snapshot and nothing leaves it."""
    desk.asks(1, "a")
    desk.claim(desk.worker())
    if seen:
        db.session.execute(b"ANALYZE jobs")

    assert "jobs_pkey" in plan(db, sql)


@pytest.mark.parametrize("worn", ["", "running", "over"])
@pytest.mark.parametrize("sql", [leases.TAKE, claimable.OUTLOOK])
def test_the_downloads_that_run_are_counted_among_the_latest_and_not_all_that_ever_ran(
    db: ServerConnection, sql: str, worn: str
) -> None:
    """Under a held snapshot the rest of what was leased stays in its index."""
    if worn:
        db.session.execute(WORN)
        db.session.execute(b"UPDATE jobs SET lane = 1, state = 1 WHERE id % 60 = 0")
    if worn == "over":
        db.session.execute(b"UPDATE jobs SET state = 20, seat = NULL")
    if worn:
        db.session.execute(b"VACUUM ANALYZE jobs")

    told = plan(db, sql)

    assert "using job_running" in told
    assert "job_leased" not in told
