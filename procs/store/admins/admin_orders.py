"""Orders: work of the whole system that an admin asked for from the chat, and its outcome.

The bot writes an order, the keeper has it done, the bot tells the outcome once: also when both were
restarted meanwhile, which is what one of the orders does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from procs.core import codec
from procs.core.clock import Now
from procs.core.machine import machine_name
from procs.store.database import Database

#: The kinds of orders.
ENGINE_UPDATE, ENGINE_ROLLBACK, DRAIN, RESTART = (
    "engine-update",
    "engine-rollback",
    "drain",
    "restart",
)
#: Seconds for which an order that is over is kept.
KEPT = 30 * 24 * 3600.0

# One order at a time: the outcome of two at once could not be told apart.
GIVE = """
INSERT INTO admin_orders (mark, kind, admin, chat, access, at)
SELECT :mark, :kind, :admin, :chat, :access, :now
 WHERE NOT EXISTS (SELECT 1 FROM admin_orders WHERE ended_at IS NULL)
    ON CONFLICT (mark) DO NOTHING
"""
COLUMNS = "id, kind, admin, chat, access, at, runner, outcome"
OPEN = f"SELECT {COLUMNS} FROM admin_orders WHERE ended_at IS NULL ORDER BY id"
OPEN_HERE = f"""
SELECT {COLUMNS} FROM admin_orders
 WHERE ended_at IS NULL AND machine IN ('', :machine) ORDER BY id
"""
UNTOLD = f"""
SELECT {COLUMNS} FROM admin_orders WHERE ended_at IS NOT NULL AND told_at IS NULL ORDER BY id
"""
TAKE = """
UPDATE admin_orders SET runner = :runner, machine = :machine
 WHERE id = :order AND ended_at IS NULL AND runner = :before
"""
END = """
UPDATE admin_orders SET ended_at = :now, outcome = :outcome WHERE id = :order AND ended_at IS NULL
"""
#: The orders that machines took of which none looks after orders any more.
LEFT = """
SELECT o.id, o.machine FROM admin_orders o
 WHERE o.ended_at IS NULL AND o.machine <> ''
   AND NOT EXISTS (SELECT 1 FROM machines
                    WHERE name = o.machine AND beat_at >= :since AND roles LIKE '%keeper%')
"""
FREE = """
UPDATE admin_orders SET machine = '', runner = 0
 WHERE id = :order AND ended_at IS NULL AND machine = :machine
"""
TOLD = "UPDATE admin_orders SET told_at = :now WHERE id = :order"
PRUNE = "DELETE FROM admin_orders WHERE told_at < :before"


@dataclass(frozen=True, slots=True)
class AdminOrder:
    """One row. `at` is the wall instant at which it was given, `runner` the process that does it (0
    for none yet), `outcome` the text of the catalogue that tells how it ended, with its words."""

    id: int
    kind: str
    admin: int
    chat: int
    access: int
    at: float
    runner: int
    outcome: str

    @property
    def told(self) -> tuple[str, dict[str, Any]]:
        """The outcome as the key of a text and its values, to be told to the admin."""
        key, words = codec.load(self.outcome)
        return str(key), dict(words)


def give(
    db: Database, kind: str, *, admin: int, chat: int, access: int, mark: str, now: Now
) -> bool:
    """Store an order. False while another one is under way; the same `mark` is the same order."""
    facts = {"mark": mark, "kind": kind, "admin": admin, "chat": chat, "access": access}
    with db.write(full=True):
        return db.change(GIVE, {**facts, "now": now.wall}) > 0


def under_way(db: Database) -> list[AdminOrder]:
    """The orders without an outcome, those that nobody took included."""
    return [AdminOrder(*row) for row in db.all(OPEN)]


def due_here(db: Database) -> list[AdminOrder]:
    """The orders that nobody took, or a process of this machine."""
    return [AdminOrder(*row) for row in db.all(OPEN_HERE, {"machine": machine_name.shared()})]


def untold(db: Database) -> list[AdminOrder]:
    """The orders that ended and whose admin has not read that."""
    return [AdminOrder(*row) for row in db.all(UNTOLD)]


def take(db: Database, order: int, runner: int, *, before: int = 0) -> bool:
    """Claim an order for a process, if `before` (0 for nobody) still has it. False when another
    process was first."""
    with db.write():
        facts = {"order": order, "runner": runner, "machine": machine_name.shared()}
        return db.change(TAKE, {**facts, "before": before}) > 0


def free(db: Database, *, since: float) -> int:
    """Let another machine take what one had that was not heard since this instant (boot), whether
    it is lost or was stopped, or whose keeper looks after orders no longer. Returns how many."""
    if not db.all(LEFT, {"since": since}):
        return 0
    with db.write():
        left = db.all(LEFT, {"since": since})
        return sum(db.change(FREE, {"order": order, "machine": at}) for order, at in left)


def end(db: Database, order: int, key: str, words: Mapping[str, str], *, now: Now) -> None:
    """Store the outcome of an order. The first outcome stays."""
    outcome = codec.dump([key, dict(words)])
    with db.write(full=True):
        db.change(END, {"order": order, "outcome": outcome, "now": now.wall})


def note_told(db: Database, order: int, *, now: Now) -> None:
    """Note that the admin was told the outcome."""
    with db.write():
        db.change(TOLD, {"order": order, "now": now.wall})


def prune(db: Database, *, now: Now) -> int:
    """Delete the orders whose outcome was told long ago."""
    with db.write():
        return db.change(PRUNE, {"before": now.wall - KEPT})
