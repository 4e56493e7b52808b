"""The link that a word alone is about, and messages that were corrected."""

from collections.abc import Sequence
from dataclasses import replace

from procs.core.clock import Now
from procs.records.job import Ask, Link
from procs.store import wake
from procs.store.database import Database
from procs.store.media import deliveries
from procs.store.requests import requests, withdrawal
from procs.store.requests.requests import Submitted

#: Seconds in which a word without a link means the one that was sent last.
MEANT = 3600.0
#: The state of a link of which we asked what is wished; it is over for the board.
ASKED = """
INSERT INTO requests (user_id, chat, chat_access, message, ordinal, url, site, key, variant, state,
                      status_random, received_at, ended_at, closed_at)
VALUES (:user, :chat, :access, :message, :ordinal, :url, :site, :key, :variant, 'asked',
        :random, :now, :now, :now)
    ON CONFLICT (chat, message, ordinal) DO NOTHING
"""
ASKED_OF = """
SELECT id FROM requests
 WHERE chat = :chat AND message = :message AND key = :key AND state = 'asked'
 ORDER BY id LIMIT 1
"""
LATEST = """
SELECT message FROM requests
 WHERE chat = :chat AND message < :message AND user_id = :user AND parent IS NULL
   AND COALESCE(say, '') NOT IN ('replaced', 'withdrawn') AND received_at > :since
 ORDER BY message DESC LIMIT 1
"""
LINKS = """
SELECT MIN(url), MIN(site), key, MAX(CASE WHEN state = 'asked' THEN 1 ELSE 0 END)
  FROM requests
 WHERE chat = :chat AND message = :message AND user_id = :user AND parent IS NULL
   AND COALESCE(say, '') NOT IN ('replaced', 'withdrawn')
 GROUP BY key ORDER BY MIN(ordinal)
"""
OF_MESSAGE = """
SELECT r.id, r.ordinal, r.key, CASE WHEN c.request IS NULL THEN r.variant ELSE 'look' END, r.state
  FROM requests r LEFT JOIN cards c ON c.request = r.id
 WHERE r.chat = :chat AND r.message = :message AND r.user_id = :user AND r.parent IS NULL
   AND COALESCE(r.say, '') NOT IN ('replaced', 'withdrawn')
 ORDER BY r.ordinal
"""
REPLACE = "UPDATE requests SET say = :word WHERE id = :request"
#: What stands in a request that its message asks for no longer: something else came, or nothing.
REPLACED, WITHDRAWN = "replaced", "withdrawn"
#: The same where a button asked for another form.
INSTEAD = "instead-taken"


def keep(db: Database, asks: Sequence[Ask], *, now: Now) -> None:
    """Keep links of which we ask what is wished: a word alone is the answer."""
    if not asks:
        return
    with db.write():
        for ask in asks:
            _ask(db, ask, now=now)


def _ask(db: Database, ask: Ask, *, now: Now) -> None:
    facts = {
        "user": ask.user,
        "chat": ask.chat,
        "access": ask.chat_access,
        "message": ask.message,
        "ordinal": ask.ordinal,
        "url": ask.link.url,
        "site": ask.link.site,
        "key": ask.link.key,
        "variant": ask.link.variant,
        "random": deliveries.random_id(),
        "now": now.wall,
    }
    db.change(ASKED, facts)


def asked_of(db: Database, chat: int, message: int, key: str) -> int | None:
    """The request of a message in which a link stands of which we asked what is wished."""
    row = db.one(ASKED_OF, {"chat": chat, "message": message, "key": key})
    return int(row[0]) if row else None


def recent_links(db: Database, chat: int, user: int, *, before: int, now: Now) -> list[Link]:
    """The links of the last message of a person with any, `before` this message; those of which we
    asked what is wished, if there are such."""
    facts = {"chat": chat, "user": user, "message": before, "since": now.wall - MEANT}
    row = db.one(LATEST, facts)
    if row is None:
        return []
    rows = db.all(LINKS, {**facts, "message": row[0]})
    some = any(asked for *_, asked in rows)
    return [Link(*names) for *names, asked in rows if asked or not some]


def exist(db: Database, chat: int, message: int, user: int) -> bool:
    """Whether a message asked for anything that counts still."""
    facts = {"chat": chat, "message": message, "user": user}
    return db.one(OF_MESSAGE, facts) is not None


def correct(
    db: Database,
    chat: int,
    message: int,
    user: int,
    asks: Sequence[Ask],
    questions: Sequence[Ask],
    *,
    now: Now,
) -> list[Submitted]:
    """A message says something else now: `asks` is all it asks for. What it asked for before and
    does no longer is cancelled, if it is not delivered yet; what it still asks for stays as it is.
    Both are one transaction: who is killed in it leaves the old words standing, never the old and
    the new ones together. Returns what is new."""
    facts = {"chat": chat, "message": message, "user": user}
    wanted = {(ask.link.key, ask.link.variant): ask for ask in asks}
    known_as = {name: names(ask) for name, ask in wanted.items()}
    stays = set().union(*known_as.values())
    with db.write(full=True):
        rows = db.all(OF_MESSAGE, facts)
        alive = {(key, variant) for _, _, key, variant, state in rows if state in STANDING}
        gone = [row for row in rows if (row[2], row[3]) not in stays or row[4] == "asked"]
        fresh = [ask for name, ask in wanted.items() if not known_as[name] & alive]
        first = 1 + max((row[1] for row in rows), default=-1)
        done = [
            requests.add(db, replace(one, ordinal=first + n), now=now)
            for n, one in enumerate(fresh)
        ]
        for n, one in enumerate(questions, first + len(fresh)):
            _ask(db, replace(one, ordinal=n), now=now)
        word = REPLACED if fresh else WITHDRAWN
        db.change_many(REPLACE, [{"request": row[0], "word": word} for row in gone])
        running = withdrawal.leave_all(db, [row[0] for row in gone], user=user, now=now)
    if running:
        withdrawal.notify(db, running)
    wake.notify_idle(db.run, count=len(done))
    return done


def given_up(db: Database, request: int) -> None:
    """Its person took another form in place of this request."""
    with db.write():
        db.change(REPLACE, {"request": request, "word": INSTEAD})


def names(ask: Ask) -> set[tuple[str, str]]:
    """The rows that an ask is content with: of what would be asked by a card, also the form in
    which it is on its way already."""
    usual = {(ask.link.key, ask.card.usual)} if ask.card else set()
    return {(ask.link.key, ask.link.variant)} | usual


#: States of a request that a repeated wish of the same message asks for nothing more than.
STANDING = ("open", "choosing", "delivered", "listed", "failed")
