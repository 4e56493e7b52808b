"""Steps of the schema for broadcasts."""

#: Broadcasts with their position: the person planned last (`cursor`), and how many came to what
#: end. One row per person and broadcast has the random id, written before anything is sent.
#: `unreachable`: why a person is left out ("" for who is not), until they write again.
BROADCASTS = """
CREATE TABLE broadcasts (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    admin           INTEGER NOT NULL,
    access          INTEGER NOT NULL,
    state           TEXT NOT NULL,
    content         TEXT NOT NULL,
    language        TEXT NOT NULL,
    days            INTEGER NOT NULL,
    night           INTEGER NOT NULL,
    people          INTEGER NOT NULL,
    created_at      REAL NOT NULL,
    start_at        REAL NOT NULL,
    started_at      REAL,
    ended_at        REAL,
    cursor          INTEGER NOT NULL DEFAULT 0,
    sent            INTEGER NOT NULL DEFAULT 0,
    blocked         INTEGER NOT NULL DEFAULT 0,
    gone            INTEGER NOT NULL DEFAULT 0,
    failed          INTEGER NOT NULL DEFAULT 0,
    deleted         INTEGER NOT NULL DEFAULT 0,
    why             TEXT NOT NULL DEFAULT '',
    rests_until     REAL,
    status_message  INTEGER,
    shown           TEXT NOT NULL DEFAULT '',
    reported        TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX broadcast_told ON broadcasts (id) WHERE reported <> state;
CREATE TABLE broadcast_sends (
    broadcast  INTEGER NOT NULL REFERENCES broadcasts (id) ON DELETE CASCADE,
    person     INTEGER NOT NULL,
    random_id  INTEGER NOT NULL,
    state      TEXT NOT NULL,
    messages   TEXT NOT NULL DEFAULT '',
    at         REAL,
    why        TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (broadcast, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX broadcast_planned ON broadcast_sends (broadcast, person) WHERE state = 'planned';
CREATE INDEX broadcast_unsent ON broadcast_sends (broadcast, why)
 WHERE state IN ('blocked', 'gone', 'failed');
CREATE INDEX broadcast_person ON broadcast_sends (person);
ALTER TABLE users ADD COLUMN unreachable TEXT NOT NULL DEFAULT '';
"""
