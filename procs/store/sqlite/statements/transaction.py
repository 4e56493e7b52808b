"""A write transaction of a connection, from the gate to the commit."""

from typing import Any

from procs.core import clock


class Transaction:
    """One for all of a connection, since only one goes on at a time. A class, because a generator
    would cost a tenth of a cycle."""

    __slots__ = ("db", "full")

    def __init__(self, db: Any, *, full: bool) -> None:
        self.db, self.full = db, full

    def __enter__(self) -> None:
        came = clock.steady()
        self.db.gate.enter()
        try:
            self.db._begin(self.full, came)
        except BaseException:
            self.db.gate.leave()
            raise

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        db = self.db
        try:
            if kind is None:
                db._run("COMMIT")
        finally:
            try:
                if db.connection.in_transaction:  # the body failed, or the commit did
                    db._run("ROLLBACK")
            finally:
                db.inside = False
                db.gate.leave()
