"""The floor: the least that a table with seats, fences and leases can do in a cycle.

One table of short rows, two indexes, three statements: no lanes, no pauses, no limit of all, no
story, no progress, and nothing between the statements and SQLite. What the lease table costs beyond
this is what it does beyond this; what this costs beyond a goal, no lease table on SQLite can save.
"""

import itertools
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_UN, flock
from pathlib import Path

from bench.queue.limit import PRAGMAS

CAP = 2
TABLE = (
    """
    CREATE TABLE jobs (id INTEGER PRIMARY KEY, user_id INTEGER, state INTEGER, at REAL,
                       seat INTEGER, fence INTEGER, attempt INTEGER, worker INTEGER, payload TEXT)
    """,
    "CREATE INDEX job_agenda ON jobs (state, at) WHERE state < 10",
    "CREATE UNIQUE INDEX job_seat ON jobs (user_id, seat) WHERE seat IS NOT NULL",
)
ADD = "INSERT INTO jobs VALUES (:id, :user, :state, :id, :seat, 0, 0, NULL, 'a link')"
FINISH = """
UPDATE jobs SET state = 20, at = :now, seat = NULL WHERE id = :job AND fence = :fence AND state = 1
"""
HAND_ON = """
UPDATE jobs SET state = 0, at = :now, seat = :seat
 WHERE id = (SELECT id FROM jobs WHERE seat IS NOT NULL AND user_id = :user AND seat > 0
              ORDER BY seat LIMIT 1)
"""
CLAIM = """
UPDATE jobs SET state = 1, at = :end, fence = fence + 1, attempt = attempt + 1, worker = 1
 WHERE id IN (SELECT id FROM jobs WHERE state < 10 AND state = 0 ORDER BY at LIMIT :room)
RETURNING id, fence, user_id, seat, payload
"""


class Bare:
    """The barest table, and what one worker holds of it."""

    def __init__(self, folder: Path, *, room: int) -> None:
        folder.mkdir(exist_ok=True)
        self.connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
        for pragma in (*PRAGMAS, "synchronous = NORMAL"):
            self.connection.execute(f"PRAGMA {pragma}")
        self.gate = os.open(folder / "gate.lock", os.O_RDWR | os.O_CREAT)
        self.room, self.now = room, float(1 << 40)
        self.held: list[tuple[int, ...]] = []

    def fill(self, users: int, each: int) -> "Bare":
        """`each` jobs of every user, as if all asked at the same pace."""
        numbers = itertools.count(1)
        for statement in (*TABLE, "BEGIN"):
            self.connection.execute(statement)
        for turn in range(each):
            seated = turn < CAP
            for user in range(users):
                job = next(numbers)
                facts = {"id": job, "user": user, "state": 0 if seated else 10}
                self.connection.execute(ADD, {**facts, "seat": -turn - 1 if seated else job})
        self.connection.execute("COMMIT")
        return self

    def turn(self) -> None:
        """Finish what is held, hand the seats on, claim as many; each end is a transaction of its
        own, and the claim is one, at the gate."""
        run = self.connection.execute
        for job, fence, user, seat, _ in self.held:
            self.now += 1
            with self.write():
                run(FINISH, {"now": self.now, "job": job, "fence": fence})
                run(HAND_ON, {"now": self.now, "user": user, "seat": seat})
        with self.write():
            facts = {"end": time.monotonic(), "room": self.room}
            self.held = run(CLAIM, facts).fetchall()
        if len(self.held) != self.room:
            raise RuntimeError("the table ran empty: the bench filled too little")

    def turn_once(self) -> None:
        """The same in one transaction, in which a worker of ours does both."""
        run = self.connection.execute
        with self.write():
            for job, fence, user, seat, _ in self.held:
                self.now += 1
                run(FINISH, {"now": self.now, "job": job, "fence": fence})
                run(HAND_ON, {"now": self.now, "user": user, "seat": seat})
            facts = {"end": time.monotonic(), "room": self.room}
            self.held = run(CLAIM, facts).fetchall()
        if len(self.held) != self.room:
            raise RuntimeError("the table ran empty: the bench filled too little")

    @contextmanager
    def write(self) -> Iterator[None]:
        """One write transaction behind the lock."""
        flock(self.gate, LOCK_EX)
        self.connection.execute("BEGIN IMMEDIATE")
        yield
        self.connection.execute("COMMIT")
        flock(self.gate, LOCK_UN)

    def checkpoint(self, *, truncate: bool) -> None:
        """As the store's."""
        mode = "TRUNCATE" if truncate else "PASSIVE"
        self.connection.execute(f"PRAGMA wal_checkpoint({mode})").fetchall()
