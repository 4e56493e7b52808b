"""Changes of a transaction that wait for others by the same text, to be one statement together.

What a server prepares to run a statement costs it about as much as one row does: eight ends of jobs
take it a fifth to a quarter less time so.
"""

from collections.abc import Sequence
from typing import Any

from procs.store.postgresql.statements.dialect import array_of, batched, guarded
from procs.store.postgresql.statements.pipeline import Facts, Statement, no_answer, statement_of

#: What tells a change from others by its text.
Mark = tuple[Any, ...]


class StatementBatches:
    """Fences, each of which raises an error when it changes no row, and behind them changes by one
    other text: who ends a job gives its seat to another behind that."""

    __slots__ = ("changes", "errors", "fences", "sql")

    def __init__(self) -> None:
        self.fences: dict[str, list[Facts]] = {}
        self.errors: dict[str, list[Exception]] = {}
        self.sql = ""
        self.changes: dict[Mark, Facts] = {}

    def __bool__(self) -> bool:
        return bool(self.fences or self.changes)

    def fence(self, sql: str, facts: Facts, otherwise: Exception) -> None:
        """Add a fence. `otherwise` is what it raises."""
        self.fences.setdefault(sql, []).append(facts)
        self.errors.setdefault(sql, []).append(otherwise)

    def takes(self, sql: str, mark: Mark) -> bool:
        """Whether a change may be among those that wait."""
        return not self.changes or (sql == self.sql and mark not in self.changes)

    def add(self, sql: str, mark: Mark, facts: Facts) -> None:
        """Add a change that it takes."""
        self.sql = sql
        self.changes[mark] = facts

    def taken(self) -> list[tuple[Statement, Exception | None]]:
        """All that wait, in their order, and what each raises; none waits then."""
        fences, changes = self.fences, self.changes
        found: list[tuple[Statement, Exception | None]] = [
            (together(sql, each, is_fence=True), one_of(self.errors[sql]))
            for sql, each in fences.items()
        ]
        if changes:
            found.append((together(self.sql, [*changes.values()], is_fence=False), None))
        self.fences, self.errors, self.changes = {}, {}, {}
        return found


def together(sql: str, changes: Sequence[Facts], *, is_fence: bool) -> Statement:
    """Changes by one text as one statement."""
    if len(changes) == 1:
        return statement_of(guarded(sql, "") if is_fence else sql, changes[0], no_answer)
    text, names = batched(sql, is_fence)
    values: list[Any] = [array_of(name, [one[name] for one in changes]) for name in names]
    return Statement(text, [*values, len(changes)] if is_fence else values, no_answer)


def one_of(errors: Sequence[Exception]) -> Exception:
    """What fences raise; where there are several, nobody knows which changed no row."""
    first, *more = errors
    return type(first)(f"one of {', '.join(map(str, errors))}") if more else first
