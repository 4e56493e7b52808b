"""A pooler (pgbouncer) before the server: whatever its mode, all holds as on the server itself, but
that in transaction mode other machines wake nobody through it."""

import threading
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest

from procs.errors import StoreAway, StoreError
from procs.store.database import Database, frozen, migrate, open_database
from procs.store.postgresql import pooler as pooler_module
from procs.store.postgresql.migration import beside
from procs.store.postgresql.server_channel import ServerChannel
from procs.store.postgresql.server_session import connect
from tests import pgbouncer, postgresql_server
from tests.contract.place import Place
from tests.contract.postgresql.test_lineage import BEHIND, pair
from tests.pgbouncer import Pooler

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.skipif(pgbouncer.PROGRAM is None, reason="no pgbouncer is installed"),
]
__all__ = ["pair"]
PUT = "INSERT INTO waits (scope, until) VALUES (:scope, 1)"
ADD = "UPDATE waits SET until = until + 1 WHERE scope = 'a'"
LATER = "UPDATE waits SET until = 2 WHERE scope = 'a'"
FORGET = "DELETE FROM waits WHERE scope = 'b'"
SUM = "SELECT SUM(until) FROM waits"
SET = "SELECT CURRENT_SETTING('statement_timeout'), CURRENT_SETTING('enable_seqscan')"
#: Several connections at once, and transactions of each.
MANY, EACH = 6, 30


@pytest.fixture(params=["transaction", "session"])
def pooler(request: pytest.FixtureRequest) -> Iterator[Pooler]:
    with pgbouncer.opened(request.param) as pooler:
        yield pooler


def put(db: Database, *scopes: str, full: bool = True) -> None:
    for scope in scopes:
        with db.write(full=full):
            db.change(PUT, {"scope": scope})


def scopes(db: Database) -> list[str]:
    return [str(scope) for (scope,) in db.all("SELECT scope FROM waits ORDER BY scope")]


def test_what_is_committed_through_a_pooler_is_there(place: Place, pooler: Pooler) -> None:
    with closing(open_database(pooler.url_of(place.name), run=place.run)) as db:
        put(db, "a", "b")
        put(db, "c", full=False)
        with db.write():
            db.fill("waits", ("scope", "until"), [("d", 1.0), ("e", 1.0)])
        with pytest.raises(ZeroDivisionError):
            undone(db)

        assert scopes(db) == ["a", "b", "c", "d", "e"]


def undone(db: Database) -> None:
    with db.write():
        db.change(PUT, {"scope": "undone"})
        raise ZeroDivisionError


def test_tables_are_made_and_brought_up_to_date_through_a_pooler(
    empty: Place, transactions: Pooler
) -> None:
    url = transactions.url_of(empty.name)
    for _ in range(2):
        migrate(url, run=empty.run)

    with closing(open_database(url, run=empty.run)) as db:
        put(db, "a")
        assert scopes(db) == ["a"]


def test_many_at_once_see_what_each_other_committed(place: Place, transactions: Pooler) -> None:
    """More connections than sessions, whose transactions each go to another one."""
    url = transactions.url_of(place.name)
    with closing(open_database(url, run=place.run)) as db:
        put(db, "a")
        others = [threading.Thread(target=count_up, args=(place, url)) for _ in range(MANY)]
        for one in others:
            one.start()
        for one in others:
            one.join()

        assert db.one(SUM) == (1 + MANY * EACH,)


def count_up(place: Place, url: str) -> None:
    with closing(open_database(url, run=place.run)) as db:
        for number in range(EACH):
            with db.write(full=bool(number % 2)):
                before = db.one(SUM)
                db.change(ADD)
                assert db.one(SUM) == (int((before or (0,))[0]) + 1,)


def test_each_transaction_goes_by_our_settings_and_leaves_none_behind(
    place: Place, transactions: Pooler, pooled: Database
) -> None:
    with pooled.write():
        assert pooled.one(SET) == ("1min", "off")
    assert pooled.one(SET) == ("1min", "off")

    with psycopg.connect(transactions.url_of(place.name), autocommit=True) as other:
        assert other.execute(SET, prepare=False).fetchone() == ("0", "on")


def test_isolation_is_ours_whatever_the_operator_set(place: Place, transactions: Pooler) -> None:
    """Under another one a statement behind the gate sees what was before it."""
    name, isolation = place.name, "default_transaction_isolation TO 'repeatable read'"
    postgresql_server.running().answer(f'ALTER DATABASE "{name}" SET {isolation}')
    with closing(open_database(transactions.url_of(name), run=place.run)) as db, db.write():
        assert db.one("SHOW transaction_isolation") == ("read committed",)


def test_isolation_is_ours_in_a_transaction_of_one_message(
    place: Place, transactions: Pooler
) -> None:
    name, isolation = place.name, "default_transaction_isolation TO 'repeatable read'"
    postgresql_server.running().answer(f'ALTER DATABASE "{name}" SET {isolation}')
    with closing(open_database(transactions.url_of(name), run=place.run)) as db:
        put(db, "a")
        with db.write(full=True, only=("user 1",)):
            db.fence(LATER, FORGET, {}, ZeroDivisionError())
            found = db.take("", len, "SELECT CURRENT_SETTING('transaction_isolation')", {}, list)
        assert found() == [("read committed",)]
        assert db.all("SELECT scope, until FROM waits") == [("a", 2.0)]


def test_a_pooler_may_go_from_sessions_to_transactions_meanwhile(place: Place) -> None:
    with pgbouncer.opened("session") as pooler:
        url = pooler.url_of(place.name)
        both = [open_database(url, run=place.run) for _ in range(2)]
        for name, db in zip("ab", both, strict=True):
            put(db, name)
        pooler.become("transaction")
        for name, db in zip("cd", both, strict=True):
            put(db, name)
        for db in both:
            assert scopes(db) == ["a", "b", "c", "d"]
            db.close()


@pytest.mark.parametrize("full", [True, False])
def test_a_pooler_that_was_restarted_is_used_again(
    transactions: Pooler, pooled: Database, full: bool
) -> None:
    put(pooled, "a")
    transactions.stop()
    transactions.start()
    put(pooled, "b", full=full)

    assert scopes(pooled) == ["a", "b"]


def test_a_transaction_goes_on_where_its_session_of_the_server_was_ended(
    place: Place, pooled: Database
) -> None:
    with pooled.write(full=True):
        pooled.change(PUT, {"scope": "a"})
        postgresql_server.running().answer(
            f"SELECT PG_TERMINATE_BACKEND(pid) FROM pg_stat_activity WHERE datname = '{place.name}'"
        )
        pooled.change(PUT, {"scope": "b"})

    assert scopes(pooled) == ["a", "b"]


def test_a_wait_for_a_lock_is_no_silence_of_the_pooler(
    place: Place, pooled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pooler_module, "PATIENCE", 0.3)
    session = vars(pooled)["session"]
    with closing(open_database(postgresql_server.url_of(place.name), run=place.run)) as other:
        with other.write():
            other.change(PUT, {"scope": "a"})
            waiting = threading.Thread(target=lambda: put(pooled, "b"))
            waiting.start()
            waiting.join(1.0)
            assert waiting.is_alive()
        waiting.join()
    assert scopes(pooled) == ["a", "b"]
    assert vars(pooled)["session"] is session


def test_a_backup_is_read_through_a_pooler_and_a_restore_wants_the_server(
    place: Place, transactions: Pooler, pooled: Database
) -> None:
    put(pooled, "a")
    url = transactions.url_of(place.name)
    with frozen(url) as copy:
        before = copy.all("SELECT scope FROM waits")
        put(pooled, "b")
        assert copy.all("SELECT scope FROM waits") == before == [("a",)]
    pooled.close()
    with pytest.raises(StoreError, match="CHAPAR_DATABASE_DIRECT_URL"):
        connect(beside(url))


@pytest.mark.long
def test_another_server_behind_the_pooler_is_another_history(
    pair: tuple[postgresql_server.Server, postgresql_server.Server], place: Place
) -> None:
    """No connection is lost by that."""
    primary, standby = pair
    primary.answer("CREATE DATABASE story")
    with pgbouncer.opened("transaction", primary.folder) as pooler:
        url = pooler.url_of("story")
        migrate(url, run=place.run)
        with closing(open_database(url, run=place.run)) as db:
            put(db, "a")
            before, session = db.lineage(), vars(db)["session"]
            assert any(primary.answer(BEHIND) == "1" for _ in range(500))
            pooler.told("PAUSE")
            primary.stop()
            standby.promote()
            pooler.server = standby.folder
            pooler.become("transaction")
            pooler.told("RESUME")

            assert db.lineage() != before
            put(db, "b")
            assert scopes(db) == ["a", "b"]
            assert vars(db)["session"] is session


def test_words_are_said_through_a_pooler_and_heard_past_it(
    place: Place, transactions: Pooler, pooled: Database
) -> None:
    through = ServerChannel(transactions.url_of(place.name))
    past = ServerChannel(transactions.url_of(place.name), postgresql_server.url_of(place.name))
    with closing(through), closing(past):
        assert (through.hears, past.hears) == (False, True)
        past.rest()
        assert through.rest() is not None  # nothing is to be done
        through.say({b"idle 0"})
        assert heard(past) == {b"idle 0"}
        past.say({b"idle 1"})
        assert through.heard() == set()


def place_direct(place: Place) -> str:
    return postgresql_server.url_of(place.name)


def heard(channel: ServerChannel) -> set[bytes]:
    return next(words for _ in range(500) if (words := channel.heard() or look(channel)))


def look(channel: ServerChannel) -> set[bytes]:
    channel.rest()
    return channel.heard()


def test_words_are_heard_through_a_pooler_until_it_gives_no_sessions(place: Place) -> None:
    with pgbouncer.opened("session") as pooler:
        url = pooler.url_of(place.name)
        with closing(ServerChannel(url)) as channel, closing(ServerChannel(url)) as other:
            other.say({b"idle 0"})
            assert heard(channel) == {b"idle 0"}
            pooler.become("transaction")
            with pytest.raises(StoreAway, match="CHAPAR_DATABASE_DIRECT_URL"):
                moved(channel, other)


def moved(*channels: ServerChannel) -> None:
    """Ask until a session of the server serves another one of these than before."""
    for _ in range(200):
        for one in channels:
            one.rest()
