"""The product's own connection, with a point before each of its statements; and its gate."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from procs.store.sqlite.connection import Connection, Facts, Row
from procs.store.sqlite.gate import Gate
from tests.simulation.scheduler import Killed

#: What is no step of its own: it is part of how a transaction begins, or of its end.
SILENT = ("PRAGMA", "BEGIN", "ROLLBACK")


class SteppedConnection(Connection):
    """One life of an actor. A dead one makes no statement any more."""

    def __init__(self, path: Path, *, run: Path, actor: Any) -> None:
        self.actor, self.dead = actor, False
        actor.db = self
        #: What the transaction wrote, as statements.
        self.wrote: set[str] = set()
        super().__init__(path, run=run)
        self.gate = SteppedGate(self.gate, actor)

    def step(self, sql: str, facts: Any) -> None:
        if not sql.startswith(SILENT):
            self.actor.point(sql, facts)

    def all(self, sql: str, facts: Facts | None = None) -> list[Row]:
        self.step(sql, facts)
        if self.inside:
            self.wrote.add(sql)
        return super().all(sql, facts)

    def change_many(self, sql: str, facts: Iterable[Facts]) -> int:
        given = list(facts)
        self.step(sql, given)
        self.wrote.add(sql)
        return super().change_many(sql, given)

    def _run(self, sql: str, facts: Facts | None = None) -> Any:
        if sql != "ROLLBACK":
            self.step(sql, facts)
        self.wrote.add(sql)
        cursor = super()._run(sql, facts)
        if sql == "COMMIT":
            wrote, self.wrote = self.wrote, set()
            self.actor.committed(wrote, full=self.full)
        elif sql == "ROLLBACK":
            self.wrote = set()
        return cursor


class SteppedGate(Gate):
    """The real gate, entered only when it is free: until then the actor stands in the queue, in the
    order in which the kernel would let it in."""

    def __init__(self, real: Gate, actor: Any) -> None:
        self.real, self.actor = real, actor

    def enter(self) -> None:
        actor, scheduler = self.actor, self.actor.scheduler
        actor.point("gate", None)
        if scheduler.holder is None:
            scheduler.holder = actor
        else:
            scheduler.queue.append(actor)
            self.wait()
        self.real.enter()

    def wait(self) -> None:
        try:
            self.actor.point("let in", None)
        except Killed:
            self.pass_on()
            raise

    def leave(self) -> None:
        self.real.leave()
        self.pass_on()

    def pass_on(self) -> None:
        scheduler = self.actor.scheduler
        if scheduler.holder is self.actor:
            scheduler.holder = scheduler.queue.popleft() if scheduler.queue else None

    def close(self) -> None:
        self.real.close()


@cache
def table(sql: str) -> str:
    """The table that a statement writes, "" for one that only reads."""
    words = sql.split()
    if words[0] == "UPDATE":
        return words[1]
    return words[2] if words[0] in ("INSERT", "DELETE") else ""
