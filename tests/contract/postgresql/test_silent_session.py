"""A server that keeps a connection and says nothing on it (its storage stands still): a process
with a loop takes it for away, and whoever else waits as long as it takes."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import pairwise

import pytest

from procs.errors import StoreAway
from procs.store.database import Database
from procs.store.postgresql import server_reconnection
from procs.store.postgresql.statements import server_patience
from procs.store.postgresql.statements.server_patience import MEMORY, PAUSES, ServerPatience
from tests.contract.place import Place
from tests.contract.postgresql.test_server_faults import put, until_there

pytestmark = [pytest.mark.postgresql, pytest.mark.session]
BACKEND = "SELECT PG_BACKEND_PID()"
SCOPES = "SELECT scope FROM waits ORDER BY scope"


@contextmanager
def standing_still(db: Database) -> Iterator[int]:
    """The process of the server behind a connection, stopped for the length of the block."""
    ((backend,),) = db.all(BACKEND)
    os.kill(backend, signal.SIGSTOP)
    try:
        yield backend
    finally:
        os.kill(backend, signal.SIGCONT)


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds until a server counts as silent; a new connection may take as long as it takes."""
    monkeypatch.setattr(server_patience, "LONGEST", 2.0)
    monkeypatch.setattr(server_reconnection, "PATIENCE", 30.0)


def test_a_process_with_a_loop_goes_on_by_another_session(db: Database, brief: None) -> None:
    db.serve_a_loop()
    put(db, "a")
    with standing_still(db) as backend:
        found = db.all(SCOPES)
        ((other,),) = db.all(BACKEND)

    assert found == [("a",)]
    assert other != backend


def test_a_write_on_a_silent_session_is_done_once(db: Database, brief: None) -> None:
    db.serve_a_loop()
    with standing_still(db):
        put(db, "a")

    assert db.all(SCOPES) == [("a",)]


def test_what_was_done_in_a_transaction_is_done_again_on_another_session(
    db: Database, brief: None
) -> None:
    db.serve_a_loop()
    ((backend,),) = db.all(BACKEND)
    # The session that stands still has the gate until it hears that nobody is there.
    awake = threading.Timer(3.0, os.kill, (backend, signal.SIGCONT))
    with db.write():
        db.change("INSERT INTO waits (scope, until) VALUES ('a', 1)")
        os.kill(backend, signal.SIGSTOP)
        awake.start()
        db.change("INSERT INTO waits (scope, until) VALUES ('b', 1)")
    awake.join()

    assert db.all(SCOPES) == [("a",), ("b",)]


def test_a_server_that_is_silent_again_and_again_is_left_alone_for_a_while(
    db: Database, brief: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    db.serve_a_loop()
    with standing_still(db):
        db.all(SCOPES)
    monkeypatch.setattr(server_patience, "AGAIN", 0.2)
    monkeypatch.setattr(server_patience, "PAUSES", (0.0, 0.0, 1.0))
    monkeypatch.setattr(server_reconnection, "PATIENCE", 0.5)
    with standing_still(db), pytest.raises(StoreAway) as raised:
        db.all(SCOPES)

    assert "is silent" in str(raised.value)
    assert until_there(db) == []


def test_what_a_process_with_a_loop_opens_beside_is_as_impatient(db: Database, brief: None) -> None:
    db.serve_a_loop()
    with closing(db.twin()) as twin, standing_still(twin) as backend:
        ((other,),) = twin.all(BACKEND)

    assert other != backend


def test_a_command_waits_as_long_as_it_takes(db: Database, brief: None) -> None:
    with standing_still(db) as backend:
        timer = threading.Timer(1.0, os.kill, (backend, signal.SIGCONT))
        timer.start()
        assert db.all(BACKEND) == [(backend,)]


def test_a_lock_that_lasts_is_told_as_one(db: Database, place: Place) -> None:
    with closing(place.open()) as second:
        second.serve_a_loop()
        second.all("SELECT SET_CONFIG('lock_timeout', '200ms', FALSE)")
        with db.write():
            db.all("SELECT 1")
            with pytest.raises(StoreAway, match="is locked .* pg_locks"):
                put(second, "a")
        put(second, "b")

    assert db.all(SCOPES) == [("b",)]


def test_patience_grows_back(monkeypatch: pytest.MonkeyPatch) -> None:
    patience = ServerPatience(bounded=True)
    seen = []
    for _ in range(len(PAUSES) + 1):
        seen.append(patience.pause())
        patience.note_silence()
    short = patience.seconds()
    monkeypatch.setattr(server_patience, "MEMORY", 0.0)

    assert all(before <= after for before, after in pairwise(seen))
    assert seen[-1] == PAUSES[-1]
    shortest, longest = server_patience.AGAIN, server_patience.LONGEST
    assert (short, patience.seconds(), patience.pause()) == (shortest, longest, 0.0)
    assert longest < MEMORY
    assert ServerPatience(bounded=False).seconds() is None
