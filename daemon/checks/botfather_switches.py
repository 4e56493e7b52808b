"""What is switched at BotFather for inline mode, as the running bot found it."""

from procs.store.database import Database
from procs.store.inline import inline_switches
from procs.store.inline.inline_switches import FEEDBACK, MODE, OFF

#: What is to be done where a switch is off.
FIXES = {
    MODE: "inline mode is off; at @BotFather: /setinline",
    FEEDBACK: (
        "inline feedback seems off: placeholders wait until their button is pressed; "
        "at @BotFather: /setinlinefeedback, 100%"
    ),
}


def inline_complaints(db: Database) -> list[str]:
    """A sentence with its fix for each switch that is off. Inline mode that nobody wants needs
    none of them, so these are hints."""
    if inline_switches.state(db, MODE) == OFF:
        return [FIXES[MODE]]
    return [FIXES[FEEDBACK]] if inline_switches.state(db, FEEDBACK) == OFF else []
