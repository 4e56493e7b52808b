"""A server's database in a file of the other kind, and back: what a backup of it holds.

So a backup opens on any machine, whatever the server's version, and is judged as one of a file is:
restored, counted, audited. The copy is of one instant, whatever is written meanwhile.
"""

from collections.abc import Callable
from pathlib import Path

from procs.errors import StoreError
from procs.store.database import (
    Database,
    FrozenDatabase,
    frozen,
    migrate,
    open_database,
    replaced,
)
from procs.store.move import figures, store_move, table_copy
from procs.store.move.store_move import HIGHEST, NEXT_NUMBER, NUMBER_OF_SERVER
from procs.store.move.table_layout import TableLayout, TableSql, layouts

DATABASE_SIZE = TableSql("SELECT PG_DATABASE_SIZE(CURRENT_DATABASE())")
#: Findings that a sentence names.
NAMED = 5


def size(url: str) -> int:
    """Bytes that a server's database takes there, with its indexes and dead rows: more than a copy
    takes. Raises StoreError."""
    with frozen(url) as db:
        return int(db.all(DATABASE_SIZE.text)[0][0])


def take(url: str, to: Path, *, scratch: Path) -> None:
    """Copy a server's database into a new file, which is complete by itself, and compare the two.
    Raises StoreError for a database of another version and a copy that differs, StoreFull."""
    open_database(url, run=scratch).close()  # of this version, and no move into it is under way
    new_url = f"sqlite:///{to}"
    migrate(new_url, run=scratch)
    new = open_database(new_url, run=scratch)
    try:
        with frozen(url) as old:
            store_move.require_known_whole(old, url)
            with new.write():
                table_copy.empty(new, layouts())
            wrong = [word for one in layouts() for word in copied(old, new, one)]
    finally:
        new.close()
    if wrong:
        raise StoreError(f"the copy of the database differs: {'; '.join(wrong[:NAMED])}")


def copied(old: FrozenDatabase, new: Database, table: TableLayout) -> list[str]:
    """Copy one table. Returns what is not the same afterwards, a sentence or nothing."""
    rows = table_copy.bite(old, table, None)
    while rows:
        with new.write():
            new.fill(table.name, table.columns, rows)
        rows = table_copy.bite(old, table, table.key_of(rows[-1])) if table.key else []
    if table.is_numbered:
        number_on(old, new, table)
    before, after = figures.of(old, table), figures.of(new, table)
    if before == after:
        return []
    return [f"{table.name}: {before[0]} rows with other sums than the {after[0]}"]


def number_on(old: FrozenDatabase, new: Database, table: TableLayout) -> None:
    """Have the copy give on the numbers that the server would."""
    names = {"table": table.name, "key": table.key[0]}
    ((highest,),) = old.all(HIGHEST.about(**names))
    ((given,),) = old.all(NUMBER_OF_SERVER.about(**names))
    facts = {"table": table.name, "number": max(int(highest), int(given or 0))}
    with new.write():
        new.change(NEXT_NUMBER.text, facts)


def put(file: Path, url: str, *, scratch: Path, kept: str, say: Callable[[str], None]) -> bool:
    """Let the tables of a file take the place of a server's, which stay there, in a schema called
    `kept`. False where there were none. They are complete and compared before the exchange, which
    is one transaction; until then whatever ends this changes nothing. Raises StoreError, also while
    anybody of ours is connected."""
    old_url = f"sqlite:///{file}"
    migrate(old_url, run=scratch)
    with (
        replaced(url, kept) as (place, had_tables),
        store_move.opened(old_url, place, run=scratch, scratch=scratch / "moving") as work,
    ):
        work.copy(say)
        if wrong := work.end(say):
            raise StoreError(f"not restored, {'; '.join(wrong[:NAMED])}")
        work.hand_over()
    return had_tables
