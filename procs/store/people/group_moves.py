"""A group that became a supergroup: what was asked for in the old chat is answered in the new one.

The messages of the old chat have other numbers there, or none. So what answered one of them answers
nothing any more: its number is kept as a negative one, under which a repeated update finds nothing
new; and a status message is made anew, under another random id, since the old one stays behind.
"""

from procs.core.clock import Now
from procs.store import wake
from procs.store.database import Database

MOVE = """
UPDATE requests
   SET chat = :new, chat_access = :access, message = -message, status_message = NULL, shown = '',
       status_random = status_random - 1
 WHERE chat < 0 AND chat = :old AND closed_at IS NULL AND message > 0
"""
#: Entries of lists are closed rows; they are found by their parents.
MOVE_ENTRIES = """
UPDATE requests SET chat = :new, chat_access = :access, message = -message
 WHERE state = 'open' AND chat = :old AND message > 0 AND parent IS NOT NULL AND parent IN
       (SELECT id FROM requests WHERE chat < 0 AND chat = :new AND closed_at IS NULL)
"""
PREFERENCES = """
UPDATE preferences SET peer = :new, changed_at = :now
 WHERE kind = 'group' AND peer = :old
   AND NOT EXISTS (SELECT 1 FROM preferences p WHERE p.kind = 'group' AND p.peer = :new)
"""
MEMBERS = "DELETE FROM members WHERE chat = :old"


def move(db: Database, old: int, new: int, *, access: int, now: Now) -> int:
    """Both chats say it, so it may be called twice; returns how many requests were moved."""
    facts = {"old": old, "new": new, "access": access, "now": now.wall}
    with db.write(full=True):
        moved = db.change(MOVE, facts)
        db.change(MOVE_ENTRIES, facts)
        db.change(PREFERENCES, facts)
        db.change(MEMBERS, facts)
    wake.notify(db.run, wake.BOT)
    return moved
