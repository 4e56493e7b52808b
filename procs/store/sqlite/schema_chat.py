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

#: Preferences of people and groups, as JSON: only those that differ from the defaults.
PREFERENCES = """
CREATE TABLE preferences (
    kind        TEXT NOT NULL,
    peer        INTEGER NOT NULL,
    body        TEXT NOT NULL,
    changed_at  REAL NOT NULL,
    PRIMARY KEY (kind, peer)
) STRICT, WITHOUT ROWID;
"""

#: How much each person was sent, today (`day`, a number) and in all; what of it was kept already.
#: `erasures`: who wants everything deleted that names them;
#: `rows_at` is when all rows were deleted but those of requests and jobs, which may still run.
PERSONAL = """
CREATE TABLE usage (
    person        INTEGER PRIMARY KEY,
    day           INTEGER NOT NULL,
    day_requests  INTEGER NOT NULL,
    day_bytes     INTEGER NOT NULL,
    day_kept      INTEGER NOT NULL,
    day_saved     INTEGER NOT NULL,
    requests      INTEGER NOT NULL,
    bytes         INTEGER NOT NULL,
    kept          INTEGER NOT NULL,
    saved         INTEGER NOT NULL
) STRICT;
CREATE TABLE erasures (
    person    INTEGER PRIMARY KEY,
    asked_at  REAL NOT NULL,
    rows_at   REAL
) STRICT;
CREATE INDEX request_person ON requests (user_id, id);
"""
