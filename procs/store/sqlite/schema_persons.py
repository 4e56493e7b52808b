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

#: The chats of sponsors; who is in them (`state`), as Telegram said, until when that holds; what
#: came of showing one to a person. A held message waits until its person joined; `shown` is the
#: message that names the sponsors. A wish is a chat that an admin wants to add; a note is what is
#: said after a delivery, and its turn a delivery after which it is due.
SPONSORS = """
CREATE TABLE sponsors (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    chat        INTEGER NOT NULL UNIQUE,
    access      INTEGER NOT NULL,
    title       TEXT NOT NULL,
    nick        TEXT NOT NULL,
    link        TEXT NOT NULL,
    own         INTEGER NOT NULL,
    asks        INTEGER NOT NULL DEFAULT 0,
    by_request  INTEGER NOT NULL DEFAULT 0,
    starts      REAL,
    ends        REAL,
    goal        INTEGER NOT NULL DEFAULT 0,
    language    TEXT NOT NULL DEFAULT '',
    weight      INTEGER NOT NULL DEFAULT 1,
    place       INTEGER NOT NULL,
    fault       TEXT NOT NULL DEFAULT '',
    fault_at    REAL NOT NULL DEFAULT 0,
    joined      INTEGER NOT NULL DEFAULT 0,
    added_at    REAL NOT NULL
) STRICT;
CREATE TABLE sponsor_members (
    person   INTEGER NOT NULL,
    sponsor  INTEGER NOT NULL,
    state    TEXT NOT NULL,
    until    REAL NOT NULL,
    PRIMARY KEY (person, sponsor)
) STRICT, WITHOUT ROWID;
CREATE INDEX sponsor_member_until ON sponsor_members (until);
CREATE INDEX sponsor_member_of ON sponsor_members (sponsor);
CREATE TABLE sponsor_visits (
    sponsor     INTEGER NOT NULL,
    person      INTEGER NOT NULL,
    shown_at    REAL,
    pressed_at  REAL,
    joined_at   REAL,
    left_at     REAL,
    PRIMARY KEY (sponsor, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX sponsor_visit_person ON sponsor_visits (person);
CREATE TABLE held_messages (
    chat     INTEGER NOT NULL,
    message  INTEGER NOT NULL,
    person   INTEGER NOT NULL,
    shown    INTEGER NOT NULL DEFAULT 0,
    body     TEXT NOT NULL,
    at       REAL NOT NULL,
    PRIMARY KEY (chat, message)
) STRICT, WITHOUT ROWID;
CREATE INDEX held_message_person ON held_messages (person, at);
CREATE INDEX held_message_at ON held_messages (at);
CREATE TABLE sponsor_wishes (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    mark           TEXT NOT NULL UNIQUE,
    admin          INTEGER NOT NULL,
    chat           INTEGER NOT NULL,
    access         INTEGER NOT NULL,
    topic          INTEGER NOT NULL,
    message        INTEGER NOT NULL,
    nick           TEXT NOT NULL,
    hash           TEXT NOT NULL,
    origin         INTEGER NOT NULL,
    origin_access  INTEGER NOT NULL,
    renew          INTEGER NOT NULL,
    at             REAL NOT NULL,
    answer         TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE sponsor_notes (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    text   TEXT NOT NULL,
    label  TEXT NOT NULL,
    url    TEXT NOT NULL,
    shown  INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE sponsor_note_turns (
    request  INTEGER PRIMARY KEY,
    note     INTEGER NOT NULL,
    at       REAL NOT NULL
) STRICT;
"""
