"""Texts of a file that no server holds are told with their rows; once they are corrected the same
move goes on, and the file stays in charge until then."""

import sqlite3
from contextlib import AbstractContextManager, closing

import pytest

from procs.errors import StoreError
from procs.store.database import Database, open_database
from procs.store.move import store_move, table_copy
from procs.store.move.store_move import StoreMove
from tests.contract.place import Place

pytestmark = pytest.mark.postgresql
HOST = "INSERT INTO host_lists VALUES (:host, 1, :reason, 1.0, 5)"
BAN = "INSERT INTO bans VALUES (7, 1.0, NULL, CAST(X'{bytes}' AS TEXT), 5)"
SOURCE = "INSERT INTO sources (key, url, site) VALUES (:key, 'https://site.test/', 'site.test')"
#: Of a list that is not there.
FOLLOW = "INSERT INTO follows (source, person, form, state, since) VALUES (99, 7, 'video', 'on', 1)"
TWINS = r"host_lists: two rows differ only in a character .* \(NUL\): 'a\\x00b'; delete one of them"
NO_UTF8 = r"{}: a text that is no UTF-8 \(row {}\); correct or delete that row, then run the same"


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


def silent(_: str) -> None:
    """Nobody reads what the steps say."""


def put(db: Database, *hosts: str) -> None:
    with db.write():
        for host in hosts:
            db.change(HOST, {"host": host, "reason": "r"})


def by_hand(place: Place, text: str) -> None:
    """As somebody with SQLite's own program."""
    with closing(sqlite3.connect(place.folder / "chapar.db", isolation_level=None)) as file:
        file.execute(text)


def opened(place: Place, empty: Place) -> AbstractContextManager[StoreMove]:
    """A move from the one into the other."""
    scratch = empty.folder / "moving"
    return store_move.opened(place.url, empty.url, run=place.run, scratch=scratch)


def moves(place: Place, empty: Place, meanwhile: str = "") -> list[tuple[str]]:
    """Move from the beginning to the end. The hosts that arrived."""
    with opened(place, empty) as move:
        move.copy(silent)
        if meanwhile:
            by_hand(place, meanwhile)
        move.catch_up(silent)
        assert move.end(silent) == []
        return move.new.all("SELECT host FROM host_lists ORDER BY host")


@pytest.mark.parametrize("bite", [1, 20_000])
@pytest.mark.parametrize("deleted", ["a\0b", "a\ufffdb"])
def test_two_keys_that_would_be_one_are_told_and_one_of_them_arrives(
    db: Database,
    place: Place,
    empty: Place,
    deleted: str,
    bite: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(table_copy, "BITE", bite)
    put(db, "a", "a\0b", "aab", "a\ufffdb", "c\0d")

    with pytest.raises(StoreError, match=TWINS):
        moves(place, empty)
    with db.write():
        db.change("DELETE FROM host_lists WHERE host = :host", {"host": deleted})

    assert moves(place, empty) == [("a",), ("aab",), ("a\ufffdb",), ("c\ufffdd",)]


@pytest.mark.parametrize(("first", "second"), [("a\0b", "a\ufffdb"), ("a\ufffdb", "a\0b")])
def test_so_is_one_that_came_while_the_other_had_been_copied(
    db: Database, place: Place, empty: Place, first: str, second: str
) -> None:
    put(db, first)
    with (
        opened(place, empty) as move,
    ):
        move.copy(silent)
        put(db, second)
        with pytest.raises(StoreError, match=TWINS):
            move.catch_up(silent)
    with db.write():
        db.change("DELETE FROM host_lists WHERE host = :host", {"host": first})

    assert moves(place, empty) == [("a\ufffdb",)]


def test_two_marks_that_would_be_one_are_told_once_all_else_is_there(
    db: Database, place: Place, empty: Place
) -> None:
    put(db, "a")
    with db.write():
        for key in ("a\0b", "a\ufffdb"):
            db.change(SOURCE, {"key": key})

    with pytest.raises(StoreError, match=r"sources: two rows differ in key only in .* \(NUL\)"):
        moves(place, empty)
    by_hand(place, "DELETE FROM sources WHERE INSTR(key, CHAR(0)) > 0")

    assert moves(place, empty) == [("a",)]


def test_a_row_whose_person_was_deleted_by_hand_is_told(
    db: Database, place: Place, empty: Place
) -> None:
    put(db, "a")
    with db.write():
        db.change(SOURCE, {"key": "k"})
    by_hand(place, FOLLOW)

    with pytest.raises(
        StoreError, match=r"follows: the row 1 belongs to sources 99, which is not there; delete"
    ):
        moves(place, empty)
    by_hand(place, "DELETE FROM follows")

    assert moves(place, empty) == [("a",)]


@pytest.mark.parametrize("text", ["FF41", "EDA080"])
def test_a_text_that_is_no_utf8_is_told_by_its_row_and_the_file_goes_on(
    db: Database, place: Place, empty: Place, text: str
) -> None:
    put(db, "a")
    by_hand(place, BAN.format(bytes=text))

    with pytest.raises(StoreError, match=NO_UTF8.format("bans, column reason", "person=7")):
        moves(place, empty)
    put(db, "b")
    by_hand(place, "UPDATE bans SET reason = 'spam'")

    assert moves(place, empty) == [("a",), ("b",)]
    with closing(open_database(place.url, run=place.run)) as old:
        assert old.all("SELECT host FROM host_lists") == [("a",), ("b",)]


@pytest.mark.parametrize("is_late", [False, True])
def test_a_key_that_is_no_utf8_is_told_whenever_it_came(
    db: Database, place: Place, empty: Place, is_late: bool
) -> None:
    broken = "INSERT INTO host_lists VALUES (CAST(X'62FF' AS TEXT), 1, 'r', 1.0, 5)"
    put(db, "a", "z")
    if not is_late:
        by_hand(place, broken)

    for _ in range(2):
        with pytest.raises(
            StoreError, match=NO_UTF8.format("host_lists, column host", r"host='b\\xff'")
        ):
            moves(place, empty, broken if is_late else "")
        is_late = False
    by_hand(place, "DELETE FROM host_lists WHERE host = CAST(X'62FF' AS TEXT)")

    assert moves(place, empty) == [("a",), ("z",)]


def test_a_row_with_such_a_value_that_came_late_is_told_too(
    db: Database, place: Place, empty: Place
) -> None:
    with pytest.raises(StoreError, match=NO_UTF8.format("bans, column reason", "person=7")):
        moves(place, empty, BAN.format(bytes="FF"))


def test_whoever_reads_such_a_text_is_told_its_column_and_not_the_text(
    db: Database, place: Place
) -> None:
    by_hand(place, BAN.format(bytes="536563726574FF"))

    with pytest.raises(StoreError, match=r"no UTF-8 \(column reason\)") as told:
        db.all("SELECT reason FROM bans")

    assert "Secret" not in str(told.value)
