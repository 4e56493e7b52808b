"""The keeper keeps the log of the database short."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from procs import config
from procs.core import clock
from procs.core.clock import Now
from procs.keeper.schedule import Keeper
from procs.store.database import Database, open_database
from procs.store.limits import send_budget
from procs.store.limits.send_budget import GapLimit
from procs.store.sqlite import connection
from tests.fresh_database import fresh

#: Seconds: a lock of SQLite is waited for thirty.
PATIENCE = 5.0
WRITE = "INSERT INTO waits (scope, until) VALUES (:scope, 1.0)"
LATER = """
INSERT INTO jobs (user_id, lane, state, at, kind, payload, story)
VALUES (1, 1, 2, :at, 'fetch', '{}', :story)
"""


@pytest.fixture
def keeper(short_home: Path) -> Iterator[Keeper]:
    environ = {"CHAPAR_HOME": str(short_home)}
    settings = config.load(environ, env_file=Path("/dev/null"), need_telegram=False)
    fresh(settings.database_url, run=settings.run)
    db = open_database(settings.database_url, run=settings.run)
    yield Keeper(db, settings)
    db.close()


def log_of(db: Database) -> int:
    """Bytes of the log."""
    return db.path.with_name(db.path.name + "-wal").stat().st_size


def write(db: Database, number: int) -> None:
    with db.write():
        db.change(WRITE, {"scope": f"{number}" * 400})


def test_a_log_that_grew_is_moved_into_the_database_and_nothing_is_lost(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "LOG_PAGES", 20)
    sizes = []
    for number in range(60):
        write(keeper.db, number)
        keeper.maintain()
        sizes.append(log_of(keeper.db))

    assert max(sizes) < 30 * 1100
    assert sizes.count(0) > 1
    assert keeper.db.all("SELECT COUNT(*) FROM waits") == [(60,)]


def test_a_reader_keeps_the_log_and_lets_no_writer_wait(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backup, or somebody's shell: the log is moved when it is gone."""
    monkeypatch.setattr(connection, "LOG_PAGES", 0)
    reader = open_database(f"sqlite:///{keeper.db.path}", run=keeper.db.run)
    reader.connection.execute("BEGIN")
    reader.all("SELECT * FROM waits")
    write(keeper.db, 1)

    began = time.monotonic()
    keeper.maintain()
    took, seen = time.monotonic() - began, log_of(keeper.db)
    reader.connection.execute("COMMIT")
    keeper.maintain()

    assert took < PATIENCE
    assert seen > 0
    assert log_of(keeper.db) == 0
    reader.close()


def test_a_keeper_that_waited_at_the_gate_forgets_no_message_that_left_meanwhile(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own time is older by then than the longest place in line: a message of now would look
    like one of an earlier boot, and the same second would be given away twice."""
    other = open_database(f"sqlite:///{keeper.db.path}", run=keeper.db.run)
    enter, began = keeper.db.gate.enter, clock.now()
    after = Now(began.wall + 300, began.boot + 300)

    def wait() -> None:
        send_budget.take(other, [GapLimit("bot", 1.0, 0.0)], patience=0.0, now=after)
        monkeypatch.setattr(clock, "now", lambda: after)
        monkeypatch.setattr(keeper.db.gate, "enter", enter)
        enter()

    monkeypatch.setattr(keeper.db.gate, "enter", wait)
    keeper.prune_budget()
    other.close()

    assert keeper.db.all("SELECT scope FROM budget") == [("bot",)]


def test_a_clock_that_is_set_back_keeps_no_job_waiting(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job is put off for a minute at 8202 by the clock, which shows 1004 two seconds later."""
    due = []
    for wall, boot in ((1000.0, 0.0), (8202.0, 2.0), (8203.0, 3.0), (1004.0, 4.0), (1005.2, 5.0)):
        monkeypatch.setattr(clock, "now", lambda wall=wall, boot=boot: Now(wall, boot))
        if wall == 8202.0:
            with keeper.db.write():
                keeper.db.change(LATER, {"at": wall + 60.0, "story": f"{wall} retried\n"})
        keeper.bring_due()
        due += [at for (at,) in keeper.db.all("SELECT at FROM jobs")]

    assert due == [8262.0, 8262.0, 1064.0, 1064.0]
