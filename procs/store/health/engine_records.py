"""Versions of the engine on each machine: which was used since when, its results, and which are
refused.

Where machines share a database each counts the results of its own versions (`engine.done.m1`): what
another one downloads, or breaks, says nothing of them.
"""

from dataclasses import dataclass

from procs.core.clock import Now
from procs.core.machine import machine_name
from procs.errors import ExtractorBroken
from procs.records.job import Lane, State
from procs.store.database import Database
from procs.store.health import counters

#: The class of failure that a newer yt-dlp usually mends.
BROKEN = ExtractorBroken("").name
#: Tries after which their share of failures means something.
ENOUGH = 20

LATEST = """
SELECT version, used_at, job, broken, usual FROM engines
 WHERE host = :host AND used_at > 0 ORDER BY used_at DESC LIMIT 1
"""
USE = """
INSERT INTO engines (host, version, used_at, job, broken, usual)
VALUES (:host, :version, :now, :job, :broken, :usual)
    ON CONFLICT (host, version) DO UPDATE
   SET used_at = excluded.used_at, job = excluded.job, broken = excluded.broken,
       usual = excluded.usual
"""
REFUSE = """
INSERT INTO engines (host, version, used_at, job, broken, usual, refused_at, why)
VALUES (:host, :version, 0, 0, 0, 0, :now, :why)
    ON CONFLICT (host, version) DO UPDATE SET refused_at = excluded.refused_at, why = excluded.why
"""
FORGIVE = """
UPDATE engines SET refused_at = NULL, why = '' WHERE host = :host AND version = :version
"""
REFUSED = "SELECT version, why FROM engines WHERE host = :host AND refused_at IS NOT NULL"
#: The counters of one machine, each before its name.
DONE_THERE, BROKEN_THERE = "engine.done.", "engine.broken."
NEWEST_JOB = "SELECT COALESCE(MAX(id), 0) FROM jobs"
TOTAL = "SELECT COALESCE(SUM(count), 0) FROM failures WHERE error = :error"
DONE = f"SELECT COUNT(*) FROM jobs WHERE id > :job AND lane = {Lane.HEAVY} AND state = {State.DONE}"


@dataclass(frozen=True, slots=True)
class EngineUse:
    """A version that came into use at a wall instant. Since then so many downloads were `done`,
    and so many attempts found an extractor `broken`; `usual` is their share under the version
    before."""

    version: str
    used_at: float
    usual: float
    done: int
    broken: int

    @property
    def tries(self) -> int:
        """Downloads that tell something of the version: those that it did and those that it
        broke."""
        return self.done + self.broken

    @property
    def share(self) -> float:
        """The part of the tries that found an extractor broken."""
        return self.broken / max(1, self.tries)


def count_broken(db: Database, host: str) -> int:
    """The number of attempts of a machine that found an extractor broken, since the first start."""
    if machine_name.shared():
        return counters.value(db, f"{BROKEN_THERE}{host}")
    row = db.one(TOTAL, {"error": BROKEN})
    return int(row[0]) if row else 0


def count_done(db: Database, host: str, *, since: int) -> int:
    """The number of downloads that a machine did since a version came into use there, when `mark`
    was taken."""
    if machine_name.shared():
        return max(0, counters.value(db, f"{DONE_THERE}{host}") - since)
    row = db.one(DONE, {"job": since})
    return int(row[0]) if row else 0


def mark(db: Database, host: str) -> int:
    """What `count_done` counts from: the downloads of this machine so far, or the newest job."""
    if machine_name.shared():
        return counters.value(db, f"{DONE_THERE}{host}")
    row = db.one(NEWEST_JOB)
    return int(row[0]) if row else 0


def counter_of(beginning: str) -> str | None:
    """The counter of this machine; None for one that has the rows of jobs and failures alone."""
    machine = machine_name.shared()
    return f"{beginning}{machine}" if machine else None


def in_use(db: Database, host: str) -> tuple[str, float] | None:
    """The version that a machine uses and the wall instant since when; None before the first
    note."""
    row = db.one(LATEST, {"host": host})
    return (row[0], row[1]) if row else None


def latest(db: Database, host: str) -> EngineUse | None:
    """The version that a machine uses, with its results so far."""
    row = db.one(LATEST, {"host": host})
    if row is None:
        return None
    version, used_at, job, before, usual = row
    done = count_done(db, host, since=job)
    return EngineUse(version, used_at, usual, done, max(0, count_broken(db, host) - before))


def use(db: Database, host: str, version: str, *, now: Now) -> None:
    """Note that the operator put a version into use: an earlier refusal of it is deleted."""
    with db.write():
        before = latest(db, host)
        usual = before.share if before and before.tries >= ENOUGH else 0.0
        facts = {"host": host, "version": version, "now": now.wall}
        counts = {"job": mark(db, host), "broken": count_broken(db, host)}
        db.change(USE, {**facts, **counts, "usual": usual})
        db.change(FORGIVE, {"host": host, "version": version})


def refuse(db: Database, host: str, version: str, *, why: str, now: Now) -> None:
    """Exclude a version from automatic updates."""
    with db.write():
        db.change(REFUSE, {"host": host, "version": version, "why": why, "now": now.wall})


def refused_versions(db: Database, host: str) -> dict[str, str]:
    """The versions excluded from automatic updates, each with the reason."""
    return {version: why for version, why in db.all(REFUSED, {"host": host})}
