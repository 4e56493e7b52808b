"""Messages and presses that were handled, so that a repeated update does nothing.

A row is written when the handling is done: an update whose handling was killed is handled again. So
handling must be idempotent; where the store's state would lead to another choice the second time,
the choice is stored before it takes effect.
"""

from procs.core.clock import Now
from procs.store.database import Database

#: Seconds for which a repeat is known: twice as long as Telegram's updates are acted upon.
KEEP = 2 * 24 * 3600.0
BITE = 1000

#: (chat, message, 0) of a message, the last being the instant of the edit of an edited one; and
#: (0, query, 0) of a press.
Mark = tuple[int, int, int]

#: A later edit speaks for what stood there before, which may come after it. Two edits of one second
#: cannot be told apart: each is handled, which does nothing where nothing changed.
KNOWN = """
SELECT 1 FROM heard WHERE chat = :chat AND message = :message AND done = 1
   AND (edited > :edited OR edited = 0 AND :edited = 0)
"""
NOTE = """
INSERT INTO heard (chat, message, edited, at, done) VALUES (:chat, :message, :edited, :now, 1)
    ON CONFLICT (chat, message, edited) DO UPDATE SET done = 1
"""
CHOOSE = """
INSERT INTO heard (chat, message, edited, at, done, choice)
VALUES (:chat, :message, :edited, :now, 0, :choice)
    ON CONFLICT (chat, message, edited) DO NOTHING
"""
CHOSEN = """
SELECT choice FROM heard WHERE chat = :chat AND message = :message AND edited = :edited
"""
PRUNE = """
DELETE FROM heard WHERE (chat, message, edited) IN
       (SELECT chat, message, edited FROM heard WHERE at < :before ORDER BY at LIMIT :bite)
"""


def is_known(db: Database, mark: Mark) -> bool:
    """Whether this was heard, and handled to its end."""
    return db.one(KNOWN, facts(mark)) is not None


def note(db: Database, mark: Mark, *, now: Now) -> None:
    """It is handled, if that is not written down already. Raises StoreFull."""
    if not is_known(db, mark):
        write_down(db, mark, now=now)


def write_down(db: Database, mark: Mark, *, now: Now) -> None:
    """The same of one that was not heard before, or only begun. Raises StoreFull."""
    with db.write(only=()):
        db.send(NOTE, {**facts(mark), "now": now.wall})


def choose(db: Database, mark: Mark, choice: int, *, now: Now) -> int:
    """What this message acts upon: `choice`, or what was chosen when it was heard before. Raises
    StoreFull."""
    with db.write(full=True):
        db.send(CHOOSE, {**facts(mark), "now": now.wall, "choice": choice})
        row = db.one(CHOSEN, facts(mark))
    return int(row[0]) if row and row[0] is not None else choice


def chosen(db: Database, mark: Mark) -> int | None:
    """What was chosen for it before; None when it was not heard before."""
    row = db.one(CHOSEN, facts(mark))
    return None if row is None or row[0] is None else int(row[0])


def prune(db: Database, *, now: Now) -> int:
    """Forget what does not come again: how many rows."""
    with db.write():
        return db.change(PRUNE, {"before": now.wall - KEEP, "bite": BITE})


def facts(mark: Mark) -> dict[str, int]:
    """The parameters that name an update in a statement."""
    return {"chat": mark[0], "message": mark[1], "edited": mark[2]}
