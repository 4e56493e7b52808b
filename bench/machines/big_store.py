"""A store as it is after a year: people, what they asked for, and the jobs that did it."""

import sqlite3
from pathlib import Path

from procs.store.database import migrate

#: Made by the database itself, because the product's functions would take an hour.
USERS = """
INSERT INTO users (id, language, name, access, first_seen, last_seen)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :users)
SELECT 1000000 + i, 'fa', 'person ' || i, i * 7919, 1.79e9 + i, 1.79e9 + i FROM n
"""
JOBS = """
INSERT INTO jobs (id, user_id, lane, state, at, fence, attempt, kind, site, payload, story)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :jobs)
SELECT i, 1000000 + i % :users, 1, 20, 1.79e9 + i * 0.5, 1, 1, 'fetch', 'site.example',
       '{"url":"https://site.example/watch?v=' || i || '","site":"site.example","key":"k:' || i
       || '"}', '1790000000.0 added state=queued;1790000001.0 claimed worker=1;' FROM n
"""
REQUESTS = """
INSERT INTO requests (id, user_id, chat, message, ordinal, url, site, key, variant, title, job,
                      state, status_random, received_at, ended_at, delivered_at, closed_at)
SELECT id, user_id, user_id, id, 0, 'https://site.example/watch?v=' || id, site, 'k:' || id, 'best',
       'A title of some length, number ' || id, id, 'delivered', id * 104729, at, at + 9, at + 10,
       at + 10 FROM jobs
"""
MEDIA = """
INSERT INTO media (title, site, url, parts, created_at, used_at)
SELECT title, site, url, '[{"reference":{"kind":"document","id":1,"access":2,"file":"ab"}}]',
       received_at, received_at FROM requests WHERE id <= :media
"""
KEYS = "INSERT INTO media_keys (key, variant, media) SELECT 'k:' || id, 'best', id FROM media"


def make(file: Path, *, users: int, jobs: int) -> int:
    """Make a file of that size. Returns how many rows it has."""
    migrate(f"sqlite:///{file}", run=file.parent / "run")
    db = sqlite3.connect(file)
    facts = {"users": users, "jobs": jobs, "media": users}
    with db:
        made = [db.execute(sql, facts).rowcount for sql in (USERS, JOBS, REQUESTS, MEDIA, KEYS)]
    db.close()
    return sum(made)
