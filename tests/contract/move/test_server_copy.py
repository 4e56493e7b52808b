"""A copy of a server's database is of one instant, and whose snapshot that takes is named."""

import threading
from pathlib import Path

import pytest

from procs.errors import StoreError
from procs.store.backups import invariants
from procs.store.database import Database, faults_of, frozen, opened_copy
from procs.store.move import server_copy
from procs.store.postgresql import migration
from procs.store.sqlite.schema import STEPS
from tests.contract.conftest import Clock, Desk
from tests.contract.place import Place

pytestmark = pytest.mark.postgresql
COUNT = "SELECT COUNT(*), MAX(id) FROM requests"


@pytest.fixture
def database_kind() -> str:
    return "postgresql"


def test_a_copy_that_is_taken_while_people_ask_is_of_one_instant(
    db: Database, place: Place, clock: Clock, tmp_path: Path
) -> None:
    Desk(db, clock).asks(1, "first")
    over, counts = threading.Event(), list[int]()

    def ask_on() -> None:
        own = place.open()
        desk = Desk(own, Clock())
        desk.messages = 1
        while not over.is_set():
            desk.asks(2 + desk.messages % 7, f"a{desk.messages}", f"b{desk.messages}", "shared")
            counts.append(desk.messages)
        own.close()

    asker = threading.Thread(target=ask_on)
    asker.start()
    try:
        for number in range(3):
            copy = tmp_path / f"copy{number}.db"
            server_copy.take(place.url, copy, scratch=tmp_path)
            assert faults_of(copy) == []
            with opened_copy(copy) as copied:
                assert invariants.audit(copied) == []
    finally:
        over.set()
        asker.join()
    assert counts[-1] > 3


def test_what_is_frozen_stays_as_it_was_and_names_its_owner(
    db: Database, place: Place, clock: Clock
) -> None:
    desk = Desk(db, clock)
    desk.asks(1, "a")
    with frozen(place.url) as snapshot:
        before = snapshot.all(COUNT)
        desk.asks(1, "b")
        after, (_, who) = snapshot.all(COUNT), db.oldest_snapshot()

    assert (before, after, db.all(COUNT)) == ([(1, 1)], [(1, 1)], [(2, 2)])
    assert who.endswith("of chapar, chapar backup")


def test_what_is_not_the_same_in_the_copy_is_named(
    db: Database, place: Place, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a row could not be held by the file as it is."""
    Desk(db, clock).asks(1, "a", "b")
    monkeypatch.setattr("procs.store.move.table_copy.BITE", 0)

    with pytest.raises(StoreError, match="the copy of the database differs: .*jobs: 2 rows"):
        server_copy.take(place.url, tmp_path / "copy.db", scratch=tmp_path)


def test_a_machine_of_the_version_before_copies_nothing_that_it_does_not_know(
    db: Database, place: Place, tmp_path: Path
) -> None:
    steps = (*STEPS, ("of tomorrow", "ALTER TABLE requests ADD COLUMN mood TEXT;"))
    migration.migrate(place.url, run=place.run, steps=steps)

    with pytest.raises(StoreError, match="another machine runs a newer Chapar"):
        server_copy.take(place.url, tmp_path / "copy.db", scratch=tmp_path)
