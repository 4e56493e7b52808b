"""Steps of the schema for what keeps one person from spoiling it for the others, for the lists that
people follow, for admins, and for how much people use."""

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

#: A source is a list, however many follow it. `due_at` (wall) is when it is looked at next, NULL
#: while nobody wants that; `job` the look that is under way, `last_job` the one before; `rhythm`
#: the seconds from one news to the next, 0 unknown; `every` those from look to look; `partly`
#: whether the last look saw only the beginning. A follow's `told` is the last news that was
#: brought, NULL until a look tells what is old; `owed_at` (wall) is when news are to be brought. A
#: `notice` is a text that is not said yet.
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
    last_job    INTEGER,
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

#: `use_sums`: a row for each `grain` (seconds: an hour or a day) that begins at `start` (wall), and
#: each measure and label of it. `active_people`: the last hour and day in which somebody was
#: active. `counted_at` is the end of a request that the sums hold; `asked_at` the instant from
#: which its waiting counts where that is not its arrival: a choice on a card, a retry.
USE = """
CREATE TABLE use_sums (
    grain    INTEGER NOT NULL,
    start    INTEGER NOT NULL,
    measure  TEXT NOT NULL,
    label    TEXT NOT NULL,
    value    INTEGER NOT NULL,
    PRIMARY KEY (grain, start, measure, label)
) STRICT, WITHOUT ROWID;
CREATE TABLE active_people (
    person  INTEGER PRIMARY KEY,
    hour    INTEGER NOT NULL,
    day     INTEGER NOT NULL
) STRICT;
CREATE INDEX active_hour ON active_people (hour);
ALTER TABLE requests ADD COLUMN counted_at REAL;
ALTER TABLE requests ADD COLUMN asked_at REAL;
CREATE INDEX request_uncounted ON requests (id)
 WHERE ended_at IS NOT NULL AND (counted_at IS NULL OR counted_at <> ended_at);
"""

#: Who writes to support (`told`: the agents know who it is), and whose each message there is.
SUPPORT = """
CREATE TABLE support_threads (
    person     INTEGER PRIMARY KEY,
    opened_at  REAL NOT NULL,
    said_at    REAL NOT NULL,
    told       INTEGER NOT NULL
) STRICT;
CREATE INDEX support_said ON support_threads (said_at);
CREATE TABLE support_messages (
    chat     INTEGER NOT NULL,
    message  INTEGER NOT NULL,
    person   INTEGER NOT NULL,
    at       REAL NOT NULL,
    PRIMARY KEY (chat, message)
) STRICT, WITHOUT ROWID;
CREATE INDEX support_person ON support_messages (person);
CREATE INDEX support_at ON support_messages (at);
CREATE INDEX request_coded ON requests (user_id, id) WHERE code IS NOT NULL;
"""

#: What an admin does not want to be told of: a kind, for ever (`until` NULL) or until a wall
#: instant; and the two minutes of their day between which alerts wait.
ALERT_CHOICES = """
CREATE TABLE alert_mutes (
    admin  INTEGER NOT NULL,
    kind   TEXT NOT NULL,
    until  REAL,
    PRIMARY KEY (admin, kind)
) STRICT, WITHOUT ROWID;
CREATE TABLE alert_hours (
    admin  INTEGER PRIMARY KEY,
    start  INTEGER NOT NULL,
    stop   INTEGER NOT NULL
) STRICT;
"""

#: Messages of ours that go at an instant, from the chats of people who keep them tidy.
PASSING_MESSAGES = """
CREATE TABLE passing_messages (
    chat     INTEGER NOT NULL,
    message  INTEGER NOT NULL,
    access   INTEGER NOT NULL,
    due_at   REAL NOT NULL,
    PRIMARY KEY (chat, message)
) STRICT, WITHOUT ROWID;
CREATE INDEX passing_due ON passing_messages (due_at);
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
