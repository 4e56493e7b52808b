"""The tables, as an ordered list of steps that are only ever added to.

A step is one script; `VERSION` is how many there are, and is kept in the database file itself
(PRAGMA user_version), so that every process can tell at once whether it knows this database.
"""

from procs.store.sqlite.schema_base import FOUNDATION
from procs.store.sqlite.schema_chat import (
    BROADCAST_SPONSOR,
    BROADCASTS,
    BUTTONS,
    CARD_TERMS,
    CARDS,
    DEEP_LOOKS,
    GROUP_CHATS,
    PERSONAL,
    POST_REST,
    PREFERENCES,
    THUMBNAILS,
    UNDER_MEDIA,
)
from procs.store.sqlite.schema_inline import INLINE, SEARCHES, SPONSORS
from procs.store.sqlite.schema_persons import (
    ADMIN_ORDERS,
    ADMINS,
    ALERT_CHOICES,
    CIRCLES,
    FOLLOWS,
    PASSING_MESSAGES,
    SUPPORT,
    TALLIES,
    USE,
)
from procs.store.sqlite.schema_sites import (
    BLAME,
    BREAKERS,
    COOKIE_USES,
    DISK,
    ENGINES,
    FAILURES,
    LINK_CHECKS,
    RUNNING,
    VISITS,
)
from procs.store.sqlite.schema_updates import (
    CONNECTIONS,
    HEARD,
    JOB_FOLDERS,
    MACHINE_ORDERS,
    MACHINES,
    UPLOAD_PEERS,
)
from procs.store.sqlite.schema_views import READABLE

#: Pausing: a scope is `all`, `user:<id>` or `site:<name>`. A job held by a pause keeps no seat.
PAUSES = """
CREATE TABLE pauses (
    scope  TEXT PRIMARY KEY,
    since  REAL NOT NULL,
    why    TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
ALTER TABLE jobs ADD COLUMN site TEXT NOT NULL DEFAULT '';
CREATE INDEX job_held ON jobs (id) WHERE state = 3;
-- What downloads took lately, by site: the honest part of a waiting time.
CREATE INDEX request_took ON requests (site, id) WHERE state = 'delivered' AND cached = 0;
"""

#: Sending: the budget of all processes (boot clock), and for every part of a media one message that
#: shows it, from which Telegram hands out a fresh reference.
SENDING = """
CREATE TABLE budget (
    scope     TEXT PRIMARY KEY,
    empty_at  REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE copies (
    media    INTEGER NOT NULL REFERENCES media (id) ON DELETE CASCADE,
    part     INTEGER NOT NULL,
    chat     INTEGER NOT NULL,
    access   INTEGER NOT NULL,
    message  INTEGER NOT NULL,
    PRIMARY KEY (media, part)
) STRICT, WITHOUT ROWID;
"""

#: Lists: an entry's request has a parent and is closed from the start, because the parent's status
#: message speaks for it. `found` is what a look found, as the person is shown it.
LISTS = """
ALTER TABLE requests ADD COLUMN parent INTEGER;
ALTER TABLE requests ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
ALTER TABLE requests ADD COLUMN found TEXT NOT NULL DEFAULT '';
CREATE INDEX request_parent ON requests (parent) WHERE parent IS NOT NULL;
"""

#: Results of looks, packed, by the key of the link and the way by which its site was visited.
LOOKS = """
CREATE TABLE looks (
    id     INTEGER PRIMARY KEY,
    key    TEXT NOT NULL,
    way    TEXT NOT NULL,
    until  REAL NOT NULL,
    body   BLOB NOT NULL,
    UNIQUE (key, way)
) STRICT;
CREATE INDEX look_until ON looks (until);
"""

#: Sign-ins that Telegram took away; their process stands still.
SESSIONS = """
CREATE TABLE sessions (
    name   TEXT PRIMARY KEY,
    mark   TEXT NOT NULL,
    why    TEXT NOT NULL,
    since  REAL NOT NULL
) STRICT, WITHOUT ROWID;
"""

#: Requests of a job are asked for when it is over too; others by the code that a person was given.
ASKED = """
DROP INDEX request_job;
CREATE INDEX request_job ON requests (job);
CREATE INDEX request_code ON requests (code) WHERE code IS NOT NULL;
"""

#: A choice that comes without its link means what was shown last.
LISTED = """
CREATE INDEX request_listed ON requests (chat, id) WHERE state = 'listed';
"""

#: Uploads that are not complete.
UPLOADS = """
CREATE TABLE uploads (
    job     INTEGER NOT NULL,
    place   INTEGER NOT NULL,
    upload  INTEGER NOT NULL,
    size    INTEGER NOT NULL,
    parts   BLOB NOT NULL,
    at      REAL NOT NULL,
    PRIMARY KEY (job, place)
) STRICT, WITHOUT ROWID;
"""

#: The text of a status message was not enough to know when it may be edited.
SHOWN = """
ALTER TABLE requests ADD COLUMN shown_stage TEXT NOT NULL DEFAULT '';
ALTER TABLE requests ADD COLUMN shown_share REAL;
ALTER TABLE requests ADD COLUMN shown_at REAL NOT NULL DEFAULT 0;
"""

#: When messages left, where a limit counts them: `at` on the boot clock.
DEPARTURES = """
CREATE TABLE departures (
    scope     TEXT NOT NULL,
    at        REAL NOT NULL,
    messages  INTEGER NOT NULL
) STRICT;
CREATE INDEX departure_scope ON departures (scope, at);
"""

#: Alerts, one for each kind and subject, with what admins were told; `shown` while they believe
#: that it goes on. A telling has a notice for each admin, ended when it was sent or given up.
#: `deaf`: the admins who could not be told.
ALERTS = """
CREATE TABLE alerts (
    kind        TEXT NOT NULL,
    subject     TEXT NOT NULL,
    lasts       INTEGER NOT NULL,
    count       INTEGER NOT NULL,
    told        INTEGER NOT NULL DEFAULT 0,
    shown       INTEGER NOT NULL DEFAULT 0,
    first_at    REAL NOT NULL,
    last_at     REAL NOT NULL,
    cleared_at  REAL,
    told_at     REAL,
    job         INTEGER NOT NULL,
    worker      TEXT NOT NULL,
    detail      TEXT NOT NULL,
    PRIMARY KEY (kind, subject)
) STRICT, WITHOUT ROWID;
CREATE TABLE tellings (
    id    INTEGER PRIMARY KEY AUTOINCREMENT,
    at    REAL NOT NULL,
    body  TEXT NOT NULL
) STRICT;
CREATE INDEX telling_at ON tellings (at);
CREATE TABLE notices (
    telling    INTEGER NOT NULL REFERENCES tellings (id) ON DELETE CASCADE,
    admin      INTEGER NOT NULL,
    random_id  INTEGER NOT NULL,
    ended_at   REAL,
    PRIMARY KEY (telling, admin)
) STRICT, WITHOUT ROWID;
CREATE INDEX notice_unsent ON notices (telling) WHERE ended_at IS NULL;
CREATE TABLE deaf (
    admin  INTEGER PRIMARY KEY,
    since  REAL NOT NULL,
    why    TEXT NOT NULL
) STRICT;
"""

#: Links of one message: `speaker` is the request whose status message speaks for this one too, and
#: `listing` the message that shows what was found behind a link of such a group.
GROUPS = """
ALTER TABLE requests ADD COLUMN speaker INTEGER;
ALTER TABLE requests ADD COLUMN listing INTEGER;
CREATE INDEX request_speaker ON requests (speaker) WHERE speaker IS NOT NULL;
"""

#: What the processes of a start are configured with, by which all of them go alike; the first start
#: writes its own over these.
CONFIGURED = """
INSERT INTO settings (name, value, changed_at)
VALUES ('configured_downloads_per_user', '2', 0), ('configured_downloads', '8', 0);
"""

STEPS: tuple[tuple[str, str], ...] = (
    ("foundation", FOUNDATION),
    ("pauses", PAUSES),
    ("sending", SENDING),
    ("failures", FAILURES),
    ("blame", BLAME),
    ("breakers", BREAKERS),
    ("disk", DISK),
    ("visits", VISITS),
    ("engines", ENGINES),
    ("lists", LISTS),
    ("sessions", SESSIONS),
    ("looks", LOOKS),
    ("asked", ASKED),
    ("listed", LISTED),
    ("uploads", UPLOADS),
    ("shown", SHOWN),
    ("departures", DEPARTURES),
    ("alerts", ALERTS),
    ("groups", GROUPS),
    ("heard", HEARD),
    ("upload peers", UPLOAD_PEERS),
    ("circles", CIRCLES),
    ("tallies", TALLIES),
    ("configured", CONFIGURED),
    ("job folders", JOB_FOLDERS),
    ("buttons", BUTTONS),
    ("preferences", PREFERENCES),
    ("personal", PERSONAL),
    ("under media", UNDER_MEDIA),
    ("cards", CARDS),
    ("group chats", GROUP_CHATS),
    ("inline", INLINE),
    ("searches", SEARCHES),
    ("follows", FOLLOWS),
    ("admins", ADMINS),
    ("broadcasts", BROADCASTS),
    ("use", USE),
    ("alert choices", ALERT_CHOICES),
    ("support", SUPPORT),
    ("card terms", CARD_TERMS),
    ("passing messages", PASSING_MESSAGES),
    ("cookie uses", COOKIE_USES),
    ("admin orders", ADMIN_ORDERS),
    ("sponsors", SPONSORS),
    ("post rest", POST_REST),
    ("broadcast sponsor", BROADCAST_SPONSOR),
    ("thumbnails", THUMBNAILS),
    ("deep looks", DEEP_LOOKS),
    ("running", RUNNING),
    ("link checks", LINK_CHECKS),
    ("connections", CONNECTIONS),
    ("machines", MACHINES),
    ("machine orders", MACHINE_ORDERS),
    ("readable", READABLE),
)
VERSION = len(STEPS)
#: Bytes. Small pages: finish + hand on + claim writes 3.4 KB of WAL instead of 12.8 KB.
PAGE = 1024
