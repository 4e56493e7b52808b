"""The first step of the schema: the tables that everything else stands on."""

FOUNDATION = """
CREATE TABLE users (
    id          INTEGER PRIMARY KEY,
    language    TEXT NOT NULL DEFAULT 'en',
    name        TEXT NOT NULL DEFAULT '',
    access      INTEGER NOT NULL DEFAULT 0,
    cap         INTEGER,
    first_seen  REAL NOT NULL,
    last_seen   REAL NOT NULL
) STRICT;

-- One row per piece of work. `at` is the place in the ring of a queued job (wall), the end of the
-- lease of a leased one (boot clock), the due time of one that is to come later (wall), and the
-- instant of the end of one that is over (wall). `seat` is negative for a seat that is taken and
-- positive for a place in the user's own line, so UNIQUE(user_id, lane, seat) is the cap.
CREATE TABLE jobs (
    id        INTEGER PRIMARY KEY,
    user_id   INTEGER NOT NULL,
    lane      INTEGER NOT NULL,
    state     INTEGER NOT NULL,
    at        REAL NOT NULL,
    seat      INTEGER,
    fence     INTEGER NOT NULL DEFAULT 0,
    attempt   INTEGER NOT NULL DEFAULT 0,
    deaths    INTEGER NOT NULL DEFAULT 0,
    worker    INTEGER,
    stop      INTEGER NOT NULL DEFAULT 0,
    kind      TEXT NOT NULL,
    mark      TEXT,
    payload   TEXT NOT NULL,
    progress  TEXT NOT NULL DEFAULT '{}',
    error     TEXT,
    story     TEXT NOT NULL DEFAULT ''
) STRICT;
-- One small index for each state that is asked for. SQLite uses a partial index only when the query
-- repeats its condition literally.
CREATE INDEX job_ring ON jobs (lane, at) WHERE state = 0;
CREATE INDEX job_leased ON jobs (lane, worker) WHERE state = 1;
CREATE INDEX job_later ON jobs (at) WHERE state = 2;
CREATE UNIQUE INDEX job_seat ON jobs (user_id, lane, seat) WHERE seat IS NOT NULL;
CREATE UNIQUE INDEX job_mark ON jobs (mark) WHERE mark IS NOT NULL AND state < 20;

-- What a leased job is doing right now; a row of its own so that progress touches no job row.
CREATE TABLE progress (
    job    INTEGER PRIMARY KEY,
    step   TEXT NOT NULL,
    done   INTEGER NOT NULL DEFAULT 0,
    total  INTEGER NOT NULL DEFAULT 0,
    rate   REAL NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE requests (
    id              INTEGER PRIMARY KEY,
    user_id         INTEGER NOT NULL,
    chat            INTEGER NOT NULL,
    chat_access     INTEGER NOT NULL DEFAULT 0,
    message         INTEGER NOT NULL,
    ordinal         INTEGER NOT NULL,
    folder          INTEGER NOT NULL DEFAULT 0,
    url             TEXT NOT NULL,
    site            TEXT NOT NULL,
    key             TEXT NOT NULL,
    variant         TEXT NOT NULL,
    title           TEXT NOT NULL DEFAULT '',
    job             INTEGER,
    state           TEXT NOT NULL DEFAULT 'open',
    cached          INTEGER NOT NULL DEFAULT 0,
    status_message  INTEGER,
    status_random   INTEGER NOT NULL,
    shown           TEXT NOT NULL DEFAULT '',
    say             TEXT,
    code            TEXT,
    worker          TEXT,
    received_at     REAL NOT NULL,
    answered_at     REAL,
    started_at      REAL,
    ended_at        REAL,
    delivered_at    REAL,
    closed_at       REAL
) STRICT;
CREATE UNIQUE INDEX request_source ON requests (chat, message, ordinal);
CREATE INDEX request_unclosed ON requests (user_id) WHERE closed_at IS NULL;
CREATE INDEX request_job ON requests (job) WHERE state = 'open';

-- A number is never used twice: a delivery may still name a media that was forgotten meanwhile.
CREATE TABLE media (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    title       TEXT NOT NULL,
    site        TEXT NOT NULL,
    url         TEXT NOT NULL,
    parts       TEXT NOT NULL,
    created_at  REAL NOT NULL,
    used_at     REAL NOT NULL
) STRICT;
CREATE TABLE media_keys (
    key      TEXT NOT NULL,
    variant  TEXT NOT NULL,
    media    INTEGER NOT NULL REFERENCES media (id) ON DELETE CASCADE,
    PRIMARY KEY (key, variant)
) STRICT, WITHOUT ROWID;
CREATE INDEX media_key_of ON media_keys (media);

-- One row per message to be sent, written before it is sent: a repeated send with the same random
-- id is answered with the first message again.
CREATE TABLE deliveries (
    request    INTEGER NOT NULL,
    part       INTEGER NOT NULL,
    random_id  INTEGER NOT NULL UNIQUE,
    receipt    INTEGER,
    sent_at    REAL,
    PRIMARY KEY (request, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE workers (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    name        TEXT NOT NULL,
    host        TEXT NOT NULL,
    boot        TEXT NOT NULL,
    pid         INTEGER NOT NULL,
    started     INTEGER NOT NULL,
    slot        INTEGER,
    state       TEXT NOT NULL,
    jobs        INTEGER NOT NULL DEFAULT 0,
    entered_at  REAL NOT NULL,
    served_at   REAL,
    beat_at     REAL NOT NULL,
    ended_at    REAL,
    why         TEXT
) STRICT;
CREATE INDEX worker_present ON workers (id) WHERE ended_at IS NULL;

CREATE TABLE settings (
    name        TEXT PRIMARY KEY,
    value       TEXT NOT NULL,
    changed_at  REAL NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE waits (
    scope  TEXT PRIMARY KEY,
    until  REAL NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE counters (
    name   TEXT PRIMARY KEY,
    value  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
"""
