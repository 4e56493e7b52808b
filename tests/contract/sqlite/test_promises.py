"""What `Database` promises, asked of whichever kind is under test."""

import inspect

import pytest

from procs.errors import StoreError
from procs.store import database
from procs.store.database import Database
from tests.contract.place import Place

PUT = "INSERT INTO waits (scope, until) VALUES (:scope, :until)"
LATER = "UPDATE waits SET until = until + :by WHERE until < :most"
PAUSED = "INSERT INTO pauses (scope, since) VALUES (:scope, 1.0)"
FORGET = "DELETE FROM pauses WHERE since < :most"
SCOPES = "SELECT scope FROM waits ORDER BY scope"


def put(db: Database, *scopes: str) -> int:
    with db.write():
        return db.change_many(PUT, [{"scope": scope, "until": 1.0} for scope in scopes])


def put_and_fail(db: Database, scope: str, *, full: bool = False) -> None:
    with db.write(full=full):
        put(db, scope)
        raise ZeroDivisionError


def scopes(db: Database) -> list[str]:
    return [scope for (scope,) in db.all(SCOPES)]


def test_a_connection_has_all_that_is_promised_and_says_it(db: Database) -> None:
    promised = {name: what for name, what in vars(Database).items() if not name.startswith("_")}

    assert [name for name in promised if not hasattr(db, name)] == []
    assert [name for name, what in promised.items() if not inspect.getdoc(what)] == []


def test_rows_are_tuples_in_the_order_asked(db: Database) -> None:
    put(db, "b", "a")

    assert db.all("SELECT scope, until FROM waits ORDER BY scope") == [("a", 1.0), ("b", 1.0)]
    assert db.one("SELECT until, scope FROM waits ORDER BY scope") == (1.0, "a")
    assert db.one("SELECT scope FROM waits WHERE scope = :scope", {"scope": "c"}) is None


def test_a_change_tells_how_many_rows_it_changed(db: Database) -> None:
    assert put(db, "a", "b", "c") == 3
    with db.write():
        assert db.change(LATER, {"by": 1.0, "most": 2.0}) == 3
        assert db.change(LATER, {"by": 1.0, "most": 2.0}) == 0


def test_what_is_sent_is_there_for_the_next_question_and_after_the_commit(db: Database) -> None:
    with db.write():
        db.send(PUT, {"scope": "a", "until": 1.0})
        assert scopes(db) == ["a"]
        db.send(PUT, {"scope": "b", "until": 1.0})

    assert scopes(db) == ["a", "b"]


def test_what_goes_beside_a_change_that_had_to_be_one_is_done(db: Database) -> None:
    put(db, "a")
    with db.write():
        db.send(PAUSED, {"scope": "a"})
        db.fence(LATER, FORGET, {"by": 1.0, "most": 9.0}, ZeroDivisionError())

    assert db.all("SELECT scope, until FROM waits") == [("a", 2.0)]
    assert db.all("SELECT scope FROM pauses") == []


@pytest.mark.parametrize("asked", [False, True])
def test_what_had_to_change_a_row_and_did_not_undoes_the_transaction(
    db: Database, asked: bool
) -> None:
    def send_them() -> None:
        with db.write():
            db.fence(LATER, FORGET, {"by": 1.0, "most": 9.0}, ZeroDivisionError())
            db.send(PUT, {"scope": "a", "until": 1.0})
            if asked:
                scopes(db)

    with pytest.raises(ZeroDivisionError):
        send_them()

    assert scopes(db) == []
    with pytest.raises(StoreError):
        db.send(PUT, {"scope": "a", "until": 1.0})


@pytest.mark.parametrize("many", [False, True])
def test_nothing_is_changed_outside_of_a_transaction(db: Database, many: bool) -> None:
    facts = {"scope": "a", "until": 1.0}
    with pytest.raises(StoreError):
        db.change_many(PUT, [facts]) if many else db.change(PUT, facts)

    assert scopes(db) == []


@pytest.mark.parametrize("full", [False, True])
def test_an_error_undoes_the_transaction_and_the_next_one_begins_anew(
    db: Database, full: bool
) -> None:
    with pytest.raises(ZeroDivisionError):
        put_and_fail(db, "a", full=full)
    put(db, "b")

    assert scopes(db) == ["b"]


def test_a_transaction_inside_of_another_is_committed_by_the_outer_one(
    db: Database, place: Place
) -> None:
    other = place.open()
    with db.write():
        with db.write(full=True):
            put(db, "a")
        assert scopes(other) == []

    assert scopes(other) == ["a"]
    other.close()


def test_what_the_outer_one_catches_of_an_inner_one_undoes_nothing(db: Database) -> None:
    with db.write():
        put(db, "a")
        with pytest.raises(ZeroDivisionError):
            put_and_fail(db, "b")

    assert scopes(db) == ["a", "b"]


def test_a_commit_of_another_connection_is_noticed_once_and_an_own_one_never(
    db: Database, place: Place
) -> None:
    other = place.open()
    assert other.changed()
    assert not other.changed()
    put(other, "mine")
    assert not other.changed()

    put(db, "theirs")

    assert (other.changed(), other.changed()) == (True, False)
    other.close()


def test_there_is_nothing_to_maintain_in_a_new_database(db: Database) -> None:
    assert dict(db.maintain()) == {}


def test_the_locks_of_writers_are_free_while_nobody_writes(db: Database) -> None:
    put(db, "a")

    assert [lock.holder() for lock in db.write_locks()] == [None] * len(db.write_locks())


def test_a_database_of_no_known_kind_is_refused_by_every_way_in(place: Place) -> None:
    for act in (database.open_database, database.migrate):
        with pytest.raises(StoreError, match="nosuchkind"):
            act("nosuchkind://x/y", run=place.run)
    with pytest.raises(StoreError, match="nosuchkind"):
        database.files_of("nosuchkind://x/y")
