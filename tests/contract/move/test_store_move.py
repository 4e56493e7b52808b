"""A whole database goes over to the other kind and back, while it is written in; a move that is
ended anywhere goes on, and the old database stays whole."""

import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest

from procs.core.clock import Now
from procs.errors import StoreError
from procs.records.job import Lane, Person
from procs.store.database import Database, migrate, open_database
from procs.store.health import workers
from procs.store.jobs import leases, outcomes
from procs.store.machines import machine_rows
from procs.store.move import change_notes, figures, store_move, table_copy
from procs.store.move.store_move import StoreMove
from procs.store.move.table_layout import TableLayout, layouts
from procs.store.people import users
from tests import postgresql_server
from tests.contract.conftest import Clock, Desk
from tests.contract.place import FAST, Place

pytestmark = pytest.mark.postgresql
#: An act of an admin.
ACT = """
INSERT INTO audit (mark, at, admin, action, subject, was, became)
VALUES ('m', :now, 5, 'cap', '1', '2', '3')
"""
OTHER = {"sqlite": "postgresql", "postgresql": "sqlite"}


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """From which kind the move goes."""
    return str(request.param)


@pytest.fixture
def to(database_kind: str) -> Iterator[Place]:
    """Where it goes: a database without tables, or a file that is not there."""
    with tempfile.TemporaryDirectory(prefix="ch-", dir=FAST) as folder:
        place = Place(Path(folder), OTHER[database_kind])
        if place.kind == "postgresql":
            postgresql_server.running().answer(f"CREATE DATABASE {place.name}")
        yield place
        place.remove()


def silent(_: str) -> None:
    """Nobody reads what the steps say."""


def opened(place: Place, to: Place, left: object = None) -> AbstractContextManager[StoreMove]:
    scratch = to.folder / "moving"
    return store_move.opened(place.url, to.url, run=place.run, scratch=scratch, left=left)


def day(desk: Desk, user: int) -> None:
    """People ask, workers fetch, deliver and fail; titles have whatever titles have."""
    worker = desk.worker(f"w{user:02d}-1")
    for n in range(6):
        desk.asks(user, f"{user}-{n}", "shared", "سلام \0 🎬 'quoted'")
    for lease in desk.claim(worker, room=2):
        media = desk.media(lease.link.key)
        facts = {"keys": {lease.link.key}, "now": desk.clock.now()}
        outcomes.finish_download(desk.db, lease, media, **facts)
    for lease in desk.claim(worker, lane=Lane.LIGHT, room=1):
        leases.release(desk.db, lease, now=desk.clock.now())
    for lease in desk.claim(worker):
        outcomes.fail(desk.db, lease, error="gone", say="failed-gone", now=desk.clock.now())


def ended(move: StoreMove, to: Place) -> Database:
    assert move.end(silent) == []
    move.hand_over()
    move.forget()
    return open_database(to.url, run=to.run)


def test_everything_arrives_whatever_changes_meanwhile(
    db: Database, place: Place, to: Place, clock: Clock
) -> None:
    desk = Desk(db, clock)
    day(desk, 1)
    with opened(place, to) as move:
        move.copy(silent)
        day(desk, 2)
        move.catch_up(silent)
        day(desk, 3)
        with db.write():
            db.change("DELETE FROM users WHERE id = 2")
        new = ended(move, to)

        after = Desk(new, clock)
        after.messages = desk.messages
        assert len({*(one.job for one in after.asks(9, "new"))} - {0}) == 1
        assert not db.one("SELECT 1 FROM requests WHERE user_id = 9")
        new.close()
    with pytest.raises(Exception, match="move_changes"):
        db.all("SELECT * FROM move_changes")


def test_what_refers_to_a_row_that_came_after_its_table_was_copied_arrives_with_it(
    db: Database, place: Place, to: Place, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a large database is copied, people get media all the time: a move broke off at that."""
    desk = Desk(db, clock)
    with opened(place, to) as move:
        copy_table = move.copy_table

        def copies(table: TableLayout) -> int:
            if table.parents:
                day(desk, 1 + desk.messages)
            return copy_table(table)

        monkeypatch.setattr(move, "copy_table", copies)
        move.copy(silent)
        move.catch_up(silent)
        new = ended(move, to)

    with pytest.raises(Exception, match=r"(?i)foreign key"), new.write():
        new.change("INSERT INTO media_keys (key, variant, media) VALUES ('k', 'best', 99999)")
    new.close()


def test_a_move_that_was_ended_anywhere_goes_on(
    db: Database, place: Place, to: Place, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_copy, "BITE", 3)
    monkeypatch.setattr(store_move, "CATCH_UP", 7)
    desk = Desk(db, clock)
    day(desk, 1)
    steps = 0

    class Ended(Exception):
        """As a kill: nothing after it is done."""

    def until(most: int) -> bool:
        """Go on with the move, and die in its `most`-th transaction. Whether it came to its end."""
        with opened(place, to) as move:
            write, count = move.new.write, iter(range(most))

            def dies(*, full: bool = False) -> AbstractContextManager[None]:
                if next(count, None) is None:
                    raise Ended
                return write(full=full)

            monkeypatch.setattr(move.new, "write", dies)
            move.copy(silent)
            move.catch_up(silent)
            assert move.end(silent) == []
        return True

    while True:
        try:
            if until(2 + steps):
                break
        except Ended:
            steps += 1
            if steps < 4:
                day(desk, 1 + steps)
            if to.kind == "postgresql":
                with pytest.raises(StoreError, match="has not ended"):
                    open_database(to.url, run=to.run)
    assert steps > 4


def test_a_move_that_was_killed_at_its_switch_goes_on(
    db: Database, place: Place, to: Place, clock: Clock
) -> None:
    """The new database counts as whole by then, and no process ever came to it."""
    desk = Desk(db, clock)
    day(desk, 1)
    with opened(place, to) as move:
        move.copy(silent)
        assert move.end(silent) == []
        left = figures.of_people(move.old)
        move.hand_over()
    with pytest.raises(StoreError, match="in use already|is there already"), opened(place, to):
        pass
    day(desk, 2)

    with opened(place, to, left) as move:
        move.copy(silent)
        left = figures.of_people(move.old)
        ended(move, to).close()
    used = to.open()
    day(Desk(used, clock), 3)
    used.close()

    refused = pytest.raises(StoreError, match="in use already|is there already")
    with refused, opened(place, to, left):
        pass


def test_what_is_about_machines_stays_behind_with_the_server(
    db: Database, place: Place, to: Place, clock: Clock
) -> None:
    """A file belongs to one machine: their rows would be shown as machines that are up for ever,
    since instants of the server's clock are far in the future of its own."""
    facts = {"boot": "b", "home": "/c", "roles": "worker", "slots": 2, "version": "1"}
    machine_rows.beat(db, "m2", **facts, now=clock.now())
    with opened(place, to) as move:
        move.copy(silent)
        new = ended(move, to)

    assert len(machine_rows.listed(new)) == (to.kind == "postgresql")
    new.close()


def test_a_database_that_people_use_is_nobodys_new_one(
    db: Database, place: Place, clock: Clock
) -> None:
    with tempfile.TemporaryDirectory(prefix="ch-", dir=FAST) as folder:
        other = Place(Path(folder), OTHER[place.kind]).make()
        used = other.open()
        Desk(used, clock).asks(1, "a")
        used.close()
        refused = pytest.raises(StoreError, match="in use already|is there already")
        with refused, opened(place, other):
            pass
        other.remove()


@pytest.mark.parametrize("used", ["person", "machine"])
def test_a_database_in_which_nobody_asked_yet_is_in_use_too(
    db: Database, place: Place, to: Place, clock: Clock, used: str
) -> None:
    if to.kind == "sqlite":
        pytest.skip("a file that is there is refused whatever is in it")
    migrate(to.url, run=to.run)
    with closing(to.open()) as new:
        now = Now(clock.now().wall, float(new.time() or 0))
        if used == "person":
            users.remember(new, Person(1, "fa", "Ann"), now=now)
        else:
            facts = {"boot": "b", "home": "/c", "roles": "worker", "slots": 2, "version": "1"}
            machine_rows.beat(new, "m7", **facts, now=now)
    server = postgresql_server.running()
    server.answer("DROP TABLE waits; DELETE FROM schema_steps", to.name)
    with pytest.raises(StoreError, match="people|m7 works"), opened(place, to):
        pass
    assert server.answer("SELECT COUNT(*) FROM schema_steps", to.name) == "0"


def test_what_differs_is_named(db: Database, place: Place, to: Place, clock: Clock) -> None:
    day(Desk(db, clock), 1)
    with opened(place, to) as move:
        move.copy(silent)
        with move.new.write():
            move.new.change("UPDATE jobs SET payload = payload || ' ' WHERE id = 1")
            move.new.change("DELETE FROM users WHERE id = 1")

        wrong = move.end(silent)

    assert [one.partition(":")[0] for one in wrong] == ["jobs", "users"]


def test_every_table_is_moved() -> None:
    assert {"jobs", "requests", "media", "departures"} <= {one.name for one in layouts()}
    order = [one.name for one in layouts()]
    assert order.index("media") < order.index("media_keys")
    assert change_notes.WAYS.keys() == {"insert", "update", "delete"}


def test_an_undo_would_lose_what_anybody_said_and_nothing_that_runs_by_itself(
    db: Database, clock: Clock
) -> None:
    desk = Desk(db, clock)
    desk.asks(1, "a")
    before = figures.of_people(db)
    worker = desk.worker()
    desk.claim(worker)
    workers.beat(db, worker, jobs=1, now=clock.now())
    by_itself = figures.of_people(db)
    clock.skip(60)
    users.remember(db, Person(1, "fa", "user 1"), now=clock.now())
    said = figures.of_people(db)
    with db.write():
        db.change(ACT, {"now": clock.now().wall})

    assert by_itself == before
    assert said != before
    assert figures.of_people(db) != said
