"""Two transactions that wait for each other: the server undoes one, and it is done again."""

from collections.abc import Iterator

import pytest

from procs.errors import StoreAway
from procs.store.database import Database
from procs.store.postgresql.server_connection import ServerConnection
from tests import postgresql_server
from tests.contract.place import Place
from tests.contract.postgresql.aside import Aside

pytestmark = pytest.mark.postgresql
PUT = "INSERT INTO waits (scope, until) VALUES (:scope, 0)"
MORE = "UPDATE waits SET until = until + 1 WHERE scope = :scope"
SUMS = "SELECT scope, until FROM waits ORDER BY scope"
#: A server that lets updates of these numbers collide; it counts outside of transactions.
ANSWERS = """
CREATE SEQUENCE asked;
CREATE FUNCTION answer() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE number BIGINT = NEXTVAL('asked');
BEGIN
    IF number BETWEEN {first} AND {last} THEN
        RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER answers BEFORE UPDATE ON waits FOR EACH ROW EXECUTE FUNCTION answer();
"""


@pytest.fixture
def other(place: Place) -> Iterator[Database]:
    other = place.open()
    yield other
    other.close()


def put_both(db: Database) -> None:
    with db.write():
        db.change_many(PUT, [{"scope": "a"}, {"scope": "b"}])


@pytest.mark.parametrize("full", [False, True])
def test_two_that_wait_for_each_other_at_their_commits_both_come_through(
    db: ServerConnection, place: Place, other: Database, full: bool
) -> None:
    """What is changed last goes with the commit, and so it is there that they collide."""
    put_both(db)

    def backwards(db: Database) -> None:
        with db.write(only=(), full=full):
            db.change(MORE, {"scope": "b"})
            db.send(MORE, {"scope": "a"})

    with db.write(only=(), full=full):
        db.change(MORE, {"scope": "a"})
        late = Aside(place, backwards)
        assert late.waits(other, "transactionid")
        db.send(MORE, {"scope": "b"})

    late.end()
    assert late.error is None
    assert db.all(SUMS) == [("a", 2.0), ("b", 2.0)]


def collide(place: Place, first: int, last: int) -> None:
    postgresql_server.running().answer(ANSWERS.format(first=first, last=last), place.name)


def raise_both(db: Database) -> None:
    with db.write(only=()):
        db.change(MORE, {"scope": "a"})
        db.change(MORE, {"scope": "b"})


def test_one_that_collides_again_while_it_is_done_again_comes_through(
    db: ServerConnection, place: Place
) -> None:
    put_both(db)
    collide(place, 2, 3)

    raise_both(db)

    assert db.all(SUMS) == [("a", 1.0), ("b", 1.0)]


def test_one_that_collides_each_time_is_told_so_with_nothing_changed(
    db: ServerConnection, place: Place
) -> None:
    put_both(db)
    collide(place, 2, 99)

    with pytest.raises(StoreAway, match="undone"):
        raise_both(db)

    assert db.all(SUMS) == [("a", 0.0), ("b", 0.0)]
