"""What a transaction on a server needs of the connection that it runs on."""

from typing import Any, Protocol

import psycopg

from procs.core.clock import ClockReading
from procs.store.postgresql.statements.pipeline import Row, Statement, StatementPipeline


class TransactionOwner(Protocol):
    """What a transaction needs of its connection."""

    url: str
    session: psycopg.Connection[Row]
    pipeline: StatementPipeline
    timeline: str
    #: The one that runs.
    transaction: Any
    own: int
    #: The steady instant of the last commit of which others must hear.
    told_at: float
    #: What the gate of the latest quiet one said.
    told_clock: ClockReading | None

    def run_alone(self, statement: Statement) -> Any:
        """Run a statement outside of a transaction, on a new connection when the old one is gone.
        Raises StoreAway."""

    def connect_anew(self) -> None:
        """Take a new connection where the old one is gone. Raises StoreAway."""
