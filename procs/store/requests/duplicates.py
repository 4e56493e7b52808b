"""What a person asks for again while it is on its way."""

from dataclasses import dataclass

from procs.records.job import Ask
from procs.store.database import Database

RUNNING = """
SELECT id, message, status_message FROM requests
 WHERE user_id = :user AND closed_at IS NULL AND state = 'open' AND folder = 0
   AND chat = :chat AND key = :key AND variant = :variant
   AND NOT (message = :message AND ordinal = :ordinal)
 ORDER BY +id LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class RunningRequest:
    """A request that is on its way, the message that asked for it, and the one that shows it (None
    or 0: there is none)."""

    request: int
    message: int
    status: int | None

    @property
    def shown(self) -> int:
        """The message to point to."""
        return self.status or self.message


def running(db: Database, ask: Ask) -> RunningRequest | None:
    """The same link in the same form, asked for by the same person in the same chat, that is not
    over; an ask does not find itself."""
    facts = {
        "user": ask.user,
        "chat": ask.chat,
        "message": ask.message,
        "ordinal": ask.ordinal,
        "key": ask.link.key,
        "variant": ask.link.variant,
    }
    row = db.one(RUNNING, facts)
    return RunningRequest(*row) if row else None
