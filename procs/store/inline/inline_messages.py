"""Requests whose target is an inline message: accepted once, shown once.

Such a request stands in the private chat of its person, as its row says, with the negative number
of its inline message as the message that asked for it: so /queue and /cancel find it there, and a
choice that Telegram tells twice, or that is also pressed, is one request.

The bot writes progress into the message while a worker may put the media there. An edit of a text
that arrives after that of the media would replace its caption; so each of them says in the row
what it is about to do, in one transaction with a look at what the other said.
"""

from dataclasses import dataclass

from procs.core.clock import Now
from procs.records.inline_records import InlineMessage, InlineTarget
from procs.records.job import Ask, Link, Person
from procs.store import wake
from procs.store.database import Database
from procs.store.requests import allowances, requests
from procs.store.requests.allowances import Allowance
from procs.store.requests.requests import Submitted

ADD = """
INSERT INTO inline_messages (person, dc, owner, message, access, token, bot)
VALUES (:person, :dc, :owner, :message, :access, :token, :bot)
    ON CONFLICT (dc, owner, message) DO UPDATE
   SET token = excluded.token, bot = excluded.bot, placed = 0
RETURNING id
"""
FIND = """
SELECT id FROM inline_messages WHERE dc = :dc AND owner = :owner AND message = :message
"""
LATEST = """
SELECT id, state, job FROM requests WHERE inline_message = :inline ORDER BY id DESC LIMIT 1
"""
COUNT = "SELECT COUNT(*) FROM requests WHERE inline_message = :inline"
REPEATED = "SELECT ordinal FROM requests WHERE id = :request"
AIM = "UPDATE requests SET inline_message = :inline WHERE id = :request"
READ = """
SELECT id, dc, owner, message, access, token, bot FROM inline_messages WHERE id = :inline
"""
OF_REQUEST = """
SELECT i.id, i.dc, i.owner, i.message, i.access, i.token, i.bot
  FROM requests r JOIN inline_messages i ON i.id = r.inline_message
 WHERE r.id = :request
"""
EDITS = "UPDATE inline_messages SET edits_until = :until WHERE id = :inline AND placed = 0"
EDITED = "UPDATE inline_messages SET edits_until = 0 WHERE id = :inline"
PLACES = "UPDATE inline_messages SET placed = 1 WHERE id = :inline RETURNING edits_until"
UNTIL = "SELECT edits_until FROM inline_messages WHERE id = :inline"
SHOWS_AGAIN = "UPDATE inline_messages SET placed = 0 WHERE id = :inline"
FORGET_REFUSED = "DELETE FROM inline_messages WHERE id = :inline"
PRUNE = """
DELETE FROM inline_messages
 WHERE NOT EXISTS (SELECT 1 FROM requests r WHERE r.inline_message = inline_messages.id)
"""
#: States of a request after which its message may be asked for anew.
ENDED = frozenset({"failed", "cancelled"})


@dataclass(frozen=True, slots=True)
class InlineAsk:
    """What a person chose: this link, into this message, by the button of this token."""

    person: Person
    target: InlineTarget
    link: Link
    token: str
    bot: str


def accept(db: Database, choice: InlineAsk, *, allowance: Allowance, now: Now) -> Submitted:
    """Accept what was chosen: its rows are on the disk when this returns. The same message is
    `again` while its request is open or done; after a failure it may be asked for once more."""
    person = choice.person
    with db.write(full=True):
        known = again(db, choice.target)
        if known:
            return known
        inline = int(db.all(ADD, facts(choice))[0][0])
        ordinal = int(db.all(COUNT, {"inline": inline})[0][0])
        ask = Ask(
            *(person.id, person.id, -inline, ordinal, choice.link), chat_access=person.access_hash
        )
        room = allowances.room(db, person.id, allowance, now=now)
        done = requests.take(db, ask, room, now=now)
        if done.request:
            db.change(AIM, {"inline": inline, "request": done.request})
        elif not ordinal:
            db.change(FORGET_REFUSED, {"inline": inline})
    wake.notify_idle(db.run)
    return done


def again(db: Database, target: InlineTarget) -> Submitted | None:
    """The request that this message has already, unless it ended without a media."""
    row = db.one(FIND, place(target))
    latest = db.one(LATEST, {"inline": row[0]}) if row else None
    if latest is None or latest[1] in ENDED:
        return None
    return Submitted(int(latest[0]), "again", int(latest[2] or 0))


def is_repeated(db: Database, request: int) -> bool:
    """Whether the message of this request had another one before."""
    row = db.one(REPEATED, {"request": request})
    return row is not None and int(row[0]) > 0


def facts(choice: InlineAsk) -> dict[str, object]:
    """The values of a new inline message's row, by column."""
    target = choice.target
    return {
        **place(target),
        "person": choice.person.id,
        "access": target.access,
        "token": choice.token,
        "bot": choice.bot,
    }


def place(target: InlineTarget) -> dict[str, int]:
    """What tells one inline message from all others."""
    return {"dc": target.dc, "owner": target.owner, "message": target.message}


def read(db: Database, inline: int) -> InlineMessage | None:
    """An inline message by its number; None for one that is unknown or swept."""
    return record(db.one(READ, {"inline": inline}))


def of_request(db: Database, request: int) -> InlineMessage | None:
    """The inline message that a request is for; None for a request of a chat."""
    return record(db.one(OF_REQUEST, {"request": request}))


def record(row: tuple[object, ...] | None) -> InlineMessage | None:
    """An inline message from its row; None stays None."""
    if row is None:
        return None
    number, dc, owner, message, access, token, bot = row
    parts = (int(str(one)) for one in (dc, owner, message, access))
    return InlineMessage(int(str(number)), InlineTarget(*parts), str(token), str(bot))


def edits(db: Database, inline: int, *, until: float) -> bool:
    """The bot is about to edit the message, and knows the outcome before a wall instant. False
    when a worker puts the media there: then nothing may be written."""
    with db.write():
        return bool(db.change(EDITS, {"inline": inline, "until": until}))


def note_edit_end(db: Database, inline: int) -> None:
    """The bot's edit is over."""
    with db.write():
        db.change(EDITED, {"inline": inline})


def places(db: Database, inline: int) -> float:
    """A worker is about to put the media there: no edit of the bot begins from now on. Returns
    until when (wall) one of them may still be on its way."""
    with db.write():
        rows = db.all(PLACES, {"inline": inline})
    return float(rows[0][0]) if rows else 0.0


def edits_until(db: Database, inline: int) -> float:
    """Until when (wall) an edit of the bot may be on its way; 0 while there is none."""
    row = db.one(UNTIL, {"inline": inline})
    return float(row[0]) if row else 0.0


def shows_again(db: Database, inline: int) -> None:
    """The media is fetched once more, and its progress shown meanwhile."""
    with db.write():
        db.change(SHOWS_AGAIN, {"inline": inline})


def prune(db: Database) -> int:
    """Forget messages whose requests are forgotten."""
    with db.write():
        return db.change(PRUNE)
