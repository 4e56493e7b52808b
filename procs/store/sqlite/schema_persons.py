"""Steps of the schema for what keeps one person from spoiling it for the others."""

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
