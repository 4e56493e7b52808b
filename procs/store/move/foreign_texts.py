"""Texts of a file that a server's database cannot hold: it takes no NUL, and UTF-8 alone. What is
found of them is told with the row, so that whoever moves can correct it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from procs.errors import StoreError, UnreadableText
from procs.store.database import SERVER, Database, Row
from procs.store.move import change_notes, table_copy
from procs.store.move.table_copy import Key
from procs.store.move.table_layout import TableLayout, TableSql, layouts

#: The character that PostgreSQL's text has not, and what stands for it there.
NUL, INSTEAD = "\0", "\ufffd"
KEYS_WITH_NUL = TableSql("SELECT {key} FROM {table} WHERE {condition}")
HAS_NUL = TableSql("INSTR(CAST({column} AS BLOB), X'00') > 0")
AS_BYTES = TableSql("CAST({column} AS BLOB)")
#: The row of a key whose texts are given as bytes.
SAME_BYTES = TableSql("{column} = CAST(:{column} AS TEXT)")
AGAIN = "then run the same command again"


def bite(db: Database, url: str, table: TableLayout, after: Key | None) -> list[Row]:
    """`table_copy.bite`. Raises StoreError for a row that a server cannot hold."""
    if url.startswith(SERVER):
        return table_copy.bite(db, table, after)
    try:
        rows = table_copy.bite(db, table, after)
    except UnreadableText:
        raise_unreadable(table, table_copy.bite(db, as_bytes(table), after))
        raise
    odd = [key for key in map(table.key_of, rows) if is_odd(key)]
    if odd:
        rows_apart(db, table, [*odd, *twins(db, table, odd)])
    return rows


def fill(new: Database, table: TableLayout, rows: Sequence[Row]) -> None:
    """Insert the rows of a bite, in the place of one that is gone from the file and the same to a
    server: its end is noted, and not brought after yet."""
    table_copy.drop(new, table, [key for key in map(table.key_of, rows) if is_odd(key)])
    new.fill(table.name, table.columns, rows)


def changes(db: Database, url: str, *, after: int, most: int) -> tuple[int, dict[str, list[Key]]]:
    """`change_notes.changes`, likewise, with the keys that are the same to a server as one of them:
    what becomes of one row is written over the other."""
    last, found = change_notes.changes(db, after=after, most=most)
    if not url.startswith(SERVER):
        for table in layouts():
            if table.name in found:
                found[table.name] = with_twins(db, table, found[table.name])
    return last, found


def rows_of(db: Database, table: TableLayout, keys: Iterable[Key]) -> list[Row]:
    """`table_copy.rows_of`, likewise; `keys` come from `changes`."""
    known = list(keys)
    try:
        return rows_apart(db, table, known)
    except UnreadableText:
        raise_unreadable(table, table_copy.rows_of(db, as_bytes(table), known))
        raise


def with_twins(db: Database, table: TableLayout, keys: Sequence[Key]) -> list[Key]:
    """Keys, and those that are the same to a server. Raises StoreError for a row whose key is no
    UTF-8; where it is gone, its key is left out: it was never copied."""
    broken = [key for key in keys if is_broken(key)]
    for key in broken:
        raise_unreadable(table, rows_of_bytes(db, table, key))
    sound = [key for key in keys if key not in broken]
    return [*sound, *twins(db, table, [key for key in sound if is_odd(key)])]


def twins(db: Database, table: TableLayout, odd: Sequence[Key]) -> list[Key]:
    """Other keys that are the same to a server as one of these."""
    if not odd:
        return []
    texts = [name for name in table.key if table.kinds[name] == "TEXT"]
    condition = " OR ".join(HAS_NUL.about(column=name) for name in texts)
    found = db.all(table_copy.fill_in(KEYS_WITH_NUL, table, condition=condition))
    same = {plain(key) for key in odd}
    return list({*same, *(key for key in found if plain(key) in same)} - set(odd))


def rows_apart(db: Database, table: TableLayout, keys: Sequence[Key]) -> list[Row]:
    """The rows of these keys. Raises StoreError for two that would be one to a server."""
    rows, known = table_copy.rows_of(db, table, keys), dict[Key, Key]()
    for key in filter(is_odd, map(table.key_of, rows)):
        other = known.setdefault(plain(key), key)
        if other != key:
            told = key if has_nul(key) else other
            raise StoreError(
                f"{table.name}: two rows differ only in a character that PostgreSQL has not (NUL): "
                f"{', '.join(map(repr, told))}; delete one of them, {AGAIN}"
            )
    return rows


def rows_of_bytes(db: Database, table: TableLayout, key: Key) -> list[Row]:
    """The row of a key that is no UTF-8, its texts as bytes; none where it is gone."""
    condition = " AND ".join(
        SAME_BYTES.about(column=name) if isinstance(value, str) else f"{name} = :{name}"
        for name, value in zip(table.key, key, strict=True)
    )
    given = {
        name: value.encode(errors="surrogateescape") if isinstance(value, str) else value
        for name, value in zip(table.key, key, strict=True)
    }
    text = table_copy.fill_in(table_copy.ROW, as_bytes(table), condition=condition)
    return db.all(text, given)


def raise_unreadable(table: TableLayout, rows: Iterable[Row]) -> None:
    """Raise StoreError for the first text that is no UTF-8, if there is one among rows whose texts
    are bytes."""
    for row in rows:
        for (name, kind), value in zip(table.kinds.items(), row, strict=True):
            if kind == "TEXT" and isinstance(value, bytes) and not is_utf8(value):
                key = zip(table.key, table.key_of(row), strict=True)
                where = ", ".join(f"{name}={shown(value)}" for name, value in key)
                raise StoreError(
                    f"{table.name}, column {name}: a text that is no UTF-8 (row {where}); "
                    f"correct or delete that row, {AGAIN}"
                )


def as_bytes(table: TableLayout) -> TableLayout:
    """A table whose texts are read as they lie there."""
    kinds = {
        AS_BYTES.about(column=name) if kind == "TEXT" else name: kind
        for name, kind in table.kinds.items()
    }
    return replace(table, kinds=kinds)


def shown(value: Any) -> str:
    """A part of a key in a sentence."""
    if not isinstance(value, bytes):
        return str(value)
    return "'" + value.decode(errors="backslashreplace").replace(NUL, "\\x00") + "'"


def is_utf8(value: bytes) -> bool:
    """Whether these bytes are a text."""
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


def is_odd(key: Key) -> bool:
    """Whether another key may be the same to a server."""
    return any(isinstance(one, str) and (NUL in one or INSTEAD in one) for one in key)


def is_broken(key: Key) -> bool:
    """Whether a key of a note is no UTF-8: what could not be decoded stands in it as surrogates."""
    return any(isinstance(one, str) and not one.isascii() and has_surrogate(one) for one in key)


def has_surrogate(text: str) -> bool:
    """Whether a text has a half of a character."""
    return any("\ud800" <= sign <= "\udfff" for sign in text)


def has_nul(key: Key) -> bool:
    """Whether a text of a key has the character."""
    return any(isinstance(one, str) and NUL in one for one in key)


def plain(key: Key) -> Key:
    """A key as a server has it."""
    return tuple(one.replace(NUL, INSTEAD) if isinstance(one, str) else one for one in key)
