"""Steps of the schema for what a person does in the chat besides links."""

#: Buttons: what a press of a token means. `person` may press it, in `chat`; `pressed_at` is the
#: instant of its first effect.
BUTTONS = """
CREATE TABLE buttons (
    token       TEXT PRIMARY KEY,
    person      INTEGER NOT NULL,
    chat        INTEGER NOT NULL,
    request     INTEGER,
    action      TEXT NOT NULL,
    data        TEXT NOT NULL,
    created_at  REAL NOT NULL,
    expires_at  REAL NOT NULL,
    pressed_at  REAL
) STRICT, WITHOUT ROWID;
CREATE INDEX button_expires ON buttons (expires_at);
CREATE INDEX button_person ON buttons (person);
"""

#: What people and groups set for themselves, as JSON: only what differs from the defaults.
PREFERENCES = """
CREATE TABLE preferences (
    kind        TEXT NOT NULL,
    peer        INTEGER NOT NULL,
    body        TEXT NOT NULL,
    changed_at  REAL NOT NULL,
    PRIMARY KEY (kind, peer)
) STRICT, WITHOUT ROWID;
"""
