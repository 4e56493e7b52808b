"""What the bot's owner switched on at BotFather, as far as the bot can tell.

Telegram says of the bot's own account whether inline mode is on, and nothing of inline feedback:
that is known by what happens. A choice that is told proves it on, one that begins only by the press
of its button lets it seem off.
"""

from procs.core.clock import Now
from procs.store.database import Database
from procs.store.health import runtime_settings

#: Names of the rows, and what they say; "" before anything is known.
MODE, FEEDBACK = "inline_mode", "inline_feedback"
ON, OFF = "on", "off"


def note(db: Database, switch: str, *, on: bool, now: Now) -> None:
    """Keep what is known of a switch; nothing is written where that is no news."""
    word = ON if on else OFF
    if state(db, switch) != word:
        runtime_settings.write(db, switch, word, now=now)


def state(db: Database, switch: str) -> str:
    """What is known of a switch; empty before anything was learned of it."""
    return runtime_settings.read(db, switch, "")
