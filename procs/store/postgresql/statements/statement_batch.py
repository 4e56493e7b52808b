"""Changes of a transaction that wait for others by the same text, to be one statement together.

What a server prepares to run a statement costs it more than one row does: eight ends of jobs by one
statement take it little longer than two by two.
"""

from collections.abc import Iterator
from typing import Any

from procs.store.postgresql.statements.dialect import array_of, batched, guarded
from procs.store.postgresql.statements.pipeline import Facts, Statement, no_answer, statement_of

#: What tells a change from others by its text.
Mark = tuple[Any, ...]


class StatementBatch:
    """Changes by one text. A fence raises an error when it changes no row."""

    def __init__(self, sql: str, *, is_fence: bool) -> None:
        self.sql, self.is_fence = sql, is_fence
        self.changes: dict[Mark, Facts] = {}
        self.errors: list[Exception] = []

    def statement(self) -> Statement:
        """All of them."""
        changes = list(self.changes.values())
        if len(changes) == 1:
            alone = guarded(self.sql, "") if self.is_fence else self.sql
            return statement_of(alone, changes[0], no_answer)
        text, names = batched(self.sql, self.is_fence)
        values: list[Any] = [array_of(name, [one[name] for one in changes]) for name in names]
        return Statement(text, [*values, len(changes)] if self.is_fence else values, no_answer)

    def error(self) -> Exception | None:
        """What a fence raises; where there are several, nobody knows which changed no row."""
        if len(self.errors) < 2:
            return next(iter(self.errors), None)
        return type(self.errors[0])(f"one of {', '.join(map(str, self.errors))}")


class StatementBatches:
    """The fences, and the changes by one other text, which come behind them: who ends a job gives
    its seat to another behind that."""

    def __init__(self) -> None:
        self.batches: dict[str, StatementBatch] = {}

    def fits(self, sql: str, mark: Mark, *, is_fence: bool) -> bool:
        """Whether a change may be among those that wait."""
        if sql in self.batches:
            return mark not in self.batches[sql].changes
        return is_fence or all(one.is_fence for one in self.batches.values())

    def add(self, sql: str, mark: Mark, facts: Facts, otherwise: Exception | None) -> None:
        """One that fits. `otherwise` makes it a fence, and is what that raises."""
        batch = self.batches.setdefault(sql, StatementBatch(sql, is_fence=otherwise is not None))
        batch.changes[mark] = facts
        if otherwise is not None:
            batch.errors.append(otherwise)

    def taken(self) -> Iterator[tuple[Statement, Exception | None]]:
        """All that wait, in their order, and what each raises; none waits then."""
        batches, self.batches = self.batches, {}
        for batch in sorted(batches.values(), key=lambda one: not one.is_fence):
            yield batch.statement(), batch.error()
