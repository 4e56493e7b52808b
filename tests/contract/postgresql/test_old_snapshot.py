"""Whoever holds an old snapshot of the server, and so makes the tables grow, is named."""

from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from procs import config
from procs.core import clock
from procs.errors.alert_kinds import SNAPSHOT
from procs.keeper.monitor import alert_states
from procs.keeper.monitor.alert_rules import RULES
from procs.keeper.monitor.store_gauges import StoreGauges
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


def test_the_alert_names_the_snapshot_and_its_owner(
    db: ServerConnection, place: Place, tmp_path: Path
) -> None:
    """As the keeper's monitor finds it, with a rule that does not wait five minutes."""
    home, nothing = {"CHAPAR_HOME": str(tmp_path)}, Path("/dev/null")
    settings = config.load(home, nothing, need_telegram=False)
    (rule,) = (replace(one, fires=0.05, hold=0) for one in RULES if one.kind == SNAPSHOT)
    gauges = StoreGauges(db, settings)
    with psycopg.connect(place.url, application_name="yearly report") as report:
        report.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        report.execute("SELECT COUNT(*) FROM jobs")
        report.execute("SELECT PG_SLEEP(0.1)")
        now = clock.now()
        value, detail = gauges.read(now)[rule.gauge]
        begun = alert_states.follow(None, rule, value, detail, now=now)
        whose = f"session {report.info.backend_pid} of chapar, yearly report"

    assert begun is not None
    assert begun.is_there
    assert (begun.kind, begun.detail) == ("snapshot-old", whose)
    value, detail = gauges.read(clock.now())[rule.gauge]
    assert alert_states.follow(None, rule, value, detail, now=clock.now()) is None
