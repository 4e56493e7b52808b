"""Chats that admins want to add as sponsors. A row is kept until Telegram described the chat and
the admin was answered, so that the bot resumes after a kill."""

from dataclasses import dataclass

from procs.core.clock import Now
from procs.store.database import Database, Row

ADD = """
INSERT INTO sponsor_wishes (mark, admin, chat, access, topic, message, nick, hash, origin,
                            origin_access, renew, at)
VALUES (:mark, :admin, :chat, :access, :topic, :message, :nick, :hash, :origin, :origin_access,
        :renew, :now)
    ON CONFLICT (mark) DO NOTHING
"""
LIST = """
SELECT id, mark, admin, chat, access, topic, message, nick, hash, origin, origin_access, renew,
       answer
  FROM sponsor_wishes ORDER BY id
"""
ANSWER = "UPDATE sponsor_wishes SET answer = :answer WHERE id = :id"
END = "DELETE FROM sponsor_wishes WHERE id = :id"


@dataclass(frozen=True, slots=True)
class SponsorWish:
    """`mark` is that of the act; `chat`, `access`, `topic` and `message` are where the admin wrote.
    The sponsor's chat is named by `nick`, by the `hash` of an invite link, or by `origin`, from
    which something was forwarded. `renew` is 1 where its link is to be
    another one. `answer` is what the
    admin is told, "" while nobody knows."""

    id: int
    mark: str
    admin: int
    chat: int
    access: int
    topic: int
    message: int
    nick: str
    hash: str
    origin: int
    origin_access: int
    renew: int = 0
    answer: str = ""


def add(db: Database, wish: SponsorWish, *, now: Now) -> None:
    """Store an admin's wish, once for each mark."""
    facts = {
        "mark": wish.mark,
        "admin": wish.admin,
        "chat": wish.chat,
        "access": wish.access,
        "topic": wish.topic,
        "message": wish.message,
        "nick": wish.nick,
        "hash": wish.hash,
        "origin": wish.origin,
        "origin_access": wish.origin_access,
        "renew": wish.renew,
        "now": now.wall,
    }
    with db.write(full=True):
        db.change(ADD, facts)


def listed(db: Database) -> list[SponsorWish]:
    """All wishes, oldest first, those with an answer included."""
    return [record(row) for row in db.all(LIST)]


def record(row: Row) -> SponsorWish:
    """A wish from its row."""
    return SponsorWish(*row)


def answer(db: Database, number: int, text: str) -> None:
    """Store the answer to the admin, in the transaction of its act."""
    with db.write():
        db.change(ANSWER, {"id": number, "answer": text})


def end(db: Database, number: int) -> None:
    """Delete a wish: the admin was answered."""
    with db.write():
        db.change(END, {"id": number})
