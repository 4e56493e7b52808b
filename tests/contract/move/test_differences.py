"""One byte that differs after a move, and one change since then, are found without luck."""

import pytest

from procs.store.database import Database
from procs.store.jobs import pause_control
from procs.store.move import figures
from procs.store.move.table_layout import layouts
from tests.contract.conftest import Clock, Desk
from tests.contract.move.test_store_move import database_kind, day, ended, opened, silent, to
from tests.contract.place import Place

__all__ = ["database_kind", "to"]
pytestmark = pytest.mark.postgresql
UPLOAD = """
INSERT INTO uploads (job, place, upload, parts, size, at) VALUES (1, 0, 7, :bytes, 9, 1)
"""


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
        "INSERT INTO audit (mark, at, admin, action, subject, was, became)"
        " VALUES ('x', 1, 1, 'set', 'x', '', '1')",
        "INSERT INTO pauses (scope, since, why) VALUES ('all', 1, '')",
    ],
)
def test_what_people_changed_since_a_move_is_seen_before_an_undo(
    db: Database, place: Place, to: Place, clock: Clock, change: str
) -> None:
    day(Desk(db, clock), 1)
    with opened(place, to) as move:
        move.copy(silent)
        before = figures.of_people(db)
        new = ended(move, to)
        assert figures.of_people(new) == before

        with new.write():
            new.change(change)

        assert figures.of_people(new) != before
        new.close()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("DELETE FROM pauses", "pauses: the row site:a is missing"),
        (
            "UPDATE pauses SET why = 'b'",
            "pauses: the row site:a is another one",
        ),
    ],
)
def test_a_row_that_differs_is_told_by_its_key(
    db: Database, place: Place, to: Place, clock: Clock, change: str, says: str
) -> None:
    pause_control.pause(db, "site:a", why="a", now=clock.now())
    (table,) = (one for one in layouts() if one.name == "pauses")
    with opened(place, to) as move:
        move.copy(silent)
        with move.new.write():
            move.new.change(change)

        (found,) = figures.different_rows(move.old, move.new, table)
    assert found.removesuffix(" in the new database") == says
