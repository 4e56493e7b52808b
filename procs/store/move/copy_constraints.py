"""What the tables of a copy do not ask of their rows until all have arrived.

Rows are read at different instants: two may have the same seat, and one may refer to a row that was
added after its table was read. Both kinds of databases look at that in the end.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict

from procs.errors import StoreError
from procs.store.database import Database, files_of
from procs.store.move.foreign_texts import AGAIN
from procs.store.move.table_layout import TableLayout, TableSql

FORGET_INDEX = TableSql("DROP INDEX IF EXISTS {name}")
#: A file's connections say for themselves whether they look at references; those of a server's
#: tables have the names that it gave them.
UNREFERRED = TableSql("PRAGMA foreign_keys = OFF")
FORGET_REFERENCE = TableSql("ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {table}_{column}_fkey")
REFER = TableSql("""
ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_fkey
    FOREIGN KEY ({column}) REFERENCES {parent} ({key}) ON DELETE {on_delete}
""")
#: A row that refers to none; and what two rows have alike that no two may.
ORPHAN = TableSql("""
SELECT {own}, {column} FROM {table} AS child
 WHERE {column} IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM {parent} AS it WHERE it.{key} = child.{column}) LIMIT 1
""")
ALIKE = TableSql("""
SELECT {columns} FROM {table} {condition} GROUP BY {columns} HAVING COUNT(*) > 1 LIMIT 1
""")
#: The columns of such an index, and which rows it is about.
UNIQUE = re.compile(r"CREATE UNIQUE INDEX \w+ ON \w+ \(([\w, ]+)\)\s*(.*)", re.DOTALL)


def ignore_references(new: Database, url: str) -> None:
    """Let this connection to a file write rows that refer to none; not inside of a transaction."""
    if files_of(url):
        new.all(UNREFERRED.text)


def loosen(new: Database, url: str, tables: Sequence[TableLayout]) -> None:
    """Ask nothing of the rows; inside of a transaction."""
    for table in tables:
        for name in table.unique:
            new.change(FORGET_INDEX.about(name=name))
    change_references(new, url, tables, FORGET_REFERENCE)


def tighten(new: Database, url: str, tables: Sequence[TableLayout]) -> None:
    """Ask of all rows what the tables of this version do; inside of a transaction. A row that does
    not fit raises the error of the database's library."""
    for table in tables:
        for name, text in table.unique.items():
            new.change(FORGET_INDEX.about(name=name))
            new.change(text)
    change_references(new, url, tables, FORGET_REFERENCE, REFER)


@contextmanager
def explained(new: Database, tables: Sequence[TableLayout]) -> Iterator[None]:
    """Have whoever moves told of the row that `tighten` could not take. Raises StoreError; where
    all rows fit, what was raised within."""
    try:
        yield
    except BaseException as error:  # of either library
        is_known = isinstance(error, StoreError | KeyboardInterrupt)
        if not is_known and (told := [*orphans(new, tables), *alike(new, tables)]):
            raise StoreError(f"{told[0]}, {AGAIN}") from error
        raise


def orphans(db: Database, tables: Sequence[TableLayout]) -> Iterator[str]:
    """A sentence for each reference of which a row refers to none: an older row of a file from
    which somebody deleted with another program, which looks at no references."""
    for table in tables:
        for one in table.references:
            named = {"own": ", ".join(table.key), "table": table.name, **asdict(one)}
            for *key, value in db.all(ORPHAN.about(**named)):
                yield (
                    f"{table.name}: the row {', '.join(map(str, key))} belongs to "
                    f"{one.parent} {value}, which is not there; delete that row"
                )


def alike(db: Database, tables: Sequence[TableLayout]) -> Iterator[str]:
    """A sentence for each index in whose columns two rows have become the same."""
    for table in tables:
        for text in table.unique.values():
            if found := UNIQUE.match(text):
                columns, condition = found.groups()
                named = {"table": table.name, "columns": columns, "condition": condition}
                for values in db.all(ALIKE.about(**named)):
                    yield (
                        f"{table.name}: two rows differ in {columns} only in a character that "
                        f"PostgreSQL has not (NUL): {', '.join(map(repr, values))}; delete or "
                        "correct one of them"
                    )


def change_references(
    new: Database, url: str, tables: Sequence[TableLayout], *texts: TableSql
) -> None:
    """Forget, or state, that rows refer to rows; a file's tables always state it."""
    if files_of(url):
        return
    for table in tables:
        for one in table.references:
            for text in texts:
                new.change(text.about(table=table.name, **asdict(one)))
