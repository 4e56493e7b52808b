"""Notes which rows of a database change while it is copied: by triggers, so that its processes know
nothing of it. The texts of the two kinds stand side by side; nothing else of a move differs."""

import secrets
from collections.abc import Sequence
from typing import Any

from procs.core import codec
from procs.store.database import SERVER, Database, FrozenDatabase
from procs.store.move.table_layout import TableLayout, TableSql

NOTES = """
CREATE TABLE IF NOT EXISTS move_changes
    (number INTEGER PRIMARY KEY AUTOINCREMENT, of_table TEXT NOT NULL, place TEXT NOT NULL)
"""
NOTES_OF_SERVER = """
CREATE TABLE IF NOT EXISTS move_changes
    (number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     of_table TEXT NOT NULL, place TEXT NOT NULL)
"""
FORGET_NOTES = "DROP TABLE IF EXISTS move_changes"
CHANGES = TableSql("""
SELECT number, of_table, place FROM move_changes WHERE number > :after ORDER BY number LIMIT :most
""")
LATEST = TableSql("SELECT COALESCE(MAX(number), 0) FROM move_changes")
THERE = TableSql("SELECT 1 FROM sqlite_schema WHERE name = 'move_changes'")
THERE_AT_SERVER = TableSql("SELECT 1 WHERE TO_REGCLASS('move_changes') IS NOT NULL")
#: Of SQLite, one trigger for each way in which a row changes, and the rows that it is about.
WAYS = {"insert": ("NEW",), "delete": ("OLD",), "update": ("OLD", "NEW")}
TRIGGER = """
CREATE TRIGGER IF NOT EXISTS move_{way}_{table} AFTER {way} ON {table} BEGIN {notes} END
"""
NOTE = TableSql("INSERT INTO move_changes (of_table, place) VALUES ('{table}', json_array({key}));")
FORGET_TRIGGER = "DROP TRIGGER IF EXISTS move_{way}_{table}"
#: Of PostgreSQL, one function for all tables; a trigger gives it the names of the key.
FUNCTION = """
CREATE OR REPLACE FUNCTION move_note() RETURNS TRIGGER LANGUAGE plpgsql AS '
DECLARE named TEXT[] = TG_ARGV;
BEGIN
    IF TG_OP <> ''INSERT'' THEN
        INSERT INTO move_changes (of_table, place)
        SELECT TG_TABLE_NAME, JSONB_AGG(TO_JSONB(OLD) -> one ORDER BY n)
          FROM UNNEST(named) WITH ORDINALITY AS names (one, n);
    END IF;
    IF TG_OP <> ''DELETE'' THEN
        INSERT INTO move_changes (of_table, place)
        SELECT TG_TABLE_NAME, JSONB_AGG(TO_JSONB(NEW) -> one ORDER BY n)
          FROM UNNEST(named) WITH ORDINALITY AS names (one, n);
    END IF;
    RETURN NULL;
END'
"""
TRIGGER_OF_SERVER = """
CREATE OR REPLACE TRIGGER move_note AFTER INSERT OR UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION move_note({key})
"""
FORGET_TRIGGER_OF_SERVER = "DROP TRIGGER IF EXISTS move_note ON {table}"
FORGET_FUNCTION = "DROP FUNCTION IF EXISTS move_note()"

#: The first note: a word by which a copy knows that nothing was left out since it began.
EPOCH = "#epoch"
NOTE_EPOCH = TableSql("INSERT INTO move_changes (of_table, place) VALUES (:epoch, :word)")
EPOCH_WORD = TableSql("SELECT place FROM move_changes WHERE of_table = :epoch")

Key = tuple[Any, ...]


def begin(db: Database, url: str, tables: Sequence[TableLayout]) -> None:
    """Note every change from here on."""
    keyed = [one for one in tables if one.key]
    with db.write(full=True):
        db.change(NOTES_OF_SERVER if url.startswith(SERVER) else NOTES)
        if not db.one(EPOCH_WORD.text, {"epoch": EPOCH}):
            db.change(NOTE_EPOCH.text, {"epoch": EPOCH, "word": secrets.token_hex(8)})
        if url.startswith(SERVER):
            db.change(FUNCTION)
            for one in keyed:
                names = ", ".join(f"'{name}'" for name in one.key)
                db.change(TRIGGER_OF_SERVER.format(table=one.name, key=names))
            return
        for one in keyed:
            for way, rows in WAYS.items():
                notes = "".join(note(one, row) for row in rows)
                db.change(TRIGGER.format(way=way, table=one.name, notes=notes))


def note(table: TableLayout, row: str) -> str:
    """The statement of a trigger that notes the key of a row; `row` is NEW or OLD."""
    key = ", ".join(f"{row}.{name}" for name in table.key)
    return NOTE.about(table=table.name, key=key)


def end(db: Database, url: str, tables: Sequence[TableLayout]) -> None:
    """Note no more, and forget what was noted."""
    with db.write(full=True):
        for one in tables:
            if url.startswith(SERVER):
                db.change(FORGET_TRIGGER_OF_SERVER.format(table=one.name))
                continue
            for way in WAYS:
                db.change(FORGET_TRIGGER.format(way=way, table=one.name))
        if url.startswith(SERVER):
            db.change(FORGET_FUNCTION)
        db.change(FORGET_NOTES)


def noted(db: FrozenDatabase, url: str) -> int | None:
    """How many changes were noted so far; None where none are: no move is under way, or was left
    where it failed."""
    is_there = THERE_AT_SERVER if url.startswith(SERVER) else THERE
    return int(db.all(LATEST.text)[0][0]) if db.all(is_there.text) else None


def epoch(db: Database) -> str:
    """The word of these notes."""
    return str(db.all(EPOCH_WORD.text, {"epoch": EPOCH})[0][0])


def latest(db: Database) -> int:
    """The number of the last note."""
    return int(db.all(LATEST.text)[0][0])


def changes(db: Database, *, after: int, most: int) -> tuple[int, dict[str, list[Key]]]:
    """The keys that changed after a note, by table, each once; and the number of the last."""
    found: dict[str, dict[Key, None]] = {}
    for number, table, place in db.all(CHANGES.text, {"after": after, "most": most}):
        found.setdefault(table, {})[tuple(codec.load(place))] = None
        after = number
    return after, {table: list(keys) for table, keys in found.items()}


def since(db: Database, after: int) -> dict[str, list[Key]]:
    """All keys that changed after a note, by table."""
    return changes(db, after=after, most=latest(db) - after)[1]
