"""Views for a person who opens the database: names for numbers, instants (UTC) and ages as text.

No statement of ours reads them, so they cost nothing. A step that renames or drops one of their
tables drops them first and makes them anew.
"""


def instant(column: str) -> str:
    """A wall instant as text."""
    return f"datetime({column}, 'unixepoch')"


def age(column: str) -> str:
    """The time since a wall instant, in the largest unit of which there are two."""
    seconds = f"CAST(strftime('%s', 'now') AS INTEGER) - CAST({column} AS INTEGER)"
    return f"""CASE WHEN {seconds} < 120 THEN ({seconds}) || ' s'
            WHEN {seconds} < 7200 THEN (({seconds}) / 60) || ' min'
            WHEN {seconds} < 172800 THEN (({seconds}) / 3600) || ' h'
            ELSE (({seconds}) / 86400) || ' d' END"""


LANE = """CASE j.lane WHEN 0 THEN 'light' WHEN 1 THEN 'heavy' WHEN 2 THEN 'look'
            WHEN 3 THEN 'encode' WHEN 4 THEN 'source' ELSE CAST(j.lane AS TEXT) END"""
STATE = """CASE j.state WHEN 0 THEN 'queued' WHEN 1 THEN 'leased' WHEN 2 THEN 'later'
            WHEN 3 THEN 'held' WHEN 10 THEN 'waiting' WHEN 20 THEN 'done' WHEN 21 THEN 'failed'
            WHEN 22 THEN 'cancelled' WHEN 23 THEN 'dead' ELSE CAST(j.state AS TEXT) END"""
#: The first line of a job's story begins with the instant at which it was added.
ADDED = "CAST(NULLIF(SUBSTR(j.story, 1, 14), '') AS REAL)"

#: The living first. `due`: when a later one may be taken; `ended`: when it was over.
JOBS = f"""
CREATE VIEW readable_jobs AS
SELECT j.id AS job, {LANE} AS lane,
       {STATE} AS state,
       j.kind AS kind, j.site AS site,
       (SELECT MIN(r.url) FROM requests r WHERE r.job = j.id) AS link,
       j.user_id AS user_id, u.name AS user_name,
       {instant(ADDED)} AS added,
       {age(ADDED)} AS age,
       CASE WHEN j.state = 2 THEN {instant("j.at")} END AS due,
       CASE WHEN j.state >= 20 THEN {instant("j.at")} END AS ended,
       w.name AS worker, p.step AS step,
       CASE WHEN p.total > 0 THEN (100 * p.done / p.total) || ' %' END AS share,
       j.attempt AS attempt, j.error AS error
  FROM jobs j
  LEFT JOIN users u ON u.id = j.user_id
  LEFT JOIN workers w ON w.id = j.worker
  LEFT JOIN progress p ON p.job = j.id
 ORDER BY j.state >= 20, j.id;
"""
REQUESTS = f"""
CREATE VIEW readable_requests AS
SELECT r.id AS request, r.state AS state, r.url AS link, r.variant AS variant, r.title AS title,
       r.user_id AS user_id, u.name AS user_name, r.job AS job,
       {STATE} AS job_state,
       {instant("r.received_at")} AS received,
       {age("r.received_at")} AS age,
       {instant("r.started_at")} AS started, {instant("r.ended_at")} AS ended,
       r.worker AS worker, r.say AS say, r.code AS code
  FROM requests r
  LEFT JOIN users u ON u.id = r.user_id
  LEFT JOIN jobs j ON j.id = r.job;
"""
WORKERS = f"""
CREATE VIEW readable_workers AS
SELECT w.name AS worker, w.state AS state, w.host AS host, w.pid AS pid, w.slot AS slot,
       w.jobs AS jobs,
       (SELECT COUNT(*) FROM jobs j WHERE j.worker = w.id AND j.state = 1) AS running,
       {instant("w.entered_at")} AS entered,
       {age("w.entered_at")} AS age,
       {instant("w.ended_at")} AS ended, w.why AS why
  FROM workers w;
"""
#: `person` is empty where everybody leaves the site alone.
BREAKERS = f"""
CREATE VIEW readable_breakers AS
SELECT b.site AS site, b.egress AS egress,
       CASE b.person WHEN -1 THEN '' ELSE CAST(b.person AS TEXT) END AS person,
       CASE WHEN b.until IS NULL THEN 'closed'
            WHEN b.until > CAST(strftime('%s', 'now') AS INTEGER) THEN 'open'
            ELSE 'half-open' END AS state,
       {instant("b.until")} AS until, b.why AS why, b.failures AS failures, b.openings AS openings
  FROM breakers b;
"""
ALERTS = f"""
CREATE VIEW readable_alerts AS
SELECT a.kind AS kind, a.subject AS subject,
       CASE WHEN a.cleared_at IS NULL THEN 'goes on' ELSE 'over' END AS state, a.count AS count,
       {instant("a.first_at")} AS began,
       {age("a.first_at")} AS age,
       {instant("a.last_at")} AS latest, {instant("a.cleared_at")} AS ended,
       a.job AS job, a.worker AS worker, a.detail AS detail
  FROM alerts a;
"""
PAUSES = f"""
CREATE VIEW readable_pauses AS
SELECT p.scope AS scope, p.why AS why, {instant("p.since")} AS began,
       {age("p.since")} AS age
  FROM pauses p;
"""
READABLE = JOBS + REQUESTS + WORKERS + BREAKERS + ALERTS + PAUSES
