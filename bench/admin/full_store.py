"""A store of a bot that served for a month: what the panel reads then. Every row is one that the
product itself would have left; the keeper finds nothing to count."""

from collections.abc import Mapping
from typing import Any

from procs.core.clock import Now
from procs.records import job_payload
from procs.records.job_payload import LinkPayload
from procs.store.database import Database
from procs.store.health import runtime_settings
from procs.store.reports import use_sums
from procs.store.reports.use_sums import ONE_DAY, ONE_HOUR, Sums
from procs.texts import i18n

REQUESTS, PEOPLE, FAILED, ACTS = 1_000_000, 200_000, 2000, 10_000
#: Numbers of people, jobs and requests that the stack itself does not give.
FIRST_PERSON, FIRST = 700_000_000, 1_000_000
#: Seconds that the requests are spread over; jobs that wait, and that run.
MONTH = 30.0 * ONE_DAY
WAITING = 400
SITES = 40
#: Rows of one transaction: the write gate's watchdog kills who holds it for long.
ROWS = 20_000

USERS = """
WITH RECURSIVE n(i) AS (SELECT :start UNION ALL SELECT i + 1 FROM n WHERE i < :end - 1)
INSERT INTO users (id, language, name, access, first_seen, last_seen, nick)
SELECT :person + i, CASE i % 3 WHEN 0 THEN 'en' ELSE 'fa' END, 'Person ' || i, i,
       :now - :month, :now - (i % 1000) * 2000.0, 'nick_' || i FROM n
"""
JOBS = """
WITH RECURSIVE n(i) AS (SELECT :start UNION ALL SELECT i + 1 FROM n WHERE i < :end - 1)
INSERT INTO jobs (id, user_id, lane, state, at, kind, payload, site)
SELECT :first + i, :person + i % :people, 1, 20, :now - :month + i * :month / :count, 'deliver',
       '{"media": 1}', 'site' || (i % :sites) || '.example' FROM n
"""
QUEUED = """
WITH RECURSIVE n(i) AS (SELECT :start UNION ALL SELECT i + 1 FROM n WHERE i < :end - 1)
INSERT INTO jobs (id, user_id, lane, state, at, kind, payload, site)
SELECT :first + i, :person + i, 1, 2, :now + 86400, 'fetch', :payload,
       'site' || (i % :sites) || '.example' FROM n
"""
REQUESTED = """
WITH RECURSIVE n(i) AS (SELECT :start UNION ALL SELECT i + 1 FROM n WHERE i < :end - 1)
INSERT INTO requests (id, user_id, chat, message, ordinal, url, site, key, variant, job, state,
       cached, status_random, say, code, received_at, started_at, ended_at, closed_at, counted_at)
SELECT :first + i, :person + i % :people, :person + i % :people, i, 0,
       'https://site' || (i % :sites) || '.example/' || i, 'site' || (i % :sites) || '.example',
       'k' || i, 'best', :first + i, CASE WHEN i % 20 THEN 'delivered' ELSE 'failed' END, i % 2, i,
       CASE WHEN i % 20 THEN NULL ELSE 'failed-gone' END,
       CASE WHEN i % 20 THEN NULL ELSE 'E-' || i END,
       :now - :month + i * :month / :count, :now - :month + i * :month / :count,
       :now - :month + i * :month / :count, :now, :now - :month + i * :month / :count FROM n
"""
USED = """
WITH RECURSIVE n(i) AS (SELECT :start UNION ALL SELECT i + 1 FROM n WHERE i < :end - 1)
INSERT INTO usage (person, day, day_requests, day_bytes, day_kept, day_saved,
                   requests, bytes, kept, saved)
SELECT :person + i, :day, i % 9, i % 900 * 1048576, 0, 0, 30, i % 900 * 31457280, 9, 1048576 FROM n
"""
ACTIVE = """
WITH RECURSIVE n(i) AS (SELECT :start UNION ALL SELECT i + 1 FROM n WHERE i < :end - 1)
INSERT INTO active_people (person, hour, day)
SELECT :person + i, :hour - i % 720 * 3600, :hour - i % 720 * 3600 FROM n
"""
FAILURES = """
WITH RECURSIVE n(i) AS (SELECT :start UNION ALL SELECT i + 1 FROM n WHERE i < :end - 1)
INSERT INTO failures (error, site, print, count, first_at, last_at, job, code, example)
SELECT 'engine-gone', 'site' || (i % :sites) || '.example', 'print ' || i, i, :now - :month,
       :now - i * 60.0, :first + i, 'E-' || i, 'HTTP Error 404: Not Found, as the site says' FROM n
"""
AUDITED = """
WITH RECURSIVE n(i) AS (SELECT :start UNION ALL SELECT i + 1 FROM n WHERE i < :end - 1)
INSERT INTO audit (mark, at, admin, action, subject, was, became)
SELECT 'bench' || i, :now - i, :person, 'person-cap', 'person:' || (:person + i), 'cap usual',
       'cap 2' FROM n
"""
BANNED = """
WITH RECURSIVE n(i) AS (SELECT :start UNION ALL SELECT i + 1 FROM n WHERE i < :end - 1)
INSERT INTO bans (person, since, until, reason, admin)
SELECT :person + i * 7, :now, NULL, 'spam', :person FROM n
"""
#: How many rows each adds.
COUNTS = {
    USERS: PEOPLE,
    JOBS: REQUESTS,
    REQUESTED: REQUESTS,
    USED: PEOPLE,
    ACTIVE: PEOPLE,
    FAILURES: FAILED,
    AUDITED: ACTS,
    BANNED: FAILED,
}


def fill(db: Database, *, now: Now) -> None:
    """A month of requests, people, figures, failures and acts of admins."""
    wall, hour = now.wall, use_sums.start_of(ONE_HOUR, now.wall)
    payload = job_payload.encode(LinkPayload(url="https://site1.example/a"))
    common = {"now": wall, "month": MONTH, "person": FIRST_PERSON, "people": PEOPLE}
    facts = {**common, "first": FIRST, "sites": SITES, "payload": payload}
    days = {"hour": hour, "day": i18n.day("fa", wall)}
    with db.write():  # first of all, so that the keeper counts none of them anew
        use_sums.add(db, sums(wall))
        cursor = {"name": use_sums.CURSOR, "value": str(FIRST + REQUESTS), "now": wall}
        db.change(runtime_settings.WRITE, cursor)
    for statement, count in COUNTS.items():
        grow(db, statement, count, {**facts, **days})
    grow(db, QUEUED, WAITING, {**facts, "first": FIRST + REQUESTS})


def grow(db: Database, statement: str, count: int, facts: Mapping[str, Any]) -> None:
    """Add so many rows, in transactions that nobody takes for hung."""
    for start in range(0, count, ROWS):
        end = min(start + ROWS, count)
        with db.write():
            db.change(statement, {**facts, "count": count, "start": start, "end": end})


def sums(wall: float) -> Sums:
    """Figures of every hour that is kept, and so of every day."""
    found = Sums()
    for back in range(0, int(MONTH), ONE_HOUR):
        at = wall - back
        for measure in ("received", "delivered", "kept", "bytes", "saved", "active", "new"):
            use_sums.note(found, at, measure, value=1000)
        for step in range(-8, 40):
            use_sums.note(found, at, "took", str(step), 10)
            use_sums.note(found, at, "waited", str(step), 10)
        for site in range(SITES):
            use_sums.note(found, at, "failed", f"engine-gone site{site}.example", 2)
    return found
