"""Tables of later steps of the schema."""

#: Messages (and presses, as chat 0) that were heard; `choice` is what one acts upon.
HEARD = """
CREATE TABLE heard (
    chat     INTEGER NOT NULL,
    message  INTEGER NOT NULL,
    edited   INTEGER NOT NULL,
    at       REAL NOT NULL,
    done     INTEGER NOT NULL,
    choice   INTEGER,
    PRIMARY KEY (chat, message, edited)
) STRICT, WITHOUT ROWID;
CREATE INDEX heard_at ON heard (at);
"""

#: For whom uploads are made: what Telegram took last, of each account at each data centre.
UPLOAD_PEERS = """
CREATE TABLE upload_peers (
    account  TEXT NOT NULL,
    dc       INTEGER NOT NULL,
    peer     TEXT NOT NULL,
    at       REAL NOT NULL,
    PRIMARY KEY (account, dc)
) STRICT, WITHOUT ROWID;
"""
