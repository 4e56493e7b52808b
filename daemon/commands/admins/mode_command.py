"""`chapar mode`: shows the mode of the bot, sets one, or leaves it to the system."""

from collections.abc import Sequence

from daemon.console.command_error import Refusal
from daemon.console.output import minute
from procs.core import clock, durations
from procs.store import wake
from procs.store.admins import audit_log
from procs.store.admins.audit_log import AuditChange
from procs.store.database import Database
from procs.store.modes import bot_modes
from procs.store.modes.bot_modes import BY_HAND, Mode, ModeRow

AUTOMATIC = "auto"


def change(db: Database, words: Sequence[str]) -> str:
    """Do what `mode [WORD [SPAN]]` says. Raises Refusal for anything else."""
    now = clock.now()
    was = bot_modes.current(db, now=now)
    if not words:
        return spoken(was)
    until = end(words)
    with db.write(full=True):
        if words[0] == AUTOMATIC:
            bot_modes.leave_to_system(db)
        else:
            bot_modes.set_by_hand(db, Mode(words[0]), until=until, admin=0, now=now)
        row = bot_modes.current(db, now=now)
        noted = AuditChange("mode:bot", was.mode.value, row.mode.value)
        audit_log.note(db, 0, "mode-set", noted, mark=f"chapar:mode:{now.wall}", now=now)
    wake.notify(db.run, wake.BOT)
    return spoken(row)


def end(words: Sequence[str]) -> float | None:
    """The wall instant until which it holds; None for no end. Raises Refusal."""
    known = (*Mode, AUTOMATIC)
    if words[0] not in known or len(words) > 2 or (words[0] == AUTOMATIC and len(words) > 1):
        raise Refusal(f"write: chapar mode, or one of {', '.join(known)} and how long (2h)")
    if len(words) == 1:
        return None
    seconds = durations.read(words[1])
    if not seconds:
        raise Refusal(f"{words[1]!r} is no span of time; write for example 2h")
    return clock.now().wall + seconds


def spoken(row: ModeRow) -> str:
    """A mode in words."""
    if not row.origin:
        return f"{row.mode}: nobody set another"
    who = "by hand" if row.origin == BY_HAND else f"by itself ({row.why})"
    until = f", until {minute(row.until)}" if row.until is not None else ""
    return f"{row.mode}, {who}, since {minute(row.since)}{until}"
