"""The users of the bot."""

from dataclasses import dataclass

from procs.core.clock import Now
from procs.records.job import Person
from procs.store.database import Database

REMEMBER = """
INSERT INTO users (id, language, name, access, nick, first_seen, last_seen)
VALUES (:id, :language, :name, :access, :nick, :now, :now)
    ON CONFLICT (id) DO UPDATE
   SET language = excluded.language, last_seen = excluded.last_seen, unreachable = '',
       nick = CASE excluded.nick WHEN '' THEN users.nick ELSE excluded.nick END,
       name = CASE excluded.name WHEN '' THEN users.name ELSE excluded.name END,
       access = CASE excluded.access WHEN 0 THEN users.access ELSE excluded.access END
"""
SPEAK = "UPDATE users SET language = :language WHERE id = :id AND language <> :language"
WITH_CAP = "SELECT id, cap, name FROM users WHERE cap IS NOT NULL ORDER BY id"
SEEN = """
SELECT 1 FROM users
 WHERE id = :id AND language = :language AND name = :name AND access = :access
   AND nick = :nick AND unreachable = ''
   AND last_seen BETWEEN :since AND :now
"""
#: Seconds within which it is not written down again that somebody was seen.
LATELY = 30.0
ACCESS = "SELECT access FROM users WHERE id = :id"
LANGUAGE = "SELECT language FROM users WHERE id = :id"
MET = "SELECT nick, first_seen, last_seen FROM users WHERE id = :id"
NAME = "SELECT name FROM users WHERE id = :id"
#: A name that somebody gave up may be another's by now: the one who was seen last has it.
OF_NICK = """
SELECT id FROM users WHERE nick = :nick AND nick <> '' ORDER BY last_seen DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class CappedUser:
    """A user with a cap of their own: so many downloads at once."""

    id: int
    cap: int
    name: str


@dataclass(frozen=True, slots=True)
class MetUser:
    """Somebody who wrote to the bot: @nick ("" for none), and when, as wall instants."""

    nick: str
    first_seen: float
    last_seen: float


def remember(db: Database, person: Person, *, now: Now) -> None:
    """Keep what Telegram says of a user: the language, the name, how to address the chat. What it
    does not tell, of somebody whom it shows in part, stays as it was."""
    facts = {
        "id": person.id,
        "language": person.language,
        "name": person.name,
        "access": person.access_hash,
        "nick": person.nick,
        "now": now.wall,
    }
    if db.one(SEEN, {**facts, "since": now.wall - LATELY}):
        return
    with db.write():
        db.change(REMEMBER, facts)


def language(db: Database, user: int) -> str:
    """The language of a user, `en` for one we never met."""
    return last_language(db, user) or "en"


def last_language(db: Database, user: int) -> str:
    """The language in which we spoke to a user last; "" for one we never met."""
    row = db.one(LANGUAGE, {"id": user})
    return str(row[0]) if row else ""


def access(db: Database, user: int) -> int:
    """What addresses the private chat with a user; 0 for one we never met."""
    row = db.one(ACCESS, {"id": user})
    return int(row[0]) if row else 0


def speak(db: Database, user: int, language: str) -> None:
    """What is said to a user from now on is in this language, whichever process says it."""
    with db.write():
        db.change(SPEAK, {"id": user, "language": language})


def name(db: Database, user: int) -> str:
    """What somebody calls themselves; "" for one we never met."""
    row = db.one(NAME, {"id": user})
    return str(row[0]) if row else ""


def met(db: Database, user: int) -> MetUser | None:
    """When somebody was met; None for who never was."""
    row = db.one(MET, {"id": user})
    return MetUser(*row) if row else None


def of_nick(db: Database, nick: str) -> int:
    """Who writes under @nick; 0 for nobody we met."""
    row = db.one(OF_NICK, {"nick": nick.removeprefix("@").lower()})
    return int(row[0]) if row else 0


def is_known(db: Database, user: int) -> bool:
    """Whether this user ever wrote to the bot."""
    return db.one(LANGUAGE, {"id": user}) is not None


def with_cap(db: Database) -> list[CappedUser]:
    """The users who have a cap of their own."""
    return [CappedUser(*row) for row in db.all(WITH_CAP)]
