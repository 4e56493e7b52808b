"""Workers as rows: which exist, what each holds, and whether its process still lives.

A process is identified by pid *and* start time, on its own host and boot only: the kernel soon
gives a pid to another process.
"""

import os
from dataclasses import dataclass

from procs.core.clock import Now, boot_id
from procs.core.files.boot_identity import start_of, stat_of
from procs.core.machine import machine_name
from procs.store.database import Database
from procs.store.health import counters

#: The state of the bot's row: it carries known media itself, and is no worker in anything else.
BOT = "bot"
#: Seconds without a beat of a machine that explain why its worker did not renew: two such beats. At
#: the end of a lease the last one is older, as workers renew every 15 seconds.
MACHINE_SILENT = 40.0

ENTER = """
INSERT INTO workers (name, host, boot, pid, started, state, entered_at, beat_at)
VALUES (:name, :host, :boot, :pid, :started, :state, :wall, :beat)
RETURNING id
"""
SERVE = """
UPDATE workers SET state = 'serving', slot = :slot, served_at = :wall, beat_at = :beat
 WHERE id = :worker
"""
DRAIN = "UPDATE workers SET state = 'draining', why = :why WHERE id = :worker"
LEAVE = """
UPDATE workers SET state = 'gone', ended_at = :wall, why = :why
 WHERE id = :worker AND ended_at IS NULL
"""
CONNECT = "UPDATE workers SET connected_at = :wall WHERE id = :worker"
BEAT = """
UPDATE workers SET beat_at = :beat, jobs = :jobs WHERE id = :worker AND ended_at IS NULL
"""
#: Of a machine that is gone; the process may live, and learns it from its next beat. One that has
#: beaten meanwhile is not gone, whatever became of its machine's keeper.
FORGET_MACHINE = """
UPDATE workers SET state = 'gone', ended_at = :wall, why = 'machine-gone'
 WHERE host = :host AND ended_at IS NULL AND beat_at < :since
"""
#: Whether a worker's machine is silent, or was counted as gone, which may have come back since.
IS_LOST = """
SELECT 1 FROM workers w
 WHERE w.id = :worker
   AND (w.why = 'machine-gone'
        OR EXISTS (SELECT 1 FROM machines m WHERE m.name = w.host AND m.beat_at < :since)
           AND NOT EXISTS (SELECT 1 FROM workers o
                            WHERE o.host = w.host AND o.ended_at IS NULL AND o.beat_at >= :since))
"""
#: Whether somebody of a machine `{of}` was heard since.
IS_HEARD = """
(EXISTS (SELECT 1 FROM machines WHERE name = {of} AND beat_at >= :since)
 OR EXISTS (SELECT 1 FROM workers w
             WHERE w.host = {of} AND w.ended_at IS NULL AND w.beat_at >= :since))
"""
#: The machines that carry jobs now, with their roles.
CARRIERS = f"""
SELECT name, roles FROM machines m
 WHERE ended_at IS NULL AND {IS_HEARD.format(of="m.name")}
   AND NOT EXISTS (SELECT 1 FROM pauses WHERE scope = 'machine:' || name)
 ORDER BY name
"""
PRESENT = """
SELECT id, name, host, boot, pid, started, slot, state, jobs, entered_at, served_at, beat_at,
       connected_at
  FROM workers WHERE ended_at IS NULL ORDER BY id
"""
PART = "UPDATE workers SET state = 'gone', ended_at = :wall WHERE id = :worker AND ended_at IS NULL"
ADDRESS = "SELECT name FROM workers WHERE id = :worker AND ended_at IS NULL"


@dataclass(frozen=True, slots=True)
class Worker:
    """One worker's row. `beat_at` is on the boot clock, the other instants are wall time."""

    id: int
    name: str
    host: str
    boot: str
    pid: int
    started: int
    slot: int | None
    state: str
    jobs: int
    entered_at: float
    served_at: float | None
    beat_at: float
    #: When it first was connected with Telegram.
    connected_at: float | None = None
    #: Whether other machines may use the same database.
    is_shared: bool = False

    @property
    def here(self) -> bool:
        """Whether this worker ran on this machine, so that this process can see its death. Where
        the database is a file all did, under whatever name: the machine was renamed since, or the
        file is a backup of another one, whose workers are dead for this one."""
        return not self.is_shared or self.host == machine_name.name()

    @property
    def alive(self) -> bool:
        """Whether its process still runs. Ask only when it is `here`."""
        return self.boot == boot_id() and start_of(self.pid) == self.started

    @property
    def stopped(self) -> bool:
        """Whether a signal or a debugger has its process stand still. Ask only when it is
        `here`."""
        return stat_of(self.pid)[:1] in ([b"T"], [b"t"])


def enter(db: Database, name: str, *, now: Now, state: str = "spare") -> int:
    """Insert a row for this process, without a slot. Returns its number, which is never used
    again."""
    facts = {
        "name": name,
        "host": machine_name.name(),
        "boot": boot_id(),
        "pid": os.getpid(),
        "started": start_of(os.getpid()),
        "state": state,
        "wall": now.wall,
        "beat": now.boot,
    }
    with db.write(full=True):  # a server that crashes gives a number again that was on no disk
        rows = db.all(ENTER, facts)
    return int(rows[0][0])


def serve(db: Database, worker: int, *, slot: int, now: Now) -> None:
    """Note that the worker left the bench of spares for a slot, and has just beaten."""
    with db.write():
        db.send(SERVE, {"worker": worker, "slot": slot, "wall": now.wall, "beat": now.boot})


def drain(db: Database, worker: int, *, why: str) -> None:
    """Note that the worker claims nothing more, and why; it still holds what it carries."""
    with db.write():
        db.send(DRAIN, {"worker": worker, "why": why})


def connect(db: Database, worker: int, *, now: Now) -> None:
    """Note that this worker is connected with Telegram. Raises StoreFull."""
    with db.write():
        db.send(CONNECT, {"worker": worker, "wall": now.wall})


def beat(db: Database, worker: int, *, jobs: int, now: Now) -> bool:
    """Note that a worker lives. False when it is counted as gone: it makes room for a new one."""
    with db.write(only=(), quiet=True):
        return db.change(BEAT, {"worker": worker, "jobs": jobs, "beat": now.boot}) > 0


def forget_machine(db: Database, host: str, *, since: float, now: Now) -> int:
    """Count the workers of a machine as gone that are silent since an instant of the boot clock.
    Returns how many were not."""
    facts = {"host": host, "wall": now.wall, "since": since}
    with db.write():
        return db.change(FORGET_MACHINE, facts)


def is_lost(db: Database, worker: int, *, now: Now) -> bool:
    """Whether the machine of a worker is silent too: the loss says nothing of what it carried."""
    return db.one(IS_LOST, {"worker": worker, "since": now.boot - MACHINE_SILENT}) is not None


def leave(db: Database, worker: int, *, why: str, now: Now) -> None:
    """Remove the worker's row at its planned end and count the reason; a row that is gone counts
    nothing."""
    with db.write():
        if db.change(LEAVE, {"worker": worker, "why": why, "wall": now.wall}):
            counters.add(db, f"workers.left.{why}")


def part(db: Database, worker: int, *, now: Now) -> None:
    """Remove the row of a process that is no worker."""
    with db.write():
        db.send(PART, {"worker": worker, "wall": now.wall})


def present(db: Database) -> list[Worker]:
    """The workers whose row says that they have not left."""
    return [one for one in holders(db) if one.state != BOT]


def holders(db: Database) -> list[Worker]:
    """Whoever may hold leases: the workers, and the bot."""
    is_shared = db.channel() is not None
    return [Worker(*(*row, is_shared)) for row in db.all(PRESENT)]


def address(db: Database, worker: int) -> str | None:
    """The name of a worker's wake socket; None when the worker left."""
    row = db.one(ADDRESS, {"worker": worker})
    return str(row[0]) if row else None
