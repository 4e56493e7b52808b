"""What `chapar jobs`, `why`, `errors`, `breakers`, `cap` and `audit` show, for programs."""

from typing import Any

from daemon.commands import error_groups, job_commands
from procs.core import clock
from procs.errors import remedies
from procs.store.admins import audit_log
from procs.store.database import Database
from procs.store.health import failed_attempts, runtime_settings
from procs.store.jobs import seats
from procs.store.people import users
from procs.store.reports import job_people, job_record
from procs.store.reports.job_record import JobRecord
from procs.store.sites import breakers, cookies


def jobs(db: Database, *, every: bool) -> list[dict[str, Any]]:
    """The jobs that are not over, or the latest ones."""
    return [job(one) for one in (job_record.latest(db) if every else job_record.alive(db))]


def job(one: JobRecord) -> dict[str, Any]:
    """A job as JSON shows it."""
    return {
        "id": one.id,
        "state": one.state,
        "lane": one.lane,
        "kind": one.kind,
        "user": one.user,
        "site": one.site,
        "at": one.at,
        "attempt": one.attempt,
        "worker": one.worker,
        "error": one.error,
        "asked_at": job_commands.instant(one.story[0]) if one.story else None,
    }


def why(db: Database, name: str) -> dict[str, Any]:
    """The story of a job and who asked for it. Raises Refusal."""
    one = job_commands.find_job(db, name)
    story = []
    for event in one.story:
        at, _, rest = event.partition(" ")
        what, _, facts = rest.partition(" ")
        told = job_commands.by_name(db, facts)
        story.append({"at": float(at), "event": what, "facts": told})
    return {**job(one), "story": story, "requests": job_people.of_job(db, one.id)}


def errors(db: Database, since: str) -> list[dict[str, Any]]:
    """The groups of failures, each with what can be done. Raises Refusal."""
    after = clock.now().wall - error_groups.length_of(since) if since else 0.0
    return [
        {
            "count": one.count,
            "error": one.error,
            "site": one.site,
            "first_at": one.first_at,
            "last_at": one.last_at,
            "print": one.print,
            "job": one.job,
            "code": one.code,
            "example": one.example,
            "fix": remedies.of(one.error),
        }
        for one in failed_attempts.groups(db, since=after)
    ]


def sites(db: Database) -> dict[str, Any]:
    """Breakers, each with its state now, and the health of files of cookies."""
    now = clock.now()
    shown = [
        {
            "site": one.site,
            "egress": one.egress,
            "person": None if one.person == breakers.EVERYBODY else one.person,
            "state": one.state(now),
            "until": one.until,
            "why": one.why,
            "failures": one.failures,
            "openings": one.openings,
            "trial": one.trial,
            "since": one.since,
        }
        for one in breakers.listed(db)
    ]
    return {"breakers": shown, "cookies": cookies.listed(db)}


def caps(db: Database) -> dict[str, Any]:
    """Everybody's cap, and those of single users."""
    word = runtime_settings.read(db, seats.CAP_SETTING, "")
    usual = int(word) if word else runtime_settings.effective(db, runtime_settings.CONFIGURED_CAP)
    return {"everybody": usual, "set_by_hand": bool(word), "users": users.with_cap(db)}


def audit(db: Database, *, person: int | None, most: int) -> list[audit_log.AuditRow]:
    """The latest rows of the audit log, of one person or of all."""
    subject = audit_log.person(person) if person is not None else ""
    return audit_log.latest(db, subject=subject, most=most)
