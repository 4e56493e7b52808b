"""The steps of a move, each of which can be ended at any instant and done again."""

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from procs.errors import StoreError
from procs.store.backups import invariants
from procs.store.database import (
    SERVER,
    VERSION,
    Database,
    FrozenDatabase,
    files_of,
    migrate,
    open_database,
)
from procs.store.move import (
    change_notes,
    copy_constraints,
    figures,
    foreign_texts,
    move_goal,
    table_copy,
)
from procs.store.move.table_copy import Key
from procs.store.move.table_layout import TableLayout, TableSql, layouts

#: How far a copy is, in the new database: its keys, and the last note that was brought after. It
#: stands there until everything is; until then no process takes that database for whole.
PLACES = """
CREATE TABLE IF NOT EXISTS move_places (of_table TEXT PRIMARY KEY, place TEXT NOT NULL)
"""
PLACE = TableSql("SELECT place FROM move_places WHERE of_table = :table")
NOTE_PLACE = TableSql("""
INSERT INTO move_places (of_table, place) VALUES (:table, :place)
    ON CONFLICT (of_table) DO UPDATE SET place = excluded.place
""")
WHOLE = "DROP TABLE move_places"
FORGET_PLACES = TableSql("DELETE FROM move_places")
STEPS_APPLIED = TableSql("SELECT COUNT(*) FROM schema_steps")
#: What is about machines that share a database means nothing in a file, which belongs to one.
OF_MACHINES = ("machines", "machine_orders", "job_files", "bot_lease", "bot_places")
#: The next numbers of SQLite's tables, of those that never give one twice, and of a server's.
NUMBERS = TableSql("SELECT name, seq FROM sqlite_sequence")
NUMBER_OF_SERVER = TableSql(
    "SELECT PG_SEQUENCE_LAST_VALUE(PG_GET_SERIAL_SEQUENCE('{table}', '{key}'))"
)
HIGHEST = TableSql("SELECT COALESCE(MAX({key}), 0) FROM {table}")
NEXT_NUMBER = TableSql("UPDATE sqlite_sequence SET seq = :number WHERE name = :table")
NEXT_OF_SERVER = TableSql(
    "SELECT SETVAL(PG_GET_SERIAL_SEQUENCE('{table}', '{key}'), CAST(:number AS BIGINT), TRUE)"
)
NOTES, EPOCH = "#notes", "#epoch"
#: Notes that are brought after in one transaction, and so few that a pause is short.
CATCH_UP, FEW = 5_000, 1_000
#: Rounds after which the pause begins though more than a few are left: they do not become fewer.
ROUNDS = 50

Say = Callable[[str], None]


@dataclass
class StoreMove:
    """From `old` to `new`, which nobody else opens."""

    old: Database
    new: Database
    old_url: str
    new_url: str

    def copy(self, say: Say) -> int:
        """Copy every table from where the copy stands. Returns how many rows."""
        tables, rows, began = layouts(), 0, time.monotonic()
        change_notes.begin(self.old, self.old_url, tables)
        self.prepare(tables)
        for table in tables:
            if table.key:
                rows += self.copy_table(table)
        seconds = time.monotonic() - began
        say(f"copied: {rows} rows in {seconds:.1f} s ({rows / max(seconds, 0.001):.0f} a second)")
        return rows

    def prepare(self, tables: tuple[TableLayout, ...]) -> None:
        """Make the new database empty, once; what was noted before the copy began is in it. Rows
        that are read at different instants may have the same seat: that is looked at in the end."""
        copy_constraints.ignore_references(self.new, self.new_url)
        with self.new.write(full=True):
            self.new.change(PLACES)
            copy_constraints.loosen(self.new, self.new_url, tables)
        epoch = change_notes.epoch(self.old)
        if self.place(EPOCH) != epoch:
            with self.new.write(full=True):
                table_copy.empty(self.new, tables)
                self.new.change(FORGET_PLACES.text)
                self.note_place(NOTES, str(change_notes.latest(self.old)))
                self.note_place(EPOCH, epoch)

    def copy_table(self, table: TableLayout) -> int:
        """Copy a table from where the last attempt stopped, each bite with its place in one
        transaction. Returns rows copied now."""
        copied = 0
        place = self.place(table.name)
        after: Key | None = table_copy.read(place) if place else None
        while rows := foreign_texts.bite(self.old, self.old_url, table, after):
            after = table.key_of(rows[-1])
            with self.new.write():
                foreign_texts.fill(self.new, table, rows)
                self.note_place(table.name, table_copy.written(after))
            copied += len(rows)
        return copied

    def catch_up(self, say: Say) -> int:
        """Bring after what changed, until little is left. Returns how many rows."""
        brought = 0
        for _ in range(ROUNDS):
            part = self.bring_changes()
            brought += part
            if part < FEW:
                break
        say(f"brought after: {brought} changed rows")
        return brought

    def bring_changes(self) -> int:
        """Bring after one bite of what was noted. Returns how many rows."""
        after = int(self.place(NOTES) or 0)
        last, found = foreign_texts.changes(self.old, self.old_url, after=after, most=CATCH_UP)
        if last == after:
            return 0
        tables = [one for one in layouts() if one.name in found]
        parents = {name for one in layouts() for name in one.parents}
        rows = {one: foreign_texts.rows_of(self.old, one, found[one.name]) for one in tables}
        with self.new.write(full=True):
            for table in reversed(tables):
                there = {table.key_of(row) for row in rows[table]} if table.name in parents else ()
                gone = [key for key in found[table.name] if key not in there]
                table_copy.drop(self.new, table, gone)
            for table in tables:
                table_copy.put(self.new, table, rows[table])
            self.note_place(NOTES, str(last))
        return sum(map(len, found.values()))

    def end(self, say: Say) -> list[str]:
        """Bring the rest, while no process writes into the old one. Returns what is not the same;
        may be done again, where a command wrote meanwhile (`has_all`)."""
        tables = layouts()
        with self.new.write(full=True):
            copy_constraints.loosen(self.new, self.new_url, tables)
        while self.bring_changes():
            pass
        with copy_constraints.explained(self.new, tables), self.new.write(full=True):
            for table in tables:
                if not table.key:
                    self.new.change(table_copy.fill_in(table_copy.EMPTY, table))
                    rows = foreign_texts.bite(self.old, self.old_url, table, None)
                    self.new.fill(table.name, table.columns, rows)
            self.bring_numbers(tables)
            copy_constraints.tighten(self.new, self.new_url, tables)
        with ThreadPoolExecutor(1) as beside:  # nobody is served meanwhile
            audited = beside.submit(audit_of, self.old)
            wrong = figures.differences(self.old, self.new, tables)
            after = invariants.audit(self.new)
        if (before := audited.result()) != after:
            wrong.append(f"what must hold of the tables: {after} instead of {before}")
        say(f"compared: {len(tables)} tables, {len(wrong)} differences")
        return wrong

    def has_all(self) -> bool:
        """Whether all that was noted is in the new database; asked within a transaction of the old
        one, nobody adds to it until that is over."""
        return change_notes.latest(self.old) == int(self.place(NOTES) or 0)

    def bring_numbers(self, tables: tuple[TableLayout, ...]) -> None:
        """Have the new database give the numbers on that the old one would."""
        for table in tables:
            if table.is_numbered:
                number = self.number(table)
                facts = {"number": number, "table": table.name}
                if self.new_url.startswith(SERVER):
                    if number:
                        text = NEXT_OF_SERVER.about(table=table.name, key=table.key[0])
                        self.new.all(text, {"number": number})
                else:
                    self.new.change(NEXT_NUMBER.text, facts)

    def number(self, table: TableLayout) -> int:
        """The last number that was given to a row of a table."""
        key = table.key[0]
        highest = self.old.all(HIGHEST.about(key=key, table=table.name))[0][0]
        if self.old_url.startswith(SERVER):
            given = self.old.all(NUMBER_OF_SERVER.about(table=table.name, key=key))[0][0]
        else:
            numbers: dict[str, int] = dict(self.old.all(NUMBERS.text))
            given = numbers.get(table.name)
        return max(int(highest), int(given or 0))

    def hand_over(self) -> None:
        """From here on the new database is whole, for everybody, and no more to be written here."""
        with self.new.write(full=True):
            for name in OF_MACHINES if files_of(self.new_url) else ():
                self.new.change(table_copy.EMPTY.about(table=name))
            self.new.change(WHOLE)
        self.new.close()
        for file in files_of(self.new_url)[:1]:
            os.replace(file, file.with_name(file.name.removesuffix(move_goal.UNFINISHED)))

    def forget(self, last: int | None = None) -> list[str]:
        """Leave no trace in the old one. Returns in which of its tables was written since a note:
        by who stood at its gate already when the other one took its place."""
        with self.old.write(full=True):
            late = {} if last is None else change_notes.since(self.old, last)
            forget(self.old, self.old_url)
        return sorted(late)

    def place(self, table: str) -> str | None:
        """How far the copy of a table is, as text; None before the first bite."""
        row = self.new.one(PLACE.text, {"table": table})
        return str(row[0]) if row else None

    def note_place(self, table: str, place: str) -> None:
        """Write how far the copy of a table is, within the transaction of its rows."""
        self.new.change(NOTE_PLACE.text, {"table": table, "place": place})


@contextmanager
def opened(
    old_url: str, new_url: str, *, run: Path, scratch: Path, left: object = None
) -> Iterator[StoreMove]:
    """A move between two databases, of which the new one is made or gone on with. `left`: the
    figures with which the last move between the two was to be switched. Where that was killed just
    then, the new database counts as whole, has these figures, and nobody used it. Raises StoreError
    for one that is in use, and for an old one that a newer version added to."""
    scratch.mkdir(mode=0o700, exist_ok=True)
    move_goal.require_free(new_url, left, run=scratch)
    if files := files_of(new_url):
        if files[0].exists():
            os.replace(files[0], move_goal.unfinished(files[0]))
        new_url = new_url.replace(str(files[0]), str(move_goal.unfinished(files[0])))
    migrate(new_url, run=scratch)
    old = open_database(old_url, run=run, move="old")
    new = open_database(new_url, run=scratch, move="new")
    try:
        require_known_whole(old, old_url)
        move_goal.require_ours(new, new_url, left)
        yield StoreMove(old, new, old_url, new_url)
    finally:
        new.close()
        old.close()


def audit_of(db: Database) -> list[str]:
    """What must hold of a database and does not, over a connection of the calling thread's."""
    twin = db.twin()
    try:
        return invariants.audit(twin)
    finally:
        twin.close()


def forget(db: Database, url: str) -> None:
    """Note no more in a database what changes in it."""
    change_notes.end(db, url, layouts())


def forget_at(url: str, *, run: Path) -> None:
    """The same for a database that nobody has open. Raises StoreError."""
    db = open_database(url, run=run)
    try:
        forget(db, url)
    finally:
        db.close()


def require_known_whole(old: FrozenDatabase, url: str) -> None:
    """Raises StoreError where a newer version added to a server's database what this one does not
    know of, and would leave out."""
    if url.startswith(SERVER) and old.all(STEPS_APPLIED.text)[0][0] > VERSION:
        raise StoreError(
            "another machine runs a newer Chapar, which added to the database; do this on that "
            "machine, or upgrade this one"
        )
