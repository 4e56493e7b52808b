"""Exports or deletes all that the database holds about one person.

A deletion is a row first, so that it resumes after a kill: the keeper deletes the next batch of
each until nothing is left. The person's jobs are cancelled before, and a request is anonymised only
when no worker holds its job, so that nothing is sent to nobody.
"""

import re
from collections.abc import Iterator
from typing import Any

from procs.core import codec
from procs.core.clock import Now
from procs.records.job import State
from procs.store.database import Database, Facts, Row
from procs.store.jobs import pauses
from procs.store.reports.personal_tables import KEPT, TABLES
from procs.store.requests import withdrawal

#: Requests made anonymous, and rows looked at, in one transaction.
BITE, STRETCH = 100, 2000
#: Rows that are encoded at once, while other threads wait. The limit of a deletion without one.
SLICE, ENDLESS = 500, -1
#: The user of anonymised rows; no account has this number.
NOBODY = 0

ASK = "INSERT INTO erasures (person, asked_at) VALUES (:person, :now) ON CONFLICT DO NOTHING"
SINCE = "SELECT asked_at, rows_at FROM erasures WHERE person = :person"
ROWS_GONE = "UPDATE erasures SET rows_at = :now WHERE person = :person"
ASKED = "SELECT person FROM erasures ORDER BY asked_at LIMIT :most"
DONE = "DELETE FROM erasures WHERE person = :person"
OPEN = """
SELECT id FROM requests WHERE user_id = :person AND id > :after AND state = 'open'
   AND received_at <= :asked
 ORDER BY id LIMIT :bite
"""
MINE = f"""
SELECT r.id, r.job FROM requests r LEFT JOIN jobs j ON j.id = r.job
 WHERE r.user_id = :person AND r.state <> 'open' AND r.received_at <= :asked
   AND (j.state IS NULL OR j.state <> {State.LEASED})
 ORDER BY r.id LIMIT :bite
"""
LEFT = "SELECT 1 FROM requests WHERE user_id = :person AND received_at <= :asked LIMIT 1"
ANONYMISE = """
UPDATE requests
   SET user_id = 0, chat = 0, chat_access = 0, message = id, ordinal = 0, url = '', key = '',
       title = '', shown = '', found = '', code = NULL, job = NULL, status_message = NULL,
       closed_at = COALESCE(closed_at, :now)
 WHERE id = :request
"""
DROP_CARD = "DELETE FROM cards WHERE request = :request"
UNSEND = "UPDATE deliveries SET receipt = NULL WHERE request = :request"
JOBS = """
SELECT id, user_id, state, story,
       EXISTS (SELECT 1 FROM requests r WHERE r.job = jobs.id)
  FROM jobs WHERE id > :after AND id <= :to
     AND (user_id = :person OR story LIKE :named)
"""
NEWEST_JOB = "SELECT MAX(id) FROM jobs"
#: Jobs that other people wait for go on; the link of a finished job is removed.
HAND_OVER = f"""
UPDATE jobs
   SET user_id = CASE WHEN user_id = :person AND state >= {State.DONE} THEN 0 ELSE user_id END,
       story = :story
 WHERE id = :job
"""
EMPTY = f"""
UPDATE jobs SET payload = '{{}}', mark = NULL WHERE id = :job AND state >= {State.DONE}
"""
COPIES = "DELETE FROM copies WHERE media > :after AND media <= :to AND chat = :person"
NEWEST_MEDIA = "SELECT MAX(id) FROM media"
KEEP_CAP = """
UPDATE users SET name = '', nick = '', access = 0, first_seen = 0, last_seen = 0 WHERE id = :person
"""


def document(db: Database, person: int) -> bytes:
    """Every row that names a person, by table, and of what a deletion keeps, why (`kept-<why>`), as
    one JSON document. It is encoded in slices: other threads run between them."""
    facts = {"person": person, "scope": pauses.user(person)}
    tables = [
        b"%s:[%s]" % (codec.dump(name).encode(), b",".join(_encoded(db, naming.rows, facts)))
        for name, naming in TABLES.items()
        if naming.rows
    ]
    head = codec.dump({"kept": kept_tables(), "person": person}).encode()
    return b'%s,"rows":{%s}}' % (head.removesuffix(b"}"), b",".join(tables))


def _encoded(db: Database, statement: str, facts: Facts) -> Iterator[bytes]:
    """The rows of a table as the inside of a JSON list, in slices."""
    rows = db.all(statement, facts)
    for at in range(0, len(rows), SLICE):
        named = [_named(statement, row) for row in rows[at : at + SLICE]]
        yield codec.dump(named).encode().removeprefix(b"[").removesuffix(b"]")


def kept_tables() -> dict[str, str]:
    """The tables that a deletion keeps, each with the reason."""
    return {name: naming.why for name, naming in TABLES.items() if naming.end == KEPT}


def ask(db: Database, person: int, *, now: Now) -> None:
    """Store a person's wish to delete all their data. From then on the keeper deletes it. Raises
    StoreFull."""
    with db.write(full=True):
        db.change(ASK, {"person": person, "now": now.wall})


def proceed(db: Database, person: int, *, now: Now, bites: int = ENDLESS) -> bool:
    """Continue a deletion by at most this many bites of its requests. True when nothing is left to
    delete. Requests made after the wish are kept."""
    row = db.one(SINCE, {"person": person})
    if row is None:
        return True
    asked, rows_gone = row
    _stop(db, person, asked, now=now)
    if rows_gone is None:
        _delete_rows(db, person, now=now)
    while bites and _bite(db, person, asked, now=now):
        bites -= 1
    if db.one(LEFT, {"person": person, "asked": asked}) or not _hand_over_jobs(db, person):
        return False
    _drop_copies(db, person)
    with db.write(full=True):
        db.change(DONE, {"person": person})
    return True


def _delete_rows(db: Database, person: int, *, now: Now) -> None:
    """Delete the small tables, of which no running job needs a row. A table of which somebody may
    have many is deleted in bites, so that nobody waits long for the write lock."""
    for naming in TABLES.values():
        while naming.delete and _some(db, naming.delete, person) >= STRETCH:
            pass
    with db.write(full=True):
        db.change(KEEP_CAP, {"person": person})
        db.change(ROWS_GONE, {"person": person, "now": now.wall})


def _some(db: Database, delete: str, person: int) -> int:
    with db.write():
        return db.change(delete, {"person": person, "most": STRETCH})


def proceed_all(db: Database, *, now: Now, most: int = 10) -> int:
    """Continue the oldest deletions. Returns how many are finished."""
    return sum(proceed(db, person, now=now) for (person,) in db.all(ASKED, {"most": most}))


def _stop(db: Database, person: int, asked: float, *, now: Now) -> None:
    facts = {"person": person, "asked": asked, "bite": BITE}
    after = 0
    while rows := db.all(OPEN, {**facts, "after": after}):
        for (request,) in rows:
            withdrawal.cancel(db, request, user=person, now=now)
        after = rows[-1][0]


def _bite(db: Database, person: int, asked: float, *, now: Now) -> int:
    with db.write():
        rows = db.all(MINE, {"person": person, "asked": asked, "bite": BITE})
        facts = [{"request": request, "now": now.wall} for request, _ in rows]
        db.change_many(ANONYMISE, facts)
        db.change_many(UNSEND, facts)
        db.change_many(DROP_CARD, facts)
    return len(rows)


def _hand_over_jobs(db: Database, person: int) -> bool:
    """Remove the person from their jobs. False while one of these runs that no other person
    wants."""
    newest, over = _number(db, NEWEST_JOB), True
    for after in range(0, newest, STRETCH):
        facts = {"after": after, "to": after + STRETCH, "person": person}
        if not db.all(JOBS, {**facts, "named": f"%user_{person}%"}):
            continue
        with db.write():
            for row in db.all(JOBS, {**facts, "named": f"%user_{person}%"}):
                over &= _hand_over(db, row, person)
    return over


def _hand_over(db: Database, row: Row, person: int) -> bool:
    job, user, state, story, wanted = row
    told = re.sub(rf"\buser([=:]){person}\b", rf"user\g<1>{NOBODY}", story)
    db.change(HAND_OVER, {"job": job, "person": person, "story": told})
    if user == person and not wanted:
        db.change(EMPTY, {"job": job})
    return bool(user != person or state >= State.DONE)


def _drop_copies(db: Database, person: int) -> None:
    for after in range(0, _number(db, NEWEST_MEDIA), STRETCH):
        with db.write():
            db.change(COPIES, {"after": after, "to": after + STRETCH, "person": person})


def _number(db: Database, newest: str) -> int:
    row = db.one(newest)
    return int(row[0] or 0) if row else 0


def _named(statement: str, row: Row) -> dict[str, Any]:
    """A row with the names of its columns, as the statement has them."""
    columns = statement.split(" FROM ")[0].strip().removeprefix("SELECT ")
    names = [name.strip().split(".")[-1] for name in columns.split(",")]
    return dict(zip(names, row, strict=True))
