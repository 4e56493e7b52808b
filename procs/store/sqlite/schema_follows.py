"""Steps of the schema for following: lists that people want to hear news of."""

#: A source is a list, however many follow it. `due_at` (wall) is when it is looked at next, NULL
#: while nobody wants that; `job` the look that is under way; `rhythm` the seconds from one news to
#: the next, 0 unknown; `every` those from look to look; `partly` whether the last look saw only the
#: beginning. A follow's `told` is the last news that was brought, NULL until a look tells what is
#: old; `owed_at` (wall) is when news are to be brought. A `notice` is a text that is not said yet.
FOLLOWS = """
CREATE TABLE sources (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    key         TEXT NOT NULL,
    url         TEXT NOT NULL,
    site        TEXT NOT NULL,
    title       TEXT NOT NULL DEFAULT '',
    due_at      REAL,
    tried_at    REAL,
    job         INTEGER,
    looked_at   REAL,
    news_at     REAL,
    rhythm      REAL NOT NULL DEFAULT 0,
    every       REAL NOT NULL DEFAULT 0,
    partly      INTEGER NOT NULL DEFAULT 0,
    fails       INTEGER NOT NULL DEFAULT 0,
    failing_at  REAL,
    rests       INTEGER NOT NULL DEFAULT 0,
    looks       INTEGER NOT NULL DEFAULT 0,
    found       INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX source_key ON sources (key);
CREATE INDEX source_site ON sources (site);
CREATE INDEX source_due ON sources (due_at) WHERE job IS NULL AND due_at IS NOT NULL;
CREATE INDEX source_job ON sources (job) WHERE job IS NOT NULL;
CREATE TABLE source_entries (
    source  INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    entry   TEXT NOT NULL,
    PRIMARY KEY (source, entry)
) STRICT, WITHOUT ROWID;
CREATE TABLE source_news (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    source    INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    url       TEXT NOT NULL,
    site      TEXT NOT NULL,
    key       TEXT NOT NULL,
    title     TEXT NOT NULL,
    found_at  REAL NOT NULL
) STRICT;
CREATE INDEX news_source ON source_news (source, id);
CREATE INDEX news_found ON source_news (found_at);
CREATE TABLE follows (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    source         INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    person         INTEGER NOT NULL,
    form           TEXT NOT NULL,
    state          TEXT NOT NULL,
    since          REAL NOT NULL,
    told           INTEGER,
    owed_at        REAL,
    notice         TEXT NOT NULL DEFAULT '',
    notice_random  INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX follow_source ON follows (source, person);
CREATE INDEX follow_person ON follows (person, id);
CREATE INDEX follow_owed ON follows (owed_at) WHERE owed_at IS NOT NULL;
CREATE INDEX follow_notice ON follows (id) WHERE notice <> '';
"""
