"""Judges the memory of this machine: a rule of the bot's mode that each machine has for itself, as
nobody else sees its memory."""

from procs.core import clock
from procs.core.machine import machine_name
from procs.keeper.modes import mode_watch
from procs.store.database import Database
from procs.store.modes import mode_rules

#: Shares of the memory that are available: too little, and enough again.
LITTLE_MEMORY, ENOUGH_MEMORY = 0.06, 0.12
MEMORY_FILE = "/proc/meminfo"


class MemoryWatch:
    """One machine's. Its row says what was seen, so that a restart changes nothing, and every
    keeper that judges the mode knows of it."""

    def __init__(self, db: Database) -> None:
        self.db = db
        #: Whether the row may say that the rule goes on; before it was read too.
        self.goes_on = True

    def watch(self) -> None:
        """Note what is seen, while memory is low or the rule goes on: with enough of it, the
        database is asked nothing and may be at rest."""
        available = available_memory()
        is_low = available < LITTLE_MEMORY
        if not (is_low or self.goes_on):
            return
        is_active = mode_rules.note(
            self.db,
            mode_rules.name_at(mode_watch.MEMORY_RULE, machine_name.shared()),
            bad=is_low,
            good=available >= ENOUGH_MEMORY,
            enter=mode_watch.ENTER,
            leave=mode_watch.LEAVE,
            now=clock.now(),
        )
        self.goes_on = is_low or is_active


def available_memory() -> float:
    """The share of this machine's memory that can be had without swapping; 1 where the kernel does
    not say."""
    try:
        with open(MEMORY_FILE, encoding="ascii") as lines:
            facts = dict(line.split(":", 1) for line in lines)
        available, whole = (int(facts[it].split()[0]) for it in ("MemAvailable", "MemTotal"))
    except (OSError, KeyError, ValueError):
        return 1.0
    return available / whole
