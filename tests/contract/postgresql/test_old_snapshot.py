"""Whoever holds an old snapshot of the server, and so makes the tables grow, is named."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from procs import config
from procs.core import clock
from procs.core.machine import machine_name
from procs.errors.alert_kinds import SNAPSHOT
from procs.keeper.monitor import alert_states
from procs.keeper.monitor.alert_rules import RULES
from procs.keeper.monitor.store_gauges import StoreGauges
from procs.records.job import Kind, Lane, Lease
from procs.records.job_payload import LinkPayload
from procs.store.jobs import leases
from procs.store.postgresql.server_connection import ServerConnection
from procs.store.postgresql.statements.dialect import numbered
from procs.worker.job_line import WHOLE_LINE, JobLine, LineHeads
from tests.contract.conftest import Desk
from tests.contract.place import Place

pytestmark = [pytest.mark.postgresql, pytest.mark.session]
MANY = 2000
WAITING = """
INSERT INTO jobs (id, user_id, lane, state, at, seat, kind, site, payload, story)
SELECT n, n, 1, 0, 1.78e9 + n, -1, 'fetch', '', '{}', '' FROM GENERATE_SERIES(1, %s) AS n
"""
LEASE = Lease(1, 1, 1, 1, Lane.HEAVY, -1, Kind.FETCH, 1, LinkPayload("", "", ""))


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


def test_a_claim_under_an_old_snapshot_passes_over_what_was_claimed_before(
    desk: Desk, db: ServerConnection, place: Place
) -> None:
    with psycopg.connect(place.url) as report, psycopg.connect(place.url) as server:
        server.execute(WAITING, [MANY])
        server.commit()
        report.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        report.execute("SELECT COUNT(*) FROM jobs")
        server.execute("UPDATE jobs SET state = 20, seat = NULL")
        server.commit()
        desk.asks(7, "a")
        heads = LineHeads()
        heads.note_claimed([replace(LEASE, place=desk.clock.now().wall)])
        whole = pages(server, heads.since(Lane.HEAVY, heads.reach()))
        heads.note_look(WHOLE_LINE, 0.001)
        near = pages(server, heads.since(Lane.HEAVY, heads.reach()))

    assert whole > 40
    assert near <= 8  # two of them are looks at the pauses


def test_a_job_that_came_into_the_line_late_is_claimed_soon(
    desk: Desk, db: ServerConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its place is before that of the last claim: it was passed over, or committed late."""
    monkeypatch.setattr(machine_name.HERE, "told", "m1")
    settings = config.load({"CHAPAR_HOME": str(tmp_path)}, None, need_telegram=False)
    line = JobLine(db, settings, desk.worker())
    desk.asks(7, "a")
    assert line.claim(Lane.HEAVY, 1, local=False)

    desk.asks(8, "b")
    with db.write():
        db.change("UPDATE jobs SET at = at - 60 WHERE state = 0")
    due = line.heads.next[WHOLE_LINE]
    monkeypatch.setattr(clock, "steady", lambda: due - 0.1)
    assert not line.claim(Lane.HEAVY, 1, local=False)
    assert not line.heads.is_owed()

    monkeypatch.setattr(clock, "steady", lambda: due)
    assert line.heads.is_owed()
    assert line.claim(Lane.HEAVY, 1, local=False)


def pages(server: psycopg.Connection[Any], since: float) -> int:
    """Pages that a look at the first in line reads."""
    text, names = numbered(leases.PICK)
    facts = {"worker": 1, "lane": 1, "most": 1 << 30, "room": 1, "local": 0, "since": since}
    facts["alive"] = 0.0
    facts |= {"machine": "", "scope": "all"}
    server.execute("SET enable_seqscan = off")
    sql = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {text.decode()}"
    with psycopg.RawCursor(server) as cursor:
        ((plan,),) = cursor.execute(sql.encode(), [facts[name] for name in names]).fetchall()
    read = plan[0]["Plan"]
    return int(read["Shared Hit Blocks"]) + int(read["Shared Read Blocks"])


def test_a_job_that_was_given_back_far_behind_the_last_claim_is_claimed_once_a_look_saw_it(
    desk: Desk, db: ServerConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine_name.HERE, "told", "m1")
    settings = config.load({"CHAPAR_HOME": str(tmp_path)}, Path("/dev/null"), need_telegram=False)
    line = JobLine(db, settings, desk.worker())
    line.look()
    (job,) = desk.asks(1, "given back")
    line.heads.note_claimed([replace(LEASE, place=clock.now().wall + 3600)])
    line.heads.next = [0.0] * len(line.heads.next)  # a look at the whole line is due

    assert Lane.HEAVY in line.look().ready
    assert line.ready(Lane.HEAVY, local=False)
    assert [one.job for one in line.claim(Lane.HEAVY, 1, local=False)] == [job.job]
