"""Reads and writes the rows of any table by its key: in bites, so that a copy that was ended goes
on where it was."""

from collections.abc import Iterable, Sequence
from typing import Any

from procs.core import codec
from procs.store.database import Database, FrozenDatabase, Row
from procs.store.move.table_layout import TableLayout, TableSql

#: Rows of one bite, and of one transaction on the other side.
BITE = 20_000
ROWS = TableSql("SELECT {columns} FROM {table} ORDER BY {key} LIMIT :most")
ROWS_AFTER = TableSql(
    "SELECT {columns} FROM {table} WHERE ({key}) > ({values}) ORDER BY {key} LIMIT :most"
)
ALL_ROWS = TableSql("SELECT {columns} FROM {table}")
ROW = TableSql("SELECT {columns} FROM {table} WHERE {condition}")
EMPTY = TableSql("DELETE FROM {table}")
DROP = TableSql("DELETE FROM {table} WHERE {condition}")
UPSERT = TableSql("INSERT INTO {table} ({columns}) VALUES ({values}) ON CONFLICT ({key}) DO {deed}")
KEYS = TableSql("SELECT {key} FROM {table} ORDER BY RANDOM() LIMIT :most")

Key = tuple[Any, ...]


def fill_in(text: TableSql, table: TableLayout, **more: str) -> str:
    """A statement of any table with this one's name, columns and key filled in."""
    names = {"table": table.name, "columns": ", ".join(table.columns), "key": ", ".join(table.key)}
    return text.about(**names, **more)


def condition(table: TableLayout) -> str:
    """The condition that finds one row by the table's key."""
    return " AND ".join(f"{name} = :{name}" for name in table.key)


def facts(table: TableLayout, key: Key) -> dict[str, Any]:
    """The parameters of `condition` for one key."""
    return dict(zip(table.key, key, strict=True))


def bite(db: FrozenDatabase, table: TableLayout, after: Key | None) -> list[Row]:
    """The next rows in the order of the key; all of a table without one."""
    if not table.key:
        return db.all(fill_in(ALL_ROWS, table))
    if after is None:
        return db.all(fill_in(ROWS, table), {"most": BITE})
    values = ", ".join(f":{name}" for name in table.key)
    given = {"most": BITE, **facts(table, after)}
    return db.all(fill_in(ROWS_AFTER, table, values=values), given)


def rows_of(db: Database, table: TableLayout, keys: Iterable[Key]) -> list[Row]:
    """The rows of these keys that are there."""
    text = fill_in(ROW, table, condition=condition(table))
    found = (db.one(text, facts(table, key)) for key in keys)
    return [row for row in found if row is not None]


def some_keys(db: Database, table: TableLayout, most: int) -> list[Key]:
    """Random keys of a table."""
    return db.all(fill_in(KEYS, table), {"most": most})


def empty(db: Database, tables: Sequence[TableLayout]) -> None:
    """Delete everything, those first that refer to others; inside of a transaction."""
    for table in reversed(tables):
        db.change(fill_in(EMPTY, table))


def drop(db: Database, table: TableLayout, keys: Sequence[Key]) -> None:
    """Delete these rows; inside of a transaction."""
    text = fill_in(DROP, table, condition=condition(table))
    db.change_many(text, [facts(table, key) for key in keys])


def put(db: Database, table: TableLayout, rows: Sequence[Row]) -> None:
    """Insert these rows, or give those that are there these values; inside of a transaction."""
    others = [name for name in table.columns if name not in table.key]
    deed = f"UPDATE SET {', '.join(f'{one} = excluded.{one}' for one in others)}"
    values = ", ".join(f":{name}" for name in table.columns)
    text = fill_in(UPSERT, table, values=values, deed=deed if others else "NOTHING")
    db.change_many(text, [dict(zip(table.columns, row, strict=True)) for row in rows])


def written(key: Key) -> str:
    """A key as a text, and back."""
    return codec.dump(list(key))


def read(text: str) -> Key:
    """A key from the text that `written` made."""
    return tuple(codec.load(text))
