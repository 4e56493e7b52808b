"""The tables of the store as they are: columns, keys, and which of them refer to which.

They are read from an empty database of this version, because both kinds have the same.
"""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from procs.store.database import migrate, open_database


@dataclass(frozen=True, slots=True)
class TableSql:
    """A statement for whichever table it is about, or for one kind of database alone."""

    text: str

    def about(self, **names: str) -> str:
        """The statement with these names in it."""
        return self.text.format(**names)


TABLES = TableSql("""
SELECT name FROM sqlite_schema WHERE type = 'table'
   AND name NOT LIKE 'sqlite~_%' ESCAPE '~' AND name NOT LIKE '~_sqlite%' ESCAPE '~' ORDER BY name
""")
COLUMNS = TableSql("SELECT name, type, pk FROM pragma_table_info(:of) ORDER BY cid")
UNIQUE = TableSql("""
SELECT name, sql FROM sqlite_schema
 WHERE type = 'index' AND tbl_name = :of AND sql LIKE 'CREATE UNIQUE %' ORDER BY name
""")
REFERENCES = TableSql("""
SELECT "from", "table", "to", on_delete FROM pragma_foreign_key_list(:of) ORDER BY "from"
""")


@dataclass(frozen=True, slots=True)
class TableReference:
    """A column whose values are keys of another table."""

    column: str
    parent: str
    key: str
    on_delete: str


@dataclass(frozen=True, slots=True, eq=False)
class TableLayout:
    """One table. `key` names its primary key; one without is short, and copied whole."""

    name: str
    kinds: Mapping[str, str]
    key: tuple[str, ...]
    references: tuple[TableReference, ...]
    #: Its indexes, by name, that let no two rows have the same of something that changes.
    unique: Mapping[str, str]

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in their order."""
        return tuple(self.kinds)

    @property
    def parents(self) -> tuple[str, ...]:
        """The tables that it refers to."""
        return tuple(one.parent for one in self.references)

    @property
    def is_numbered(self) -> bool:
        """Whether its rows are known by a number that the database gives."""
        return len(self.key) == 1 and self.kinds[self.key[0]] == "INTEGER"

    def key_of(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        """The primary key of a row that has all columns."""
        return tuple(row[self.columns.index(name)] for name in self.key)


@cache
def layouts() -> tuple[TableLayout, ...]:
    """All tables, each after those that it refers to."""
    found = {one.name: one for one in read()}
    ordered: dict[str, TableLayout] = {}
    while len(ordered) < len(found):
        for one in found.values():
            if one.name not in ordered and all(parent in ordered for parent in one.parents):
                ordered[one.name] = one
    return tuple(ordered.values())


def read() -> list[TableLayout]:
    """The tables of this version, read from an empty database that is made for it."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/empty.db"
        migrate(url, run=Path(folder) / "run")
        db = open_database(url, run=Path(folder) / "run")
        try:
            tables = []
            for (name,) in db.all(TABLES.text):
                of = {"of": name}
                columns = db.all(COLUMNS.text, of)
                keyed = sorted((place, column) for column, _, place in columns if place)
                tables.append(
                    TableLayout(
                        name,
                        {column: kind for column, kind, _ in columns},
                        tuple(column for _, column in keyed),
                        tuple(TableReference(*row) for row in db.all(REFERENCES.text, of)),
                        dict(db.all(UNIQUE.text, of)),
                    )
                )
            return tables
        finally:
            db.close()
