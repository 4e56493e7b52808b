"""What a server does to us: a connection that ends, a full disk, a standby. Each is one sentence
with its fix, nothing is changed, and the next statement works."""

from collections.abc import Callable

import pytest

from procs.errors import StoreError, StoreFull
from procs.store.database import Database, open_database
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


def test_a_connection_that_ends_inside_of_a_transaction_undoes_it_whole(
    db: Database, place: Place
) -> None:
    with pytest.raises(StoreError, match="ended the connection"):
        put_two(db, lambda: end_connections(place))

    assert db.all(SCOPES) == []
    put(db, "c")
    assert db.all(SCOPES) == [("c",)]


def test_a_commit_that_the_server_never_answered_is_no_success(db: Database, place: Place) -> None:
    with pytest.raises(StoreError, match="ended the connection"):
        put_one(db, lambda: end_connections(place))

    assert db.all(SCOPES) == []


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
    ("setting", "fix"),
    [
        ("default_transaction_read_only = on", "name the primary"),
        ("statement_timeout = 1", "statement_timeout"),
    ],
)
def test_a_setting_of_the_server_that_stops_writers_is_named(
    db: Database, place: Place, setting: str, fix: str
) -> None:
    ask(f"ALTER DATABASE {place.name} SET {setting}", place)
    end_connections(place)

    with pytest.raises(StoreError, match=fix):
        put_one(db, lambda: db.one("SELECT PG_SLEEP(0.05)"))


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

    assert db.one(settings) == before == ("on", "0")
