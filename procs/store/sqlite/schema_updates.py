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

#: Whether a job's files stay on this disk: its `folder` in the payload, which a claim asks for. The
#: texts are those that `codec.dump` writes; a quote inside of a link stands there as \\".
JOB_FOLDERS = """
ALTER TABLE jobs ADD COLUMN folder INTEGER NOT NULL DEFAULT 0;
UPDATE jobs SET folder = 1
 WHERE payload LIKE '%"folder":%' AND payload NOT LIKE '%"folder":0%';
"""

#: When a worker was first connected with Telegram; never, where there was no way to it.
CONNECTIONS = """
ALTER TABLE workers ADD COLUMN connected_at REAL;
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

#: Machines that share a database, each with its latest beat; on which one the files of a job lie;
#: who runs the bot, until when, and its place in each of Telegram's sequences of updates.
MACHINES = """
CREATE TABLE machines (
    name        TEXT PRIMARY KEY,
    boot        TEXT NOT NULL,
    home        TEXT NOT NULL,
    roles       TEXT NOT NULL,
    slots       INTEGER NOT NULL,
    version     TEXT NOT NULL,
    entered_at  REAL NOT NULL,
    beat_at     REAL NOT NULL,
    ended_at    REAL
) STRICT, WITHOUT ROWID;
CREATE TABLE bot_lease (
    name     TEXT PRIMARY KEY,
    machine  TEXT NOT NULL,
    pid      INTEGER NOT NULL,
    fence    INTEGER NOT NULL,
    until    REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE bot_places (
    box     INTEGER PRIMARY KEY,
    pts     INTEGER,
    qts     INTEGER,
    date    INTEGER,
    seq     INTEGER,
    access  INTEGER NOT NULL
) STRICT;
CREATE TABLE job_files (
    job      INTEGER PRIMARY KEY,
    machine  TEXT NOT NULL
) STRICT;
ALTER TABLE admin_orders ADD COLUMN machine TEXT NOT NULL DEFAULT '';
"""

#: Rolling restarts that another machine ordered: who does it, what it said, its exit code at last.
MACHINE_ORDERS = """
CREATE TABLE machine_orders (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    machine  TEXT NOT NULL,
    at       REAL NOT NULL,
    runner   INTEGER NOT NULL DEFAULT 0,
    said     TEXT NOT NULL DEFAULT '',
    code     INTEGER
) STRICT;
CREATE INDEX machine_order_open ON machine_orders (machine) WHERE code IS NULL;
"""
