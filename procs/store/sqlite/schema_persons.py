"""Steps of the schema for what keeps one person from spoiling it for the others, and for how much
people use."""

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
