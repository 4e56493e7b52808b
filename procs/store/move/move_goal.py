"""What a database is that a move shall go to: an empty one, one that a move has begun to fill, or
one that is used, to which nothing is done."""

from pathlib import Path

from procs.errors import StoreError
from procs.store.database import SERVER, Database, FrozenDatabase, files_of, frozen, open_database
from procs.store.machines import machine_rows
from procs.store.machines.machine_rows import GONE_AFTER
from procs.store.move import figures
from procs.store.move.table_layout import TableSql

BEGUN = TableSql("SELECT 1 FROM sqlite_schema WHERE name = 'move_places'")
BEGUN_AT_SERVER = TableSql("SELECT 1 WHERE TO_REGCLASS('move_places') IS NOT NULL")
ANYBODY = "SELECT 1 FROM users UNION ALL SELECT 1 FROM requests LIMIT 1"
#: Of a server's database before it is brought up to date, so of any version: whether there is a
#: table, whether it has rows, and the machines that were heard by the server's clock.
THERE = TableSql("SELECT 1 WHERE TO_REGCLASS('{table}') IS NOT NULL")
ANY_ROW = TableSql("SELECT 1 FROM {table} LIMIT 1")
HEARD = TableSql("""
SELECT name FROM machines
 WHERE ended_at IS NULL AND EXTRACT(EPOCH FROM CLOCK_TIMESTAMP()) - beat_at < :gone ORDER BY name
""")
#: The end of the name of a file that is not whole yet.
UNFINISHED = ".moving"


def unfinished(file: Path) -> Path:
    """Where a database that is a file lies until it is whole."""
    return file.with_name(f"{file.name}{UNFINISHED}")


def require_free(url: str, left: object, *, run: Path) -> None:
    """Raises StoreError for a database that is in use, of whichever version, and for a file that is
    there; nothing is changed in it. `left` as `store_move.opened` has it."""
    if files := files_of(url):
        if files[0].exists() and not is_left(url, left, run=run):
            raise StoreError(f"{files[0]} is there already; move it away, or name another file")
        return
    with frozen(url) as there:
        if there.all(BEGUN_AT_SERVER.text):
            return
        heard = has(there, "machines") and there.all(HEARD.text, {"gone": GONE_AFTER})
        people = [one for one in ("users", "requests") if has(there, one)]
        used = left is None and any(there.all(ANY_ROW.about(table=one)) for one in people)
    refuse([name for (name,) in heard or ()], has_people=used)


def has(db: FrozenDatabase, table: str) -> bool:
    """Whether a server's database has a table."""
    return bool(db.all(THERE.about(table=table)))


def is_left(url: str, left: object, *, run: Path) -> bool:
    """Whether a file is what a move left that was killed at its switch."""
    if left is None:
        return False
    db = open_database(url, run=run)
    try:
        return figures.of_people(db) == left
    finally:
        db.close()


def require_ours(new: Database, url: str, left: object) -> None:
    """Raises StoreError for a database that people are in, and no move made, or with which a
    machine works."""
    if new.one((BEGUN_AT_SERVER if url.startswith(SERVER) else BEGUN).text):
        return
    used = bool(new.one(ANYBODY)) and figures.of_people(new) != left
    refuse(machine_rows.heard(new), has_people=used)


def refuse(heard: list[str], *, has_people: bool) -> None:
    """Raises StoreError for a database that is used."""
    if heard or has_people:
        why = f"{', '.join(heard)} works with it" if heard else "it has people"
        raise StoreError(f"the new database is in use already: {why}; name an empty one")
