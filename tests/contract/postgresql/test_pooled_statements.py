"""A pooler (pgbouncer) that keeps prepared statements, one that keeps none, and a paused one."""

import asyncio
import time
from contextlib import closing

import psycopg
import pytest

from procs.errors import StoreAway
from procs.store.database import Database, frozen, migrate, open_database
from procs.store.postgresql import pooler as pooler_module
from procs.store.server_absence import until_back
from tests import pgbouncer
from tests.contract.place import Place
from tests.contract.postgresql.test_pooler import PUT, put, scopes, undone
from tests.pgbouncer import Pooler

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.skipif(pgbouncer.PROGRAM is None, reason="no pgbouncer is installed"),
]
NEVER_RUN = "SELECT 2"
#: What a pooler that keeps statements calls them.
KEPT = "PGBOUNCER_"
keeper = pytest.mark.skipif(
    pgbouncer.PROGRAM is None or not pgbouncer.keeps_statements(),
    reason="this pgbouncer keeps no prepared statements",
)


@keeper
def test_statements_stay_prepared_where_the_pooler_keeps_them(pooled: Database) -> None:
    put(pooled, "a", "b")
    with pytest.raises(ZeroDivisionError):
        undone(pooled)
    with pytest.raises(psycopg.errors.DivisionByZero):
        failed_between(pooled)
    assert pooled.one(NEVER_RUN) == (2,)
    put(pooled, "c")

    assert scopes(pooled) == ["a", "b", "c"]
    assert [n for n in prepared(pooled) if n.startswith(KEPT)] == prepared(pooled) != []


def failed_between(db: Database) -> None:
    """What stands behind the failure is prepared in the same message, and is not."""
    with db.write():
        db.send(PUT, {"scope": "undone"})
        db.send("UPDATE waits SET until = until / 0", {})
        db.one(NEVER_RUN)


def test_nothing_stays_prepared_where_the_pooler_keeps_none(
    place: Place, transactions: Pooler
) -> None:
    transactions.kept = 0
    transactions.become("transaction")
    transactions.told("SHOW VERSION")  # it has read that by now
    with closing(open_database(transactions.url_of(place.name), run=place.run)) as db:
        put(db, "a", "b")
        assert (scopes(db), prepared(db)) == (["a", "b"], [])


@keeper
@pytest.mark.parametrize("full", [True, False])
def test_a_pooler_may_be_told_to_keep_no_statements_meanwhile(
    transactions: Pooler, pooled: Database, full: bool
) -> None:
    put(pooled, "a", full=full)
    transactions.kept = 0
    transactions.become("transaction")
    transactions.told("SHOW VERSION")
    put(pooled, "b", full=full)

    assert scopes(pooled) == ["a", "b"]


def prepared(db: Database) -> list[str]:
    """What the next session of the server has."""
    return [str(name) for (name,) in db.all("SELECT name FROM pg_prepared_statements")]


def test_a_pooler_that_is_paused_is_away_until_it_goes_on(
    transactions: Pooler, pooled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(pooled, "a")
    monkeypatch.setattr(pooler_module, "PATIENCE", 0.3)
    transactions.told("PAUSE")
    began = time.monotonic()
    with pytest.raises(StoreAway):
        put(pooled, "lost")
    assert time.monotonic() - began < 5
    transactions.told("RESUME")
    asyncio.run(until_back("test", lambda: put(pooled, "b")))

    assert scopes(pooled) == ["a", "b"]


@pytest.mark.parametrize("opens", ["store", "migration", "backup"])
def test_whoever_comes_to_a_pooler_that_is_paused_is_told_so_within_seconds(
    place: Place, transactions: Pooler, pooled: Database, monkeypatch, opens: str
) -> None:
    url = transactions.url_of(place.name)
    ways = {
        "store": lambda: open_database(url, run=place.run),
        "migration": lambda: migrate(url, run=place.run),
        "backup": lambda: frozen(url).__enter__(),
    }
    monkeypatch.setattr(pooler_module, "PATIENCE", 0.3)
    transactions.told("PAUSE")
    began = time.monotonic()
    with pytest.raises(StoreAway, match="no answer for .* no pooler is paused"):
        ways[opens]()
    assert time.monotonic() - began < 5
    transactions.told("RESUME")
