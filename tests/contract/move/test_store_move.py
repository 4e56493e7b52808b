"""A whole database goes over to the other kind and back, while it is written in; a move that is
ended anywhere goes on, and the old database stays whole."""

import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from procs.errors import StoreError
from procs.records.job import Lane
from procs.store.database import Database, open_database
from procs.store.jobs import leases, outcomes
from procs.store.move import change_notes, figures, store_move, table_copy
from procs.store.move.store_move import StoreMove
from procs.store.move.table_layout import layouts
from tests import postgresql_server
from tests.contract.conftest import Clock, Desk
from tests.contract.place import FAST, Place

pytestmark = pytest.mark.postgresql
UPLOAD = """
INSERT INTO uploads (job, place, upload, parts, size, at) VALUES (1, 0, 7, :bytes, 9, 1)
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


def opened(place: Place, to: Place) -> AbstractContextManager[StoreMove]:
    return store_move.opened(place.url, to.url, run=place.run, scratch=to.folder / "moving")


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


def test_what_differs_is_named(db: Database, place: Place, to: Place, clock: Clock) -> None:
    day(Desk(db, clock), 1)
    with opened(place, to) as move:
        move.copy(silent)
        with move.new.write():
            move.new.change("UPDATE jobs SET payload = payload || ' ' WHERE id = 1")
            move.new.change("DELETE FROM users WHERE id = 1")

        wrong = move.end(silent)

    assert [one.partition(":")[0] for one in wrong] == ["jobs", "users"]


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("jobs", "story = 'X' || SUBSTR(story, 2) WHERE id = 2"),
        ("requests", "received_at = received_at + 0.000001 WHERE id = 2"),
        ("users", "nick = name, name = nick WHERE id = 1"),
        ("uploads", "parts = :bytes WHERE job = 1"),
    ],
)
def test_one_byte_that_differs_in_any_row_is_found_without_luck(
    db: Database,
    place: Place,
    to: Place,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    table: str,
    change: str,
) -> None:
    monkeypatch.setattr(figures, "SAMPLES", 0)
    day(Desk(db, clock), 1)
    with db.write():
        db.change("UPDATE users SET name = 'Ann', nick = 'ann'")
        db.change(UPLOAD, {"bytes": b"\x00\x01\xff"})
    with opened(place, to) as move:
        move.copy(silent)
        with move.new.write():
            facts = {"bytes": b"\x00\x02\xff"} if ":bytes" in change else {}
            assert move.new.change(f"UPDATE {table} SET {change}", facts) == 1

        wrong = move.end(silent)

    assert [one.partition(":")[0] for one in wrong] == [table]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE users SET language = language || 'x' WHERE id = 1",
        "INSERT INTO settings (name, value, changed_at) VALUES ('x', '1', 1)",
        "INSERT INTO pauses (scope, since, why) VALUES ('all', 1, '')",
    ],
)
def test_what_people_changed_since_a_move_is_seen_before_an_undo(
    db: Database, place: Place, to: Place, clock: Clock, change: str
) -> None:
    day(Desk(db, clock), 1)
    with opened(place, to) as move:
        move.copy(silent)
        before = store_move.peoples_figures(db)
        new = ended(move, to)
        assert store_move.peoples_figures(new) == before

        with new.write():
            new.change(change)

        assert store_move.peoples_figures(new) != before
        new.close()


def test_every_table_is_moved() -> None:
    assert {"jobs", "requests", "media", "departures"} <= {one.name for one in layouts()}
    order = [one.name for one in layouts()]
    assert order.index("media") < order.index("media_keys")
    assert change_notes.WAYS.keys() == {"insert", "update", "delete"}
