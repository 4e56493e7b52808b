"""Steps of the schema for inline mode, searches and sponsors."""

#: What searches found, as JSON, by the key of their link.
SEARCHES = """
CREATE TABLE searches (
    key    TEXT PRIMARY KEY,
    until  REAL NOT NULL,
    body   TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX search_until ON searches (until);
"""

#: Messages that a person sent by inline mode, and that become a media. Their parts are those of
#: InputBotInlineMessageID; `edits_until` (wall) while the bot edits one, `placed` once a worker
#: puts the media there: after that, no progress is written any more.
INLINE = """
CREATE TABLE inline_messages (
    id           INTEGER PRIMARY KEY,
    person       INTEGER NOT NULL,
    dc           INTEGER NOT NULL,
    owner        INTEGER NOT NULL,
    message      INTEGER NOT NULL,
    access       INTEGER NOT NULL,
    token        TEXT NOT NULL,
    bot          TEXT NOT NULL,
    edits_until  REAL NOT NULL DEFAULT 0,
    placed       INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX inline_target ON inline_messages (dc, owner, message);
CREATE INDEX inline_person ON inline_messages (person);
ALTER TABLE requests ADD COLUMN inline_message INTEGER;
CREATE INDEX request_inline ON requests (inline_message) WHERE inline_message IS NOT NULL;
CREATE INDEX request_inline_open ON requests (inline_message)
 WHERE inline_message IS NOT NULL AND closed_at IS NULL;
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
