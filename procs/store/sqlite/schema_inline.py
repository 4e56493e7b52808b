"""Steps of the schema for inline mode and search."""

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
