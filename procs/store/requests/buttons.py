"""Buttons: a token that a client sends back when it is pressed, and the row that tells its meaning.

The row survives restarts, belongs to one person, and takes effect once: `press` marks it inside of
the transaction that does what it says, so either both are on the disk or neither is. Whatever a
client sends may be forged; what is no token of ours is told apart and raises nothing.
"""

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from procs.core import codec
from procs.core.clock import Now
from procs.store.database import Database, Row

#: Seconds for which a button acts, and for which it is still known after that, so that a press of
#: it can be answered with an offer to ask again.
LASTS, KNOWN = 24 * 3600.0, 7 * 24 * 3600.0
#: Rows forgotten at once.
BITE = 1000
#: Random bytes of a token: 96 bits, written as 16 letters. Telegram takes 64 bytes of data with a
#: button (core.telegram.org/constructor/keyboardButtonCallback).
BYTES = 12
TOKEN = re.compile(r"[A-Za-z0-9_-]{16}")

ADD = """
INSERT INTO buttons (token, person, chat, request, action, data, created_at, expires_at)
VALUES (:token, :person, :chat, :request, :action, :data, :now, :expires)
"""
MADE = """
SELECT token FROM buttons
 WHERE request = :request AND action = :action AND data = :data AND person = :person
   AND chat = :chat AND expires_at > :now
 LIMIT 1
"""
PRESS = """
UPDATE buttons SET pressed_at = :now
 WHERE token = :token AND pressed_at IS NULL AND expires_at > :now
"""
FIND = """
SELECT token, person, chat, request, action, data, created_at, expires_at, pressed_at
  FROM buttons WHERE token = :token
"""
RELEASE = "UPDATE buttons SET pressed_at = NULL WHERE token = :token"
PRUNE = """
DELETE FROM buttons WHERE token IN
       (SELECT token FROM buttons WHERE expires_at <= :before ORDER BY expires_at LIMIT :bite)
"""


class Outcome(StrEnum):
    """What a press is: `fresh` takes effect now, `already` did before, `stale` came too late,
    `foreign` is somebody else's, and `unknown` is no button of ours."""

    FRESH = "fresh"
    ALREADY = "already"
    STALE = "stale"
    FOREIGN = "foreign"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ButtonMeaning:
    """What a button is to do: `action` with `data`, for a person in a chat (0 for a message sent
    by inline mode), about a request where there is one."""

    person: int
    chat: int
    action: str
    data: Mapping[str, Any] = field(default_factory=dict)
    request: int | None = None


@dataclass(frozen=True, slots=True)
class Button:
    """A button that there is. Instants are wall instants; `pressed` that of its first effect."""

    token: str
    meaning: ButtonMeaning
    created: float
    expires: float
    pressed: float | None


@dataclass(frozen=True, slots=True)
class ButtonPress:
    """What a press is. `button` is None for what is foreign or unknown: nobody acts upon those."""

    outcome: Outcome
    button: Button | None = None

    @property
    def fresh(self) -> bool:
        """Whether the press is the first one, and is to be acted upon."""
        return self.outcome is Outcome.FRESH


FOREIGN, UNKNOWN = ButtonPress(Outcome.FOREIGN), ButtonPress(Outcome.UNKNOWN)


def mint(db: Database, meanings: Iterable[ButtonMeaning], *, now: Now) -> list[str]:
    """A token for each of these, in their order, written in one transaction."""
    rows = [facts(one, now) for one in meanings]
    with db.write(only=()):
        db.change_many(ADD, rows)
    return [row["token"] for row in rows]


def offer(db: Database, meanings: Sequence[ButtonMeaning], *, now: Now) -> list[str]:
    """The same for buttons under what may be sent, or edited, a second time: what was minted for a
    request with these words before, and acts still, keeps its token."""
    rows = [facts(one, now) for one in meanings]
    with db.write(only={f"request {one.request}" for one in meanings if one.request}):
        made = [_made(db, row) for row in rows]
        fresh = [row for row, token in zip(rows, made, strict=True) if not token]
        if fresh:
            db.change_many(ADD, fresh)
    return [token or row["token"] for row, token in zip(rows, made, strict=True)]


def _made(db: Database, wanted: Mapping[str, Any]) -> str:
    row = db.one(MADE, wanted) if wanted["request"] else None
    return str(row[0]) if row else ""


def facts(meaning: ButtonMeaning, now: Now) -> dict[str, Any]:
    """The values of a new button's row, by column, with a random token."""
    return {
        "token": secrets.token_urlsafe(BYTES),
        "person": meaning.person,
        "chat": meaning.chat,
        "request": meaning.request,
        "action": meaning.action,
        "data": codec.dump(dict(meaning.data)),
        "now": now.wall,
        "expires": now.wall + LASTS,
    }


def press(
    db: Database, token: str, person: int, *, chat: int, shared: bool = False, now: Now
) -> ButtonPress:
    """What a press is; a fresh one is marked as pressed. Call it inside of the `db.write()` that
    does what the button says: a rolled back or killed effect leaves the button unpressed.

    `shared` lets a person press the buttons of others in this chat: the admin of a group, or
    anybody in a group that allows it."""
    found = find(db, token, person, chat=chat, shared=shared, now=now)
    if not found.fresh:
        return found  # what is forged in thousands holds up nobody who writes
    with db.write():
        found = find(db, token, person, chat=chat, shared=shared, now=now)
        if found.fresh and not db.change(PRESS, {"token": token, "now": now.wall}):
            # Another connection pressed it between the two statements, where a transaction sees
            # what others commit meanwhile.
            return ButtonPress(Outcome.ALREADY, found.button)
    return found


def find(
    db: Database, token: str, person: int, *, chat: int, shared: bool = False, now: Now
) -> ButtonPress:
    """The same without marking it: for buttons that may be pressed again, such as the next page."""
    row = db.one(FIND, {"token": token}) if TOKEN.fullmatch(token) else None
    if row is None:
        return UNKNOWN
    button = record(row)
    if button.expires + KNOWN <= now.wall:
        return UNKNOWN
    theirs = button.meaning.person == person
    if not theirs and not (shared and button.meaning.chat == chat):
        return FOREIGN
    if button.expires <= now.wall:
        return ButtonPress(Outcome.STALE, button)
    return ButtonPress(Outcome.FRESH if button.pressed is None else Outcome.ALREADY, button)


def release(db: Database, token: str) -> None:
    """Let a button be pressed again whose effect was refused for the moment, in the transaction
    that marked it."""
    with db.write():
        db.change(RELEASE, {"token": token})


def prune(db: Database, *, now: Now) -> int:
    """Forget the buttons of which nothing can be said any more, a bite of them: how many."""
    with db.write():
        return db.change(PRUNE, {"before": now.wall - KNOWN, "bite": BITE})


def record(row: Row) -> Button:
    """A button from its row, in the order of the columns of the statements above."""
    token, person, chat, request, action, data, created, expires, pressed = row
    meaning = ButtonMeaning(person, chat, action, codec.load(data), request)
    return Button(token, meaning, created, expires, pressed)
