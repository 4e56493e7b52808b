"""Steps of the schema for what keeps one person from spoiling it for the others, and for admins."""

#: Breakers of a site for everybody (person -1) or for one person; what people met there last.
CIRCLES = """
ALTER TABLE breakers RENAME TO breakers_of_all;
CREATE TABLE breakers (
    site      TEXT NOT NULL,
    egress    TEXT NOT NULL,
    person    INTEGER NOT NULL,
    failures  INTEGER NOT NULL DEFAULT 0,
    openings  INTEGER NOT NULL DEFAULT 0,
    until     REAL,
    why       TEXT NOT NULL DEFAULT '',
    since     REAL NOT NULL,
    latest    INTEGER,
    PRIMARY KEY (site, egress, person)
) STRICT, WITHOUT ROWID;
INSERT INTO breakers (site, egress, person, openings, until, why, since)
SELECT site, egress, -1, openings, until, why, since FROM breakers_of_all;
DROP TABLE breakers_of_all;
CREATE TABLE verdicts (
    site    TEXT NOT NULL,
    egress  TEXT NOT NULL,
    person  INTEGER NOT NULL,
    media   TEXT NOT NULL,
    failed  INTEGER NOT NULL,
    at      REAL NOT NULL,
    PRIMARY KEY (site, egress, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX verdict_at ON verdicts (site, egress, at);
"""

#: Replies that a person gets a few times in a minute only, and how often they were due.
TALLIES = """
CREATE TABLE tallies (
    person  INTEGER NOT NULL,
    kind    TEXT NOT NULL,
    since   REAL NOT NULL,
    count   INTEGER NOT NULL,
    PRIMARY KEY (person, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX tally_since ON tallies (since);
"""

#: `role` is a number of `Role`. A conversation whose `step` is empty is over. `was` and `became`:
#: before and after, words that grammar of SQL has not taken.
ADMINS = """
CREATE TABLE admins (
    person    INTEGER PRIMARY KEY,
    role      INTEGER NOT NULL,
    since     REAL NOT NULL,
    given_by  INTEGER NOT NULL
) STRICT;
CREATE TABLE audit (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    mark     TEXT NOT NULL UNIQUE,
    at       REAL NOT NULL,
    admin    INTEGER NOT NULL,
    action   TEXT NOT NULL,
    subject  TEXT NOT NULL,
    was      TEXT NOT NULL,
    became   TEXT NOT NULL
) STRICT;
CREATE INDEX audit_subject ON audit (subject, id);
CREATE INDEX audit_at ON audit (at);
CREATE TABLE conversations (
    admin    INTEGER NOT NULL,
    chat     INTEGER NOT NULL,
    topic    INTEGER NOT NULL,
    number   INTEGER NOT NULL UNIQUE,
    turn     INTEGER NOT NULL,
    name     TEXT NOT NULL,
    step     TEXT NOT NULL,
    data     TEXT NOT NULL,
    message  INTEGER NOT NULL,
    answer   TEXT NOT NULL,
    until    REAL NOT NULL,
    PRIMARY KEY (admin, chat, topic)
) STRICT, WITHOUT ROWID;
CREATE INDEX conversation_until ON conversations (until);
-- The name by which people write @name, in small letters; "" for none.
ALTER TABLE users ADD COLUMN nick TEXT NOT NULL DEFAULT '';
CREATE INDEX user_nick ON users (nick) WHERE nick <> '';
CREATE INDEX usage_day ON usage (day, day_bytes);
CREATE TABLE engine_costs (
    person   INTEGER PRIMARY KEY,
    day      INTEGER NOT NULL,
    day_cpu  REAL NOT NULL,
    cpu      REAL NOT NULL
) STRICT;
CREATE TABLE bans (
    person  INTEGER PRIMARY KEY,
    since   REAL NOT NULL,
    until   REAL,
    reason  TEXT NOT NULL,
    admin   INTEGER NOT NULL
) STRICT;
"""

#: What admins ordered from the chat: `runner` is the process that does it, `outcome` a text of the
#: catalogue with its words.
ADMIN_ORDERS = """
CREATE TABLE admin_orders (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    mark      TEXT NOT NULL UNIQUE,
    kind      TEXT NOT NULL,
    admin     INTEGER NOT NULL,
    chat      INTEGER NOT NULL,
    access    INTEGER NOT NULL,
    at        REAL NOT NULL,
    runner    INTEGER NOT NULL DEFAULT 0,
    outcome   TEXT NOT NULL DEFAULT '',
    ended_at  REAL,
    told_at   REAL
) STRICT;
CREATE INDEX order_open ON admin_orders (id) WHERE ended_at IS NULL;
CREATE INDEX order_untold ON admin_orders (id) WHERE told_at IS NULL;
CREATE TABLE admin_menus (
    person  INTEGER PRIMARY KEY,
    access  INTEGER NOT NULL,
    mark    TEXT NOT NULL
) STRICT;
"""
