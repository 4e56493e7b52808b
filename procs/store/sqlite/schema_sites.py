"""Steps of the schema for failures, sites that keep failing or have rules, disks and engines."""

#: The error detector: failed attempts that are alike are one row.
FAILURES = """
CREATE TABLE failures (
    error     TEXT NOT NULL,
    site      TEXT NOT NULL,
    print     TEXT NOT NULL,
    count     INTEGER NOT NULL,
    first_at  REAL NOT NULL,
    last_at   REAL NOT NULL,
    job       INTEGER NOT NULL,
    code      TEXT NOT NULL,
    example   TEXT NOT NULL,
    PRIMARY KEY (error, site, print)
) STRICT, WITHOUT ROWID;
CREATE INDEX failure_last ON failures (last_at);
"""

#: A download's share in the deaths of its workers: 1 when it ran alone, half when with another.
BLAME = """
ALTER TABLE jobs ADD COLUMN blame REAL NOT NULL DEFAULT 0;
"""

#: A site (by one egress) that keeps failing is left alone. `until` is NULL while it is closed, and
#: a wall instant when it is open; after that one job, under its fence, makes the trial.
BREAKERS = """
CREATE TABLE breakers (
    site      TEXT NOT NULL,
    egress    TEXT NOT NULL,
    failures  INTEGER NOT NULL DEFAULT 0,
    openings  INTEGER NOT NULL DEFAULT 0,
    until     REAL,
    why       TEXT NOT NULL DEFAULT '',
    since     REAL NOT NULL,
    trial     INTEGER,
    fence     INTEGER,
    PRIMARY KEY (site, egress)
) STRICT, WITHOUT ROWID;
"""

#: The disk: what running downloads were promised of it, and the machines where it is low.
DISK = """
CREATE TABLE reservations (
    host   TEXT NOT NULL,
    job    INTEGER NOT NULL,
    fence  INTEGER NOT NULL,
    bytes  INTEGER NOT NULL,
    PRIMARY KEY (host, job)
) STRICT, WITHOUT ROWID;
CREATE TABLE disks (
    host   TEXT PRIMARY KEY,
    since  REAL NOT NULL,
    free   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
"""

#: Visits to sites whose rules bind them. `paces`: when the next may begin by a way, wall instants.
#: `visits`: who is there; a row counts while its lease does. `cookies`: the health of a file.
VISITS = """
CREATE TABLE paces (
    site     TEXT NOT NULL,
    egress   TEXT NOT NULL,
    rate_at  REAL NOT NULL,
    gap_at   REAL NOT NULL,
    PRIMARY KEY (site, egress)
) STRICT, WITHOUT ROWID;
CREATE TABLE visits (
    job    INTEGER PRIMARY KEY,
    fence  INTEGER NOT NULL,
    site   TEXT NOT NULL
) STRICT;
CREATE INDEX visit_site ON visits (site);
CREATE TABLE cookies (
    site      TEXT NOT NULL,
    file      TEXT NOT NULL,
    failures  INTEGER NOT NULL DEFAULT 0,
    openings  INTEGER NOT NULL DEFAULT 0,
    until     REAL,
    why       TEXT NOT NULL DEFAULT '',
    since     REAL NOT NULL,
    PRIMARY KEY (site, file)
) STRICT, WITHOUT ROWID;
"""

#: Versions of the engine: since when each was used, with what was done and broken by then, and
#: which are not to be taken again by themselves.
ENGINES = """
CREATE TABLE engines (
    host        TEXT NOT NULL,
    version     TEXT NOT NULL,
    used_at     REAL NOT NULL,
    job         INTEGER NOT NULL,
    broken      INTEGER NOT NULL,
    usual       REAL NOT NULL,
    refused_at  REAL,
    why         TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (host, version)
) STRICT, WITHOUT ROWID;
"""

#: Uses and refusals of each file of cookies since it was put there, wall instants.
COOKIE_USES = """
CREATE TABLE cookie_uses (
    site      TEXT NOT NULL,
    file      TEXT NOT NULL,
    uses      INTEGER NOT NULL,
    refusals  INTEGER NOT NULL,
    since     REAL NOT NULL,
    used_at   REAL NOT NULL,
    PRIMARY KEY (site, file)
) STRICT, WITHOUT ROWID;
"""

#: `mode` is one set `by_hand` (its `admin` is 0 for the sysadmin at a terminal), until a wall
#: instant or without end, or one that the system went into. A rule of the system is `bad_since`
#: while what it looks at is bad, `good_since` while that is good again.
RUNNING = """
CREATE TABLE bot_members (
    person    INTEGER PRIMARY KEY,
    since     REAL NOT NULL,
    given_by  INTEGER NOT NULL
) STRICT;
CREATE TABLE modes (
    origin  TEXT PRIMARY KEY,
    mode    TEXT NOT NULL,
    since   REAL NOT NULL,
    until   REAL,
    admin   INTEGER NOT NULL,
    why     TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE mode_rules (
    rule        TEXT PRIMARY KEY,
    active      INTEGER NOT NULL,
    bad_since   REAL,
    good_since  REAL
) STRICT, WITHOUT ROWID;
CREATE TABLE host_lists (
    host     TEXT PRIMARY KEY,
    allowed  INTEGER NOT NULL,
    reason   TEXT NOT NULL,
    since    REAL NOT NULL,
    admin    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
"""

#: What came of each check of a link of the operator's own; `error` is "" where it went well.
LINK_CHECKS = """
CREATE TABLE link_checks (
    site    TEXT NOT NULL,
    url     TEXT NOT NULL,
    at      REAL NOT NULL,
    error   TEXT NOT NULL,
    detail  TEXT NOT NULL,
    took    REAL NOT NULL,
    bytes   INTEGER NOT NULL
) STRICT;
CREATE INDEX link_check_latest ON link_checks (site, url, at);
CREATE INDEX link_check_at ON link_checks (at);
"""
