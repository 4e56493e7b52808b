"""The tables on a server: made once by whoever comes first, brought up to date, refused to
others."""

import multiprocessing

import pytest

from procs.errors import NewerDatabase, StoreError
from procs.store.database import migrate, open_database
from procs.store.postgresql import migration
from procs.store.postgresql.server_connection import ServerConnection
from procs.store.postgresql.server_session import connect
from procs.store.sqlite.schema import STEPS, VERSION
from tests import postgresql_server
from tests.contract.conftest import Desk
from tests.contract.place import Place
from tests.contract.postgresql.aside import Aside

pytestmark = pytest.mark.postgresql
FORK = multiprocessing.get_context("fork")
APPLIED = "SELECT COUNT(*), MIN(applied_at), MAX(applied_at) FROM schema_steps"


def ask(sql: str, place: Place) -> str:
    return postgresql_server.running().answer(sql, place.name)


def arrive(place: Place) -> None:
    migrate(place.url, run=place.run)


def test_of_several_who_migrate_at_once_one_does_it_and_all_find_it_done(empty: Place) -> None:
    with FORK.Pool(4) as pool:
        pool.map(arrive, [empty] * 4, chunksize=1)

    done = ask(APPLIED, empty)
    migrate(empty.url, run=empty.run)
    assert ask(APPLIED, empty) == done
    assert done.startswith(f"{VERSION}|")


@pytest.mark.parametrize(
    "setting",
    [
        "statement_timeout = 20",
        "lock_timeout = 20",
        "default_transaction_isolation = 'repeatable read'",
    ],
)
def test_settings_for_other_programs_end_no_migration_that_waits_for_another(
    empty: Place, setting: str
) -> None:
    ask(f"ALTER DATABASE {empty.name} SET {setting}", empty)
    with connect(empty.url) as first, first.transaction():
        first.execute("SET LOCAL statement_timeout = 0")
        first.execute(migration.ALONE)
        late = FORK.Process(target=arrive, args=(empty,))
        late.start()
        assert until_waiting(empty)
        late.join(0.1)  # longer than those settings allow
        migration.apply(first, empty.url, STEPS)

    late.join()
    assert late.exitcode == 0
    assert ask(APPLIED, empty).startswith(f"{VERSION}|")


def until_waiting(place: Place) -> bool:
    """Whether somebody comes to wait for the one who migrates."""
    waits = "SELECT COUNT(*) FROM pg_locks WHERE NOT granted AND locktype = 'advisory'"
    return any(ask(waits, place) != "0" for _ in range(200))


def test_an_older_database_is_refused_until_the_missing_steps_are_done(empty: Place) -> None:
    migration.migrate(empty.url, run=empty.run, steps=STEPS[:-2])
    with pytest.raises(StoreError, match="chapar up"):
        open_database(empty.url, run=empty.run)

    migrate(empty.url, run=empty.run)

    open_database(empty.url, run=empty.run).close()


def test_a_step_that_fails_leaves_nothing_behind(empty: Place) -> None:
    steps = (*STEPS[:3], ("wrong", "CREATE TABLE half (a INTEGER);\nSELECT 1 / 0;"))
    with pytest.raises(Exception, match="division by zero"):
        migration.migrate(empty.url, run=empty.run, steps=steps)

    assert ask("SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'", empty) == "0"


def test_a_newer_database_is_refused_and_left_alone(place: Place) -> None:
    ask("INSERT INTO schema_steps (name, applied_at) VALUES ('of tomorrow', 1)", place)

    for act in (migrate, open_database):
        with pytest.raises(NewerDatabase, match=rf"newer Chapar.*{VERSION + 1}"):
            act(place.url, run=place.run)


#: What a later version may add without a word to those before it, and what it may not.
ADDED = """
-- A comment; with a semicolon.
CREATE TABLE tomorrow (id INTEGER PRIMARY KEY, key TEXT NOT NULL) STRICT;
CREATE UNIQUE INDEX tomorrow_key ON tomorrow (key);
ALTER TABLE requests ADD COLUMN mood TEXT NOT NULL DEFAULT 'fine';
CREATE INDEX request_mood ON requests (mood) WHERE mood <> 'fine';
"""
CHANGED = (
    "DELETE FROM pauses;",
    "ALTER TABLE pauses RENAME COLUMN why TO reason;",
    "CREATE UNIQUE INDEX one_each ON requests (key);",
    f"{ADDED}\nUPDATE requests SET mood = 'better';",
)


def test_machines_of_the_version_before_work_on_beside_a_step_that_only_adds(
    db: ServerConnection, desk: Desk, place: Place
) -> None:
    """Their processes lose connections and are recycled, and the machines start again."""
    migration.migrate(place.url, run=place.run, steps=(*STEPS, ("of tomorrow", ADDED)))

    ask(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        f" AND datname = '{place.name}'",
        place,
    )
    assert len(desk.asks(1, "a")) == 1
    fresh = open_database(place.url, run=place.run)
    assert fresh.all("SELECT key FROM requests") == [("url:a",)]
    fresh.close()
    migrate(place.url, run=place.run)

    assert ask("SELECT mood FROM requests", place) == "fine"
    assert ask(APPLIED, place).startswith(f"{VERSION + 1}|")


@pytest.mark.parametrize("script", CHANGED)
def test_a_step_that_does_more_than_add_shuts_older_machines_out(place: Place, script: str) -> None:
    migration.migrate(place.url, run=place.run, steps=(*STEPS, ("of tomorrow", script)))

    for act in (migrate, open_database):
        with pytest.raises(NewerDatabase, match="newer Chapar"):
            act(place.url, run=place.run)


def test_steps_of_a_version_that_noted_nothing_are_known(place: Place) -> None:
    ask("ALTER TABLE schema_steps DROP COLUMN readers", place)

    open_database(place.url, run=place.run).close()
    migrate(place.url, run=place.run)
    migration.migrate(place.url, run=place.run, steps=(*STEPS, ("of tomorrow", ADDED)))

    open_database(place.url, run=place.run).close()


def test_a_database_of_another_program_is_refused_and_left_alone(empty: Place) -> None:
    ask("CREATE TABLE theirs (a INT)", empty)

    with pytest.raises(StoreError, match="of another program"):
        migrate(empty.url, run=empty.run)

    assert ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", empty) == "theirs"


def test_a_database_that_cannot_hold_every_text_is_refused(empty: Place) -> None:
    empty.remove()
    postgresql_server.running().answer(
        f"CREATE DATABASE {empty.name} ENCODING LATIN1 TEMPLATE template0"
    )

    with pytest.raises(StoreError, match="LATIN1.*--encoding=UTF8"):
        migrate(empty.url, run=empty.run)


def test_the_views_for_people_tell_instants_as_text(place: Place) -> None:
    ask("INSERT INTO pauses (scope, since, why) VALUES ('all', 1790000000.5, '')", place)

    assert ask("SELECT began FROM readable_pauses", place) == "2026-09-21 14:13:20"


def test_a_machine_that_starts_gets_in_no_deadlock_with_one_that_works(
    db: ServerConnection, desk: Desk, place: Place
) -> None:
    """It migrated for nothing, and held the tables when it came to the gate of the writers."""
    (asked,) = desk.asks(1, "a")
    with db.write(only=()):
        assert db.all("SELECT 1") == [(1,)]
        other = Aside(place, lambda _: migrate(place.url, run=place.run))
        assert other.waits(db)
        db.change("UPDATE jobs SET stop = 0 WHERE id = :job", {"job": asked.job})

    other.end()
    assert other.error is None
