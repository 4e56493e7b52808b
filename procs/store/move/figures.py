"""What two databases are compared by after a move: counts, sums and highest values of each column,
a sum over every byte of the rest, and random rows whole."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from procs.store.database import Database, FrozenDatabase, Row
from procs.store.move import table_copy
from procs.store.move.table_layout import TableLayout, TableSql, layouts

#: Sums of remainders by a prime, because a sum of Telegram's numbers is more than 64 bits hold.
SUMS = {
    "INTEGER": "COUNT({0}), SUM({0} % 1000003), MAX({0})",
    "REAL": "COUNT({0}), MAX({0})",
    "TEXT": "COUNT({0})",
    "BLOB": "COUNT({0}), COALESCE(SUM(LENGTH({0})), 0)",
}
FIGURES = TableSql("SELECT COUNT(*), {sums}, {rows} FROM {table}")
#: What is no integer goes, row by row, into a number of 32 bits, and those are added: of a file by
#: a function of its connection, of a server by what it has itself.
ROW_SUM = TableSql("SUM(ROW_SUM({cells}))")
ROW_SUM_OF_SERVER = TableSql("""
SUM(CAST(CAST('x' || SUBSTR(ENCODE(SHA256(CONVERT_TO(CONCAT_WS(CHR(1), {cells}), 'UTF8')), 'hex'),
                            1, 8) AS BIT(32)) AS BIGINT))
""")
CELLS_OF_SERVER = {
    "TEXT": "{0}",
    "BLOB": "ENCODE({0}, 'hex')",
    "REAL": "ENCODE(FLOAT8SEND({0}), 'hex')",
}
NO_ROWS = "0"
#: How a database writes a number tells of which kind it is.
ONE, ONE_OF_FILE = TableSql("SELECT CAST(CAST(1 AS REAL) AS TEXT)"), "1.0"
COUNT = TableSql("SELECT COUNT(*) FROM {table}")
#: How the requests stand; and other tables of which people change rows, each of whom is noted when
#: they say a word, and admins each of whose acts is, at a terminal too: so is a changed setting,
#: beside which processes keep what they know of themselves.
STATES = "SELECT state, COUNT(*), MAX(id) FROM requests GROUP BY state ORDER BY state"
PEOPLES = (
    *("users", "media", "deliveries", "preferences", "bans", "admins", "audit", "sponsors"),
    *("follows", "broadcasts", "erasures", "pauses", "host_lists"),
)
#: Random rows of each table that are compared byte by byte.
SAMPLES = 300
#: The character that PostgreSQL's text has not, and what stands for it there.
NUL, INSTEAD = "\0", "\ufffd"


def of(db: FrozenDatabase, table: TableLayout) -> Row:
    """Count and sums of a table."""
    sums = ", ".join(SUMS[kind].format(name) for name, kind in table.kinds.items())
    return db.all(FIGURES.about(sums=sums, rows=row_sums(db, table), table=table.name))[0]


def row_sums(db: FrozenDatabase, table: TableLayout) -> str:
    """The expression for the sum over the cells of a table that are no integers."""
    others = [(name, kind) for name, kind in table.kinds.items() if kind != "INTEGER"]
    if not others:
        return NO_ROWS
    if db.all(ONE.text)[0][0] == ONE_OF_FILE:
        return ROW_SUM.about(cells=", ".join(name for name, _ in others))
    cells = ", ".join(CELLS_OF_SERVER[kind].format(name) for name, kind in others)
    return ROW_SUM_OF_SERVER.about(cells=cells)


def count(db: Database, table: TableLayout) -> int:
    """Rows of a table."""
    return int(db.all(COUNT.about(table=table.name))[0][0])


def of_people(db: Database) -> list[list[object]]:
    """What changes as soon as people ask for something, or get it, or set something."""
    states = [list(row) for row in db.all(STATES)]
    by_name = {one.name: one for one in layouts()}
    return [*states, *([name, *of(db, by_name[name])] for name in PEOPLES)]


def of_all(db: Database, tables: Sequence[TableLayout], *, own: bool = False) -> list[Row]:
    """The same of every table; over a connection of the calling thread's, unless it has this."""
    if own:
        return [of(db, table) for table in tables]
    twin = db.twin()
    try:
        return [of(twin, table) for table in tables]
    finally:
        twin.close()


def differences(old: Database, new: Database, tables: Sequence[TableLayout]) -> list[str]:
    """What is not the same in both, a sentence each."""
    with ThreadPoolExecutor(1) as beside:  # nobody is served meanwhile
        counted = beside.submit(of_all, old, tables)
        there = of_all(new, tables, own=True)
    found = []
    for table, before, after in zip(tables, counted.result(), there, strict=True):
        if before != after:
            found.append(f"{table.name}: {before[0]} rows with other sums than the {after[0]}")
        elif table.key:
            found += different_rows(old, new, table)
    return found


def different_rows(old: Database, new: Database, table: TableLayout) -> list[str]:
    """A sentence for a table of which some rows, drawn at random, are not the same in both; else
    nothing."""
    keys = table_copy.some_keys(old, table, SAMPLES)
    there = {table.key_of(row): row for row in map(plain, table_copy.rows_of(new, table, keys))}
    for row in map(plain, table_copy.rows_of(old, table, keys)):
        key = table.key_of(row)
        named = f"{table.name}: the row {', '.join(map(str, key))}"
        if key not in there:
            return [f"{named} is missing in the new database"]
        if there[key] != row:
            return [f"{named} is another one in the new database"]
    return []


def plain(row: Row) -> tuple[Any, ...]:
    """A row as both kinds of databases can hold it: PostgreSQL takes no NUL in a text."""
    return tuple(one.replace(NUL, INSTEAD) if isinstance(one, str) else one for one in row)
