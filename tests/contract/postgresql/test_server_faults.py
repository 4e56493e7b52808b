"""What a server does to us: a connection that ends, a full disk, a standby. Each is one sentence
with its fix, nothing is changed, and the next statement works."""

import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress

import pytest

from procs.errors import StoreAway, StoreError, StoreFull
from procs.store.database import Database, frozen, open_database
from procs.store.postgresql.server_reconnection import PATIENCE
from tests import postgresql_server
from tests.contract.place import Place

pytestmark = pytest.mark.postgresql
PUT = "INSERT INTO waits (scope, until) VALUES (:scope, 1)"
SCOPES = "SELECT scope FROM waits ORDER BY scope"
#: What a server answers that has no room, from a trigger.
ANSWERS = """
CREATE FUNCTION answer() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '{code}'; END $$;
CREATE TRIGGER answers BEFORE INSERT ON waits FOR EACH ROW EXECUTE FUNCTION answer();
"""


def put(db: Database, scope: str) -> None:
    with db.write():
        db.change(PUT, {"scope": scope})


def put_two(db: Database, between: Callable[[], object]) -> None:
    with db.write():
        db.change(PUT, {"scope": "a"})
        between()
        db.change(PUT, {"scope": "b"})


def put_one(db: Database, after: Callable[[], object]) -> None:
    with db.write():
        db.change(PUT, {"scope": "a"})
        after()


def ask(sql: str, place: Place) -> str:
    return postgresql_server.running().answer(sql, place.name)


def end_connections(place: Place) -> None:
    """End every connection to a database, and wait until they are gone."""
    postgresql_server.running().answer(
        "SELECT PG_TERMINATE_BACKEND(pid, 5000) FROM pg_stat_activity"
        f" WHERE datname = '{place.name}'"
    )


def until_there(db: Database) -> list[tuple[str]]:
    """What a table holds, once the server answers again."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with suppress(StoreAway):
            return db.all(SCOPES)
        threading.Event().wait(0.05)
    raise TimeoutError


def test_a_connection_that_ended_is_made_anew_for_a_read_and_for_a_write(
    db: Database, place: Place
) -> None:
    put(db, "a")
    end_connections(place)
    assert db.all(SCOPES) == [("a",)]

    end_connections(place)
    put(db, "b")

    assert db.all(SCOPES) == [("a",), ("b",)]
    assert db.changed()


@pytest.mark.parametrize("full", [False, True])
def test_a_connection_that_ends_inside_of_a_transaction_is_not_noticed(
    db: Database, place: Place, full: bool
) -> None:
    with db.write(full=full):
        db.change(PUT, {"scope": "a"})
        end_connections(place)
        assert db.all(SCOPES) == [("a",)]
        end_connections(place)
        db.change_many(PUT, [{"scope": "b"}, {"scope": "c"}])

    assert db.all(SCOPES) == [("a",), ("b",), ("c",)]


def test_a_transaction_is_undone_whole_when_others_changed_what_it_had_read(
    db: Database, place: Place
) -> None:
    def lose_to_another() -> None:
        end_connections(place)
        ask("INSERT INTO waits (scope, until) VALUES ('z', 1)", place)

    def read_and_write() -> None:
        with db.write():
            db.change(PUT, {"scope": db.all(SCOPES)[-1][0] + "a"})
            lose_to_another()
            db.change(PUT, {"scope": "b"})

    put(db, "y")
    with pytest.raises(StoreAway, match="undone"):
        read_and_write()

    assert db.all(SCOPES) == [("y",), ("z",)]


def test_a_commit_that_was_never_sent_whole_is_no_success_where_the_server_stays_away(
    db: Database, place: Place
) -> None:
    server = postgresql_server.running()

    with pytest.raises(StoreAway):
        put_one(db, lambda: server.stop("fast"))
    with pytest.raises(StoreAway):
        db.all(SCOPES)
    server.start(*postgresql_server.QUICK)

    assert until_there(db) == []
    put(db, "c")
    assert db.all(SCOPES) == [("c",)]


@pytest.mark.session
def test_nobody_waits_long_for_a_server_that_is_away(db: Database) -> None:
    server = postgresql_server.running()
    waits = []

    def ask_thrice() -> None:
        for _ in range(3):
            began = time.monotonic()
            with pytest.raises(StoreAway):
                db.all(SCOPES)
            waits.append(time.monotonic() - began)

    server.restart(ask_thrice)

    assert until_there(db) == []
    assert waits[0] < 2 * PATIENCE
    assert max(waits[1:]) < PATIENCE


def test_a_full_disk_is_told_as_full_and_the_transaction_is_undone(
    db: Database, place: Place
) -> None:
    ask(ANSWERS.format(code="53100"), place)
    with pytest.raises(StoreFull, match="free space"):
        put(db, "a")

    ask("DROP TRIGGER answers ON waits", place)
    put(db, "b")
    assert db.all(SCOPES) == [("b",)]


@pytest.mark.parametrize(
    "setting",
    [
        pytest.param("statement_timeout = 20", marks=pytest.mark.session),
        "lock_timeout = 1",
        pytest.param("default_transaction_isolation = 'serializable'", marks=pytest.mark.session),
    ],
)
def test_a_setting_of_the_server_for_other_programs_stops_none_of_ours(
    db: Database, place: Place, setting: str
) -> None:
    ask(f"ALTER DATABASE {place.name} SET {setting}", place)
    end_connections(place)

    put_one(db, lambda: db.one("SELECT PG_SLEEP(0.1)"))

    assert db.all("SHOW transaction_isolation") == [("read committed",)]


@pytest.mark.session
def test_numbers_are_told_whole_whatever_the_operator_set_for_other_programs(place: Place) -> None:
    ask(f"ALTER DATABASE {place.name} SET extra_float_digits = -5", place)
    with closing(open_database(place.url, run=place.run)) as db:
        put(db, "a")
        with db.write():
            db.change("UPDATE waits SET until = :until", {"until": 1790000000.123457})
        assert db.all("SELECT until FROM waits") == [(1790000000.123457,)]
    with frozen(place.url) as copy:
        assert copy.all("SELECT until FROM waits") == [(1790000000.123457,)]


def test_a_statement_that_the_server_ends_is_told_and_may_be_tried_again(db: Database) -> None:
    hurry = "SELECT SET_CONFIG('statement_timeout', '1', TRUE)"
    with pytest.raises(StoreAway, match="ended a statement"):
        put_one(db, lambda: [db.all(hurry), db.all("SELECT PG_SLEEP(1)")])

    assert db.all(SCOPES) == []


@pytest.mark.session
def test_a_server_that_takes_no_writes_is_away_until_it_takes_some(
    db: Database, place: Place
) -> None:
    ask(f"ALTER DATABASE {place.name} SET default_transaction_read_only = on", place)
    end_connections(place)
    with pytest.raises(StoreAway, match="takes no writes"):
        put(db, "a")
    with pytest.raises(StoreAway, match="name the primary"):
        open_database(place.url, run=place.run)

    postgresql_server.running().answer(f"ALTER DATABASE {place.name} RESET ALL")
    until_there(db)
    put(db, "b")

    assert db.all(SCOPES) == [("b",)]


def test_a_lost_table_is_named(db: Database, place: Place) -> None:
    ask("DROP TABLE waits", place)

    with pytest.raises(StoreError, match='has lost a table .*"waits"'):
        db.all(SCOPES)


@pytest.mark.parametrize(
    ("address", "fix"),
    [
        ("postgresql://chapar@/nowhere?host={folder}", "createdb"),
        ("postgresql://nobody-here@/postgres?host={folder}", "correct the user"),
        ("postgresql://crowd@/postgres?host={folder}", "max_connections"),
        ("postgresql://chapar:secret@/x?host={folder}/none", "see that the server runs"),
    ],
)
def test_a_server_that_lets_nobody_in_is_told_with_the_fix_and_without_the_password(
    place: Place, address: str, fix: str
) -> None:
    server = postgresql_server.running()
    if "crowd" in address:
        server.answer("DROP ROLE IF EXISTS crowd")
        server.answer("CREATE ROLE crowd LOGIN CONNECTION LIMIT 0")

    with pytest.raises(StoreError, match=fix) as told:
        open_database(address.format(folder=server.folder), run=place.run)

    assert "secret" not in str(told.value)


@pytest.mark.parametrize(("full", "waits"), [(False, "off"), (True, "on")])
def test_who_stands_still_in_a_transaction_is_thrown_out_and_only_full_ones_wait_for_the_disk(
    db: Database, full: bool, waits: str
) -> None:
    settings = (
        "SELECT CURRENT_SETTING('synchronous_commit'),"
        " CURRENT_SETTING('idle_in_transaction_session_timeout')"
    )
    before = db.one(settings)
    with db.write(full=full):
        assert db.one(settings) == (waits, "10s")

    assert db.one(settings) == before == ("on", "10s")
