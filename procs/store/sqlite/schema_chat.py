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

#: What is under a delivered media: a spoiler where the site marks it as for adults, and buttons,
#: which are found by their request so that they are made once.
UNDER_MEDIA = """
ALTER TABLE media ADD COLUMN adult INTEGER NOT NULL DEFAULT 0;
CREATE INDEX button_request ON buttons (request) WHERE request IS NOT NULL;
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

#: Groups: where the answer to a request goes, in which language, and whether a reaction shows that
#: it goes on; what somebody is in a group (`role`), as Telegram said lately.
GROUP_CHATS = """
ALTER TABLE requests ADD COLUMN topic INTEGER NOT NULL DEFAULT 0;
ALTER TABLE requests ADD COLUMN spoken TEXT NOT NULL DEFAULT '';
ALTER TABLE requests ADD COLUMN reaction INTEGER NOT NULL DEFAULT 0;
CREATE INDEX request_of_group ON requests (chat) WHERE closed_at IS NULL AND chat < 0;
CREATE TABLE members (
    chat    INTEGER NOT NULL,
    person  INTEGER NOT NULL,
    role    TEXT NOT NULL,
    until   REAL NOT NULL,
    PRIMARY KEY (chat, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX member_until ON members (until);
CREATE INDEX member_person ON members (person);
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

#: Links of which a person is asked what they want: the form that is taken without a choice, what
#: the look found (`looked_at`, of the media `key`), what was set so far, and the tokens of the
#: buttons. `due_at` is when the usual form is taken, `asked_part_at` since when the next text is
#: the part that was asked for.
CARDS = """
CREATE TABLE cards (
    request        INTEGER PRIMARY KEY REFERENCES requests (id) ON DELETE CASCADE,
    usual          TEXT NOT NULL,
    timeout        REAL NOT NULL,
    found          TEXT NOT NULL DEFAULT '',
    options        TEXT NOT NULL DEFAULT '{}',
    tokens         TEXT NOT NULL DEFAULT '{}',
    version        INTEGER NOT NULL DEFAULT 0,
    key            TEXT NOT NULL DEFAULT '',
    looked_at      REAL NOT NULL DEFAULT 0,
    due_at         REAL,
    asked_part_at  REAL
) STRICT;
CREATE INDEX card_key ON cards (key, looked_at) WHERE key <> '';
CREATE INDEX card_due ON cards (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX card_part ON cards (asked_part_at) WHERE asked_part_at IS NOT NULL;
"""

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

#: What the person had set for all when they were asked: `wanted` is a JSON object.
BROADCAST_SPONSOR = """
ALTER TABLE broadcasts ADD COLUMN sponsor INTEGER NOT NULL DEFAULT 0;
"""
CARD_TERMS = """
ALTER TABLE cards ADD COLUMN wanted TEXT NOT NULL DEFAULT '{}';
"""

#: When a list that is longer than what a look reads was last read to its end: NULL for one that is
#: not, 0 for one that is to be read so next.
DEEP_LOOKS = """
ALTER TABLE sources ADD COLUMN deep_at REAL;
UPDATE sources SET deep_at = 0 WHERE partly = 1;
"""

#: The picture of a link, as Telegram holds it, and whether a card shows it.
THUMBNAILS = """
CREATE TABLE thumbnails (
    key        TEXT PRIMARY KEY,
    reference  TEXT NOT NULL,
    adult      INTEGER NOT NULL,
    until      REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX thumbnail_age ON thumbnails (until);
ALTER TABLE cards ADD COLUMN pictured INTEGER NOT NULL DEFAULT 0;
"""

#: The number of the first media of a post that was left out, 0 for none.
POST_REST = """
ALTER TABLE media ADD COLUMN rest INTEGER NOT NULL DEFAULT 0;
"""
