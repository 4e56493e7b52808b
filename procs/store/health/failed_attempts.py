"""Failed attempts, grouped by class, site and fingerprint of the message."""

from dataclasses import dataclass

from procs.core.clock import Now
from procs.store.database import Database
from procs.store.health import counters, engine_records
from procs.store.health.fingerprint import example, fingerprint

#: Groups that are kept: sites and messages come from outside, so their number has no bound of its
#: own.
MOST = 2000

NOTE = """
INSERT INTO failures (error, site, print, count, first_at, last_at, job, code, example)
VALUES (:error,
        COALESCE(NULLIF((SELECT site FROM jobs WHERE id = :job), ''), :site),
        :print, 1, :now, :now, :job, :code, :example)
    ON CONFLICT (error, site, print) DO UPDATE
   SET count = failures.count + 1, last_at = excluded.last_at, job = excluded.job,
       code = CASE excluded.code WHEN '' THEN failures.code ELSE excluded.code END
"""
GROUPS = """
SELECT error, site, print, count, first_at, last_at, job, code, example FROM failures
 WHERE last_at >= :since ORDER BY last_at DESC
"""
PRUNE = """
DELETE FROM failures
 WHERE last_at < :before
    OR last_at < (SELECT last_at FROM failures ORDER BY last_at DESC LIMIT 1 OFFSET :most)
"""


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """Attempts that failed alike. `job` and `code` are of the latest ("" when nobody was told yet),
    `example` the words of the first, without secrets; instants are wall time."""

    error: str
    site: str
    print: str
    count: int
    first_at: float
    last_at: float
    job: int
    code: str
    example: str


def note(
    db: Database, job: int, *, error: str, site: str, detail: str, code: str, now: Now
) -> None:
    """Count one failed attempt. The site is the one of the job's link when it has one."""
    facts = {"job": job, "error": error, "site": site, "code": code, "now": now.wall}
    with db.write():
        db.change(NOTE, {**facts, "print": fingerprint(detail), "example": example(detail)})
        counter = engine_records.counter_of(engine_records.BROKEN_THERE)
        if counter and error == engine_records.BROKEN:
            counters.add(db, counter)


def groups(db: Database, *, since: float = 0.0) -> list[FailureGroup]:
    """The groups with a failure since a wall instant, the latest first."""
    return [FailureGroup(*row) for row in db.all(GROUPS, {"since": since})]


def prune(db: Database, *, before: float) -> int:
    """Delete groups without a failure since a wall instant, and the oldest beyond the limit."""
    with db.write():
        return db.change(PRUNE, {"before": before, "most": MOST - 1})
