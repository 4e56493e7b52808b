"""The state of an admin's conversation with the bot: one row for each admin, chat and topic.

The row of an ended conversation stays for a while, with the message that ended it and the answer to
it: a bot that was killed before it answered receives the message again, and repeats the answer
instead of the act.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from procs.core import codec
from procs.core.clock import Now
from procs.store.database import Database

BITE = 1000
#: Seconds for which the row of an ended conversation is kept.
KNOWN = 7 * 24 * 3600.0

FIND = """
SELECT number, turn, name, step, data, message, answer, until FROM conversations
 WHERE admin = :admin AND chat = :chat AND topic = :topic
"""
WRITE = """
INSERT INTO conversations (admin, chat, topic, number, turn, name, step, data, message, answer,
                           until)
VALUES (:admin, :chat, :topic, :number, :turn, :name, :step, :data, :message, :answer, :until)
    ON CONFLICT (admin, chat, topic) DO UPDATE
   SET number = excluded.number, turn = excluded.turn, name = excluded.name, step = excluded.step,
       data = excluded.data, message = excluded.message, answer = excluded.answer,
       until = excluded.until
"""
PRUNE = """
DELETE FROM conversations WHERE number IN
       (SELECT number FROM conversations WHERE until < :before ORDER BY until LIMIT :bite)
"""


@dataclass(frozen=True, slots=True)
class ConversationKey:
    """Whose conversation, in which chat, in which topic of a forum (0 elsewhere)."""

    admin: int
    chat: int
    topic: int = 0


@dataclass(frozen=True, slots=True)
class ConversationState:
    """Where it stands. `number` is that of the conversation, a random one that no other has; `turn`
    grows with each step; `step` is "" when it is over. `message` made the last step, 0 for a
    button, and `answer` is what was said to it; `until` is the wall instant at which it expires."""

    number: int
    turn: int
    name: str
    step: str
    data: Mapping[str, Any] = field(default_factory=dict)
    message: int = 0
    answer: Mapping[str, Any] = field(default_factory=dict)
    until: float = 0.0

    def is_open(self, now: Now) -> bool:
        """Whether the conversation waits for an answer and its time is not over."""
        return bool(self.step) and now.wall < self.until


def find(db: Database, key: ConversationKey) -> ConversationState | None:
    """The conversation of this key, open, expired or over; None when there never was one."""
    row = db.one(FIND, _place(key))
    if row is None:
        return None
    number, turn, name, step, data, message, answer, until = row
    known = codec.load(data), message, codec.load(answer), until
    return ConversationState(number, turn, name, step, *known)


def write(db: Database, key: ConversationKey, state: ConversationState) -> None:
    """Store the state of a conversation, in the transaction of its step."""
    facts = {
        "number": state.number,
        "turn": state.turn,
        "name": state.name,
        "step": state.step,
        "data": codec.dump(dict(state.data)),
        "message": state.message,
        "answer": codec.dump(dict(state.answer)),
        "until": state.until,
    }
    with db.write(full=True):
        db.change(WRITE, {**_place(key), **facts})


def prune(db: Database, *, now: Now) -> int:
    """Delete a bite of the conversations that ended long ago. Returns how many."""
    with db.write():
        return db.change(PRUNE, {"before": now.wall - KNOWN, "bite": BITE})


def _place(key: ConversationKey) -> dict[str, int]:
    return {"admin": key.admin, "chat": key.chat, "topic": key.topic}
