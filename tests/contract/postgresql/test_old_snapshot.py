"""Whoever holds an old snapshot of the server, and so makes the tables grow, is named."""

import psycopg
import pytest

from procs.store.postgresql.server_connection import ServerConnection
from tests.contract.place import Place

pytestmark = pytest.mark.postgresql


def test_nobody_holds_a_snapshot(db: ServerConnection) -> None:
    assert db.oldest_snapshot() == (0.0, "")


def test_a_report_that_goes_on_is_named_with_its_owner(db: ServerConnection, place: Place) -> None:
    with psycopg.connect(place.url, application_name="yearly report") as report:
        report.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        report.execute("SELECT COUNT(*) FROM jobs")
        report.execute("SELECT PG_SLEEP(0.1)")
        seconds, who = db.oldest_snapshot()

        assert 0.1 <= seconds < 60
        assert who == f"session {report.info.backend_pid} of chapar, yearly report"
    assert db.oldest_snapshot() == (0.0, "")
