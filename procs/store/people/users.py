"""The users of the bot: language, name, access hash, cap, and when each wrote last."""

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
#: Seconds after a write of `seen_at` in which it is not written again.
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
    """A user with a cap of their own: the number of downloads that they may have at once."""

    id: int
    cap: int
    name: str


@dataclass(frozen=True, slots=True)
class MetUser:
    """A person who wrote to the bot: @nick ("" for none), and the wall instants of the first and
    the last message."""

    nick: str
    first_seen: float
    last_seen: float


def remember(db: Database, person: Person, *, now: Now) -> None:
    """Store what Telegram reports of a user: language, name, access hash. Fields that a partial
    record lacks stay as they are."""
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
    with db.write(only=()):
        db.send(REMEMBER, facts)


def language(db: Database, user: int) -> str:
    """The language of a user; `en` for an unknown one."""
    return last_language(db, user) or "en"


def last_language(db: Database, user: int) -> str:
    """The language in which the bot wrote to a user last; "" for an unknown one."""
    row = db.one(LANGUAGE, {"id": user})
    return str(row[0]) if row else ""


def access(db: Database, user: int) -> int:
    """The access hash of the private chat with a user; 0 for an unknown one."""
    row = db.one(ACCESS, {"id": user})
    return int(row[0]) if row else 0


def speak(db: Database, user: int, language: str) -> None:
    """Set the language in which every process writes to a user from now on."""
    with db.write(only=()):
        db.send(SPEAK, {"id": user, "language": language})


def name(db: Database, user: int) -> str:
    """The name that a user has in Telegram; "" for an unknown one."""
    row = db.one(NAME, {"id": user})
    return str(row[0]) if row else ""


def met(db: Database, user: int) -> MetUser | None:
    """When a user wrote first and last; None for an unknown one."""
    row = db.one(MET, {"id": user})
    return MetUser(*row) if row else None


def of_nick(db: Database, nick: str) -> int:
    """The id of the user with this @nick; 0 for none."""
    row = db.one(OF_NICK, {"nick": nick.removeprefix("@").lower()})
    return int(row[0]) if row else 0


def is_known(db: Database, user: int) -> bool:
    """Whether this user ever wrote to the bot."""
    return db.one(LANGUAGE, {"id": user}) is not None


def with_cap(db: Database) -> list[CappedUser]:
    """The users who have a cap of their own."""
    return [CappedUser(*row) for row in db.all(WITH_CAP)]
