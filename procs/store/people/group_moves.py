"""A group that became a supergroup has a new chat id: its requests are answered in the new chat.

Message numbers begin anew in the supergroup. So a request keeps the number of the message that it
answered as a negative number, under which a repeated update finds nothing new, and its status
message is sent again under another random id, since the old message stays in the old chat.
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
    """Move the requests of a group to its supergroup. Telegram reports the move in both chats, so a
    second call changes nothing. Returns how many requests were moved."""
    facts = {"old": old, "new": new, "access": access, "now": now.wall}
    with db.write(full=True):
        moved = db.change(MOVE, facts)
        db.change(MOVE_ENTRIES, facts)
        db.change(PREFERENCES, facts)
        db.change(MEMBERS, facts)
    wake.notify(db.run, wake.BOT)
    return moved
