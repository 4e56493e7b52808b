"""Machines as rows: which share this database, and when each was heard last.

The keeper of each writes its row every few seconds, each worker its own. A machine of which nobody
is heard for longer than a lease is gone: what its workers held is taken back by then, and what lies
on its disk is begun anew. One whose keeper alone is dead carries its jobs all the same.
"""

import re
from dataclasses import dataclass

from procs.core.clock import Now
from procs.records.job import Kind, State
from procs.store.database import Database
from procs.store.health import workers
from procs.store.jobs import file_owners
from procs.store.jobs.leases import LEASE
from procs.store.literals import IDLE

#: Seconds between two beats, and of silence after which a machine is gone.
MACHINE_BEAT, GONE_AFTER = 20.0, LEASE
#: Seconds after which a machine that is gone is no longer shown.
SHOWN = 24 * 3600.0

BEAT = """
INSERT INTO machines (name, boot, home, roles, slots, version, entered_at, beat_at)
VALUES (:name, :boot, :home, :roles, :slots, :version, :now, :now)
    ON CONFLICT (name) DO UPDATE
   SET boot = excluded.boot, home = excluded.home, roles = excluded.roles, slots = excluded.slots,
       version = excluded.version, beat_at = excluded.beat_at, ended_at = NULL
"""
LEAVE = "UPDATE machines SET ended_at = :now WHERE name = :name"
LIST = """
SELECT name, boot, home, roles, slots, version, entered_at, beat_at, ended_at,
       COALESCE((SELECT MAX(w.beat_at) FROM workers w
                  WHERE w.host = machines.name AND w.ended_at IS NULL), 0)
  FROM machines ORDER BY name
"""
PRUNE = """
DELETE FROM machines
 WHERE beat_at < :before
   AND NOT EXISTS (SELECT 1 FROM workers w
                    WHERE w.host = machines.name AND w.ended_at IS NULL AND w.beat_at >= :before)
"""
#: Jobs in line whose files, or whose way to their site, are of a machine that carries nothing now:
#: it is silent, drained, or has no workers. What is collected there waits for it.
BOUND = f"""
SELECT f.job FROM job_files f JOIN jobs j ON j.id = f.job
 WHERE j.state = {State.QUEUED}
   AND (j.folder = 0 OR j.kind NOT IN ('{Kind.FETCH}', '{Kind.LOOK}'))
   AND NOT ({workers.IS_HEARD.format(of="f.machine")}
            AND EXISTS (SELECT 1 FROM machines
                         WHERE name = f.machine AND roles LIKE '%worker%')
            AND NOT EXISTS (SELECT 1 FROM pauses WHERE scope = 'machine:' || f.machine))
 ORDER BY f.job LIMIT :bite
"""
#: Jobs that are over, or forgotten.
PRUNE_FILES = f"""
DELETE FROM job_files
 WHERE NOT EXISTS (SELECT 1 FROM jobs
                    WHERE id = job_files.job AND state IN ({IDLE}, {State.LEASED}))
"""
#: Rows per transaction.
BITE = 200


@dataclass(frozen=True, slots=True)
class Machine:
    """One row; instants are of the shared clock, `beat_at` the latest of its keeper, `worked_at` of
    its workers (0 for none), `ended_at` of a machine that was stopped."""

    name: str
    boot: str
    home: str
    roles: str
    slots: int
    version: str
    entered_at: float
    beat_at: float
    ended_at: float | None
    worked_at: float

    def is_unkept(self, now: Now) -> bool:
        """Whether its keeper is silent for so long that nothing of it is waited for."""
        return now.boot - self.beat_at > GONE_AFTER

    def is_gone(self, now: Now) -> bool:
        """Whether its keeper and all its workers are silent for so long."""
        return now.boot - max(self.beat_at, self.worked_at) > GONE_AFTER

    def is_lost(self, now: Now) -> bool:
        """Whether it is gone and nobody stopped it."""
        return self.ended_at is None and self.is_gone(now)

    def is_there(self, now: Now) -> bool:
        """Whether it is heard, and nobody stopped it."""
        return self.ended_at is None and not self.is_gone(now)


def beat(
    db: Database, name: str, *, boot: str, home: str, roles: str, slots: int, version: str, now: Now
) -> None:
    """Note that this machine is there. Raises StoreError."""
    facts = {"name": name, "boot": boot, "home": home, "roles": roles, "slots": slots}
    with db.write(only=(), quiet=True):
        db.send(BEAT, {**facts, "version": version, "now": now.boot})


def leave(db: Database, name: str, *, now: Now) -> None:
    """Note that this machine was stopped on purpose. Raises StoreError."""
    with db.write():
        db.change(LEAVE, {"name": name, "now": now.boot})


def listed(db: Database) -> list[Machine]:
    """Every machine that was heard lately."""
    return [Machine(*row) for row in db.all(LIST)]


def heard(db: Database) -> list[str]:
    """The names of the machines that work with a server's database, by its own clock, which a
    process need not follow; none of a file."""
    time = db.time()
    return [one.name for one in listed(db) if time is not None and one.is_there(Now(time, time))]


def backup_machine(db: Database, *, now: Now) -> str:
    """The machine whose keeper takes the backups: of those that are there, and of the newest
    version, the first by name; "" where no machine has a row."""
    there = [
        (tuple(-int(number) for number in re.findall(r"\d+", one.version)), one.name)
        for one in listed(db)
        if "keeper" in one.roles.split(",") and one.ended_at is None and not one.is_unkept(now)
    ]
    return min(there)[1] if there else ""


def carriers(db: Database, *, now: Now) -> list[str]:
    """The names of the machines that carry jobs now."""
    rows = db.all(workers.CARRIERS, {"since": now.boot - GONE_AFTER})
    return [name for name, roles in rows if "worker" in str(roles).split(",")]


def unbind(db: Database, *, now: Now) -> int:
    """Let any machine begin anew the jobs in line whose files lie on one that is gone or drained,
    or that has no workers. Returns how many."""
    facts = {"since": now.boot - GONE_AFTER, "bite": BITE}
    if not db.all(BOUND, facts):
        return 0
    with db.write():
        rows = db.all(BOUND, facts)
        for (job,) in rows:
            file_owners.bind(db, job, "")
        return len(rows)


def prune(db: Database, *, now: Now) -> int:
    """Forget the machines that are gone for a day, and where files of jobs lay that are over."""
    with db.write():
        db.change(PRUNE_FILES)
        return db.change(PRUNE, {"before": now.boot - SHOWN})
