"""What the tables of a copy do not ask of their rows until all have arrived.

Rows are read at different instants: two may have the same seat, and one may refer to a row that was
added after its table was read. Both kinds of databases look at that in the end.
"""

from collections.abc import Sequence
from dataclasses import asdict

from procs.store.database import Database, files_of
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
