"""Somebody who does something over a connection of their own, in the middle of a transaction."""

import threading
from collections.abc import Callable

from procs.store.backups.invariants import audit
from procs.store.database import Database
from tests.contract.place import Place

#: Seconds in which whoever need not wait is through.
SOON = 20.0
WAITS = """
SELECT COUNT(*) FROM pg_locks, pg_database d
 WHERE NOT granted AND locktype = :kind AND COALESCE(database, d.oid) = d.oid
   AND d.datname = CURRENT_DATABASE()
"""


def faults(db: Database) -> list[str]:
    """What does not hold of the table; that a job ended without its requests is of these tests."""
    return [one for one in audit(db) if "nobody works for" not in one]


class Aside:
    """Something that another thread does over a connection of its own."""

    def __init__(self, place: Place, act: Callable[[Database], object]) -> None:
        self.result: object = None
        self.error: Exception | None = None
        self.thread = threading.Thread(target=self.run, args=(place, act))
        self.thread.start()

    def run(self, place: Place, act: Callable[[Database], object]) -> None:
        db = place.open()
        try:
            self.result = act(db)
        except Exception as error:
            self.error = error
            raise
        finally:
            db.close()

    def waits(self, db: Database, kind: str = "advisory") -> bool:
        """Whether it stands at a lock of this kind; once it is there or through."""
        while self.thread.is_alive():
            if db.all(WAITS, {"kind": kind})[0][0]:
                return True
        return False

    def end(self) -> object:
        self.thread.join(SOON)
        assert not self.thread.is_alive()
        return self.result
