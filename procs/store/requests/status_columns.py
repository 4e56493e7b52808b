"""The text of a status message, stored in its request's row before and after each edit.

When it was written (`shown_at`) is told by Telegram's clock (`procs.telegram.server_clock.told`):
by it the next edit keeps its distance, even where the machine's clock is set in between.
"""

from procs.core.clock import Now
from procs.store.database import Database

TOLD = "UPDATE requests SET answered_at = COALESCE(answered_at, :now) WHERE id = :request"
CHANGES = """
UPDATE requests SET shown = '', shown_stage = :stage, shown_share = :share, shown_at = :now
 WHERE id = :request
"""
#: From here on the message may be in the chat, though nobody knows its number yet.
BEGINS = """
UPDATE requests SET shown_at = :now
 WHERE id = :request AND status_message IS NULL AND closed_at IS NULL
"""
SHOWED = "UPDATE requests SET shown = :shown, shown_at = :now WHERE id = :request"
RESTATE = "UPDATE requests SET shown_stage = '' WHERE user_id = :user AND closed_at IS NULL"
FOUND = """
UPDATE requests
   SET shown = :shown, shown_stage = :stage, shown_share = :share, shown_at = :now
 WHERE id = :request
"""
MESSAGE_OF = "SELECT status_message FROM requests WHERE id = :request"
REACTS = "UPDATE requests SET reaction = :reaction WHERE id = :request"
REACTION = "SELECT reaction FROM requests WHERE id = :request"
ALSO_REACTED = """
SELECT 1 FROM requests
 WHERE chat = :chat AND message = :message AND closed_at IS NULL AND state = 'open'
   AND reaction = :reacted AND COALESCE(speaker, id) <> :request
"""
UNANSWERED = """
SELECT 1 FROM requests
 WHERE id = :request AND answered_at IS NULL AND state IN ('open', 'choosing')
"""
#: What `reaction` says: a status message is wanted (0), a reaction is (1), and there may be one.
WANTED, REACTED = 1, 2


def reacts(db: Database, request: int, reaction: int) -> None:
    """What shows that a request goes on. REACTED is written before the reaction is put."""
    with db.write():
        db.change(REACTS, {"request": request, "reaction": reaction})


def reaction(db: Database, request: int) -> int:
    """The number of the reaction that stands below the person's message; 0 for none."""
    row = db.one(REACTION, {"request": request})
    return int(row[0]) if row else 0


def is_answered(db: Database, request: int) -> bool:
    """Whether the person was told something of a request, or it is over."""
    return db.one(UNANSWERED, {"request": request}) is None


def shares_reaction(db: Database, chat: int, message: int, *, but: int) -> bool:
    """Whether another request of this message goes on under the same reaction."""
    facts = {"chat": chat, "message": message, "request": but, "reacted": REACTED}
    return db.one(ALSO_REACTED, facts) is not None


def note_spoken_for(db: Database, request: int, *, now: Now) -> None:
    """The person has a status message that speaks for this request too."""
    with db.write():
        db.change(TOLD, {"request": request, "now": now.wall})


def begins(db: Database, request: int, *, now: Now) -> bool:
    """The status message is about to be sent: until its number is kept, it may be there or not.
    False when there is one, or nothing more to be said: the media came first."""
    with db.write():
        return db.change(BEGINS, {"request": request, "now": now.wall}) > 0


def changes(db: Database, request: int, *, stage: str, share: float | None, now: Now) -> None:
    """The status message is about to say something else, and until `showed` nobody knows what it
    says: `shown` is empty. Kept before it does, so that a death, or a lost answer, in between
    neither brings the next change too soon nor repeats this one."""
    facts = {"request": request, "stage": stage, "share": share, "now": now.wall}
    with db.write():
        db.change(CHANGES, facts)


def message_of(db: Database, request: int) -> int:
    """The status message of a request, 0 for none."""
    row = db.one(MESSAGE_OF, {"request": request})
    return int(row[0] or 0) if row else 0


def restate(db: Database, user: int) -> None:
    """All that status messages of a person say is to be said anew, and soon: as if each were at
    another stage."""
    with db.write():
        db.change(RESTATE, {"user": user})


def note_shown(db: Database, request: int, shown: str, *, now: Now) -> None:
    """What the status message says, since `now` at the latest: between `changes` and Telegram's
    answer the edit may have been on its way for seconds."""
    with db.write():
        db.change(SHOWED, {"request": request, "shown": shown, "now": now.wall})


def note_found(
    db: Database, request: int, *, shown: str, stage: str, share: float | None, now: Now
) -> None:
    """What the status message turned out to say, since `now` at the latest."""
    facts = {"request": request, "shown": shown, "stage": stage, "share": share, "now": now.wall}
    with db.write():
        db.change(FOUND, facts)
