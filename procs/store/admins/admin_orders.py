"""Orders: work of the whole system that an admin asked for from the chat, and its outcome.

The bot writes an order, the keeper has it done, the bot tells the outcome once: also when both were
restarted meanwhile, which is what one of the orders does.

Where machines share a database each has an engine and processes of its own, so what is ordered of
these is a row for each machine. They are done one after the other, by the machine that each names;
after a restart that was not whole nothing more is restarted.
"""

from collections.abc import Mapping, Sequence
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
#: Outcomes: of a restart that was whole, of one that another's failure left out, and of what a
#: machine should have done of which nothing is heard.
RESTARTED, LEFT_OUT, SILENT = "order-restarted", "order-left-out", "order-silent"
#: Seconds for which an order that is over is kept.
KEPT = 30 * 24 * 3600.0

# One order at a time: the outcome of two at once could not be told apart.
GIVE = """
INSERT INTO admin_orders (mark, kind, admin, chat, access, at, machine)
SELECT :mark, :kind, :admin, :chat, :access, :now, :machine
 WHERE NOT EXISTS (SELECT 1 FROM admin_orders WHERE ended_at IS NULL)
    ON CONFLICT (mark) DO NOTHING
"""
#: The same order to one machine more.
GIVE_ALSO = """
INSERT INTO admin_orders (mark, kind, admin, chat, access, at, machine)
VALUES (:mark, :kind, :admin, :chat, :access, :now, :machine)
"""
COLUMNS = "id, kind, admin, chat, access, at, runner, outcome, machine"
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
#: The orders to machines of whose keeper nothing is heard.
LEFT = """
SELECT o.id FROM admin_orders o
 WHERE o.ended_at IS NULL AND o.machine <> ''
   AND NOT EXISTS (SELECT 1 FROM machines WHERE name = o.machine AND beat_at >= :since)
"""
TOLD = "UPDATE admin_orders SET told_at = :now WHERE id = :order"
PRUNE = "DELETE FROM admin_orders WHERE told_at < :before"


@dataclass(frozen=True, slots=True)
class AdminOrder:
    """One row. `at` is the wall instant at which it was given, `runner` the process that does it (0
    for none yet), `outcome` the text of the catalogue that tells how it ended, with its words,
    `machine` the one whose keeper does it, "" where any may."""

    id: int
    kind: str
    admin: int
    chat: int
    access: int
    at: float
    runner: int
    outcome: str
    machine: str

    @property
    def told(self) -> tuple[str, dict[str, Any]]:
        """The outcome as the key of a text and its values, to be told to the admin."""
        key, words = codec.load(self.outcome)
        return str(key), dict(words)


def give(
    db: Database,
    kind: str,
    *,
    admin: int,
    chat: int,
    access: int,
    mark: str,
    now: Now,
    machines: Sequence[str] = ("",),
) -> bool:
    """Store an order, to each of `machines` in this order. False while another one is under way;
    the same `mark` is the same order."""
    facts = {"kind": kind, "admin": admin, "chat": chat, "access": access, "now": now.wall}
    first, *others = machines
    with db.write(full=True):
        if db.change(GIVE, {**facts, "mark": mark, "machine": first}) == 0:
            return False
        for one in others:
            db.change(GIVE_ALSO, {**facts, "mark": f"{mark}/{one}", "machine": one})
    return True


def under_way(db: Database) -> list[AdminOrder]:
    """The orders without an outcome, those that nobody took included."""
    return [AdminOrder(*row) for row in db.all(OPEN)]


def due_here(db: Database) -> list[AdminOrder]:
    """The orders that this machine may begin or has begun; of those to several machines the one
    whose turn it is."""
    rows = db.all(OPEN_HERE, {"machine": machine_name.shared()})
    turn = {one.id for one in under_way(db)[:1]} if rows else set()
    found = [AdminOrder(*row) for row in rows]
    return [one for one in found if not one.machine or one.id in turn]


def untold(db: Database) -> list[AdminOrder]:
    """The orders that ended and whose admin has not read that."""
    return [AdminOrder(*row) for row in db.all(UNTOLD)]


def take(db: Database, order: int, runner: int, *, before: int = 0) -> bool:
    """Claim an order for a process, if `before` (0 for nobody) still has it. False when another
    process was first."""
    with db.write():
        facts = {"order": order, "runner": runner, "machine": machine_name.shared()}
        return db.change(TAKE, {**facts, "before": before}) > 0


def lose(db: Database, *, since: float, now: Now) -> int:
    """End what machines should have done whose keeper was not heard since this instant (boot), as
    they are lost, were stopped, or are known no more; the next one has its turn. Returns how
    many."""
    left = [order for (order,) in db.all(LEFT, {"since": since})]
    for order in left:
        end(db, order, SILENT, {}, now=now)
    return len(left)


def end(db: Database, order: int, key: str, words: Mapping[str, str], *, now: Now) -> None:
    """Store the outcome of an order, and where it is a restart that failed, of those behind it. The
    first outcome stays."""
    with db.write(full=True):
        restarts = [one.id for one in under_way(db) if one.kind == RESTART]
        _end(db, order, key, words, now=now)
        if order in restarts and key != RESTARTED:
            for one in restarts:
                if one > order:
                    _end(db, one, LEFT_OUT, {}, now=now)


def _end(db: Database, order: int, key: str, words: Mapping[str, str], *, now: Now) -> None:
    outcome = codec.dump([key, dict(words)])
    db.change(END, {"order": order, "outcome": outcome, "now": now.wall})


def note_told(db: Database, order: int, *, now: Now) -> None:
    """Note that the admin was told the outcome."""
    with db.write():
        db.change(TOLD, {"order": order, "now": now.wall})


def prune(db: Database, *, now: Now) -> int:
    """Delete the orders whose outcome was told long ago."""
    with db.write():
        return db.change(PRUNE, {"before": now.wall - KEPT})
