"""Puts the bot into a milder mode by itself while the machine or the sites are in trouble, and back
when that is over; admins are told of both."""

from dataclasses import dataclass

from procs.config import Settings
from procs.core import clock, log
from procs.errors import alert_kinds
from procs.keeper.monitor.response_times import ResponseTimes
from procs.store import wake
from procs.store.database import Database
from procs.store.health import alerts, counters, low_disks
from procs.store.modes import bot_modes, mode_rules
from procs.store.modes.bot_modes import BY_ITSELF, Mode
from procs.store.reports import queue_age
from procs.store.sites import breakers

#: Shares of the memory that are available: too little, and enough again.
LITTLE_MEMORY, ENOUGH_MEMORY = 0.06, 0.12
#: Seconds that the first download in line waited: too long for films, for anything but sound, and
#: short again.
LONG_WAIT, LONGEST_WAIT, SHORT_WAIT = 600.0, 1800.0, 120.0
#: Seconds in which nearly all first answers come: too many, and few again; as the alert has it.
SLOW_ANSWERS, QUICK_ANSWERS = 30.0, 20.0
#: Sites that rest for everybody at once: a storm, which is about us and not about a site; and calm.
STORM, CALM = 5, 1
#: Seconds of trouble before a rule acts, and of its absence before it ends.
ENTER, LEAVE = 30.0, 180.0
MEMORY_FILE = "/proc/meminfo"


@dataclass(frozen=True, slots=True)
class ModeRule:
    """What the rule `name` sees: whether it is bad, or good, and the mode that it asks for."""

    name: str
    mode: Mode
    bad: bool
    good: bool


class ModeWatch:
    """Judges the rules with what is stored of them, so that a restart changes nothing."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self.db = db
        self.settings = settings
        self.responses = ResponseTimes()
        #: Whether memory was low at the last look.
        self.is_low = False

    def watch(self) -> None:
        """Look at every rule, and change the mode where they ask for another."""
        now = clock.now()
        active = [rule for rule in self.rules() if self.is_active(rule)]
        strictest = max(active, key=lambda rule: BY_ITSELF.index(rule.mode), default=None)
        mode = strictest.mode if strictest else Mode.NORMAL
        why = strictest.name if strictest else ""
        if bot_modes.set_by_system(self.db, mode, why=why, now=now):
            self.note_mode(mode, why)

    def watch_memory(self) -> None:
        """Look at the rules when memory has become low. Of all that they go by this alone stands in
        no row: a database at rest stays so, in which they are looked at seldom."""
        is_low = available_memory() < LITTLE_MEMORY
        if is_low and not self.is_low:
            self.watch()
        self.is_low = is_low

    def is_active(self, rule: ModeRule) -> bool:
        """Whether a rule holds: from ENTER seconds after it was met until LEAVE seconds after it
        was over."""
        return mode_rules.note(
            self.db,
            rule.name,
            bad=rule.bad,
            good=rule.good,
            enter=ENTER,
            leave=LEAVE,
            now=clock.now(),
        )

    def rules(self) -> tuple[ModeRule, ...]:
        """What is seen at this moment."""
        is_low = bool(low_disks.low(self.db))
        memory, waited = available_memory(), queue_age.of_downloads(self.db, now=clock.now())
        shut = len({one.site for one in breakers.listed(self.db) if self.is_shut(one)})
        short = waited <= SHORT_WAIT
        answered, _ = self.responses.p95(counters.read(self.db), clock.now())
        return (
            ModeRule("disk", Mode.KEPT, is_low, not is_low),
            ModeRule("memory", Mode.LIGHT, memory < LITTLE_MEMORY, memory >= ENOUGH_MEMORY),
            ModeRule("slow", Mode.LIGHT, waited >= LONG_WAIT, short),
            ModeRule("slower", Mode.SOUND, waited >= LONGEST_WAIT, short),
            ModeRule(
                *("response", Mode.LIGHT), answered >= SLOW_ANSWERS, answered <= QUICK_ANSWERS
            ),
            ModeRule("storm", Mode.KEPT, shut >= STORM, shut <= CALM),
        )

    def is_shut(self, breaker: breakers.Breaker) -> bool:
        """Whether a breaker keeps everybody from its site now."""
        return breaker.is_shut_to_all and breaker.state(clock.now()) == "open"

    def note_mode(self, mode: Mode, why: str) -> None:
        """The alert of the mode before is over; one of another mode begins."""
        now = clock.now()
        for other in BY_ITSELF:
            if other is not mode:
                alerts.clear(self.db, (alert_kinds.MODE,), other.value, now=now)
        if mode is not Mode.NORMAL:
            kind = alert_kinds.MODE
            alerts.note(self.db, kind, mode.value, now=now, lasts=True, detail=why)
        log.warning("mode.changed", mode=mode.value, why=why)
        wake.notify(self.db.run, wake.BOT)


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
