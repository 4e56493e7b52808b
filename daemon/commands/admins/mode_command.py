"""`chapar mode`: shows the mode of the bot, sets one, or leaves it to the system."""

from collections.abc import Sequence

from daemon.command_error import Refusal
from daemon.commands.admins import terminal_acts
from daemon.console.output import minute
from procs.core import clock
from procs.store import wake
from procs.store.database import Database
from procs.store.modes import bot_modes
from procs.store.modes.bot_modes import BY_HAND, Mode, ModeRow

AUTOMATIC = "auto"


def change(db: Database, words: Sequence[str]) -> ModeRow:
    """Do what `mode [WORD [SPAN] [REASON]]` says. Returns the mode that holds then. Raises Refusal
    for anything else."""
    now = clock.now()
    was = bot_modes.current(db, now=now)
    if not words:
        return was
    seconds, reason = wanted(words)
    until = now.wall + seconds if seconds else None
    with db.write(full=True):
        if words[0] == AUTOMATIC:
            bot_modes.leave_to_system(db)
        else:
            bot_modes.set_by_hand(db, Mode(words[0]), until=until, admin=0, why=reason, now=now)
        row = bot_modes.current(db, now=now)
        terminal_acts.note(db, "mode-set", "mode:bot", was.mode.value, row.mode.value)
    wake.notify(db.run, wake.BOT)
    return row


def wanted(words: Sequence[str]) -> tuple[float, str]:
    """Seconds for which it holds (0: no end), and the reason that people read. Raises Refusal."""
    known = (*Mode, AUTOMATIC)
    if words[0] not in known or (words[0] == AUTOMATIC and len(words) > 1):
        raise Refusal(f"write: chapar mode, or one of {', '.join(known)} and how long (2h)")
    try:
        return bot_modes.span_and_reason(" ".join(words[1:]))
    except ValueError as error:
        raise Refusal(f"{error}; write for example 2h") from None


def spoken(row: ModeRow) -> str:
    """A mode in words."""
    if not row.origin:
        return f"{row.mode}: nobody set another"
    who = "by hand" if row.origin == BY_HAND else f"by itself ({row.why})"
    until = f", until {minute(row.until)}" if row.until is not None else ""
    reason = f": {row.said}" if row.said else ""
    return f"{row.mode}, {who}, since {minute(row.since)}{until}{reason}"
