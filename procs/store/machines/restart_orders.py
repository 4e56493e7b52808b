"""Orders to another machine: a rolling restart, which its own keeper has done there.

A command writes one, the keeper of that machine starts the process that does it, which notes what
it says and how it ended; the command prints that. One at a time for each machine.
"""

from dataclasses import dataclass

from procs.core.clock import Now
from procs.store.database import Database

#: Seconds for which an order is kept.
KEPT = 24 * 3600.0

GIVE = """
INSERT INTO machine_orders (machine, at)
SELECT :machine, :now
 WHERE NOT EXISTS (SELECT 1 FROM machine_orders WHERE machine = :machine AND code IS NULL)
RETURNING id
"""
COLUMNS = "id, machine, at, runner, said, code"
OPEN = f"SELECT {COLUMNS} FROM machine_orders WHERE machine = :machine AND code IS NULL ORDER BY id"
READ = f"SELECT {COLUMNS} FROM machine_orders WHERE id = :order"
TAKE = """
UPDATE machine_orders SET runner = :runner WHERE id = :order AND code IS NULL AND runner = 0
"""
NOTE = "UPDATE machine_orders SET said = said || :line WHERE id = :order AND code IS NULL"
END = "UPDATE machine_orders SET code = :code WHERE id = :order AND code IS NULL"
PRUNE = "DELETE FROM machine_orders WHERE at < :before"


@dataclass(frozen=True, slots=True)
class RestartOrder:
    """One row. `at` is the wall instant at which it was given, `runner` the process that does it (0
    for none yet), `code` the exit code with which it ended."""

    id: int
    machine: str
    at: float
    runner: int
    said: str
    code: int | None

    @property
    def lines(self) -> list[str]:
        """What the restart has said so far, line by line."""
        return self.said.splitlines()


def give(db: Database, machine: str, *, now: Now) -> int | None:
    """Store an order. None while that machine has another one."""
    with db.write(full=True):
        rows = db.all(GIVE, {"machine": machine, "now": now.wall})
    return int(rows[0][0]) if rows else None


def due(db: Database, machine: str) -> list[RestartOrder]:
    """The orders to a machine that are not over."""
    return [RestartOrder(*row) for row in db.all(OPEN, {"machine": machine})]


def read(db: Database, order: int) -> RestartOrder | None:
    """An order by its number; None for one that is gone."""
    row = db.one(READ, {"order": order})
    return RestartOrder(*row) if row else None


def take(db: Database, order: int, runner: int) -> bool:
    """Claim an order for a process. False when another was first."""
    with db.write():
        return db.change(TAKE, {"order": order, "runner": runner}) > 0


def note(db: Database, order: int, line: str) -> None:
    """Add a line to what was said."""
    with db.write():
        db.change(NOTE, {"order": order, "line": f"{line}\n"})


def end(db: Database, order: int, code: int) -> None:
    """Store how an order ended. The first end stays."""
    with db.write(full=True):
        db.change(END, {"order": order, "code": code})


def prune(db: Database, *, now: Now) -> int:
    """Delete the orders of yesterday."""
    with db.write():
        return db.change(PRUNE, {"before": now.wall - KEPT})
