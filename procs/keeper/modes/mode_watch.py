"""Puts the bot into a milder mode by itself while the machine or the sites are in trouble, and back
when that is over; admins are told of both."""

from dataclasses import dataclass

from procs.config import Settings
from procs.core import clock, log
from procs.core.clock import Now
from procs.core.machine import machine_name
from procs.errors import alert_kinds
from procs.keeper.monitor.response_times import ResponseTimes
from procs.store import wake
from procs.store.database import Database
from procs.store.health import alerts, counters, low_disks
from procs.store.machines import machine_rows
from procs.store.machines.machine_rows import GONE_AFTER
from procs.store.modes import bot_modes, mode_rules
from procs.store.modes.bot_modes import BY_ITSELF, Mode
from procs.store.reports import queue_age
from procs.store.sites import breakers
from procs.store.sites.breakers import Way

#: Seconds that the first download in line waited: too long for films, for anything but sound, and
#: short again.
LONG_WAIT, LONGEST_WAIT, SHORT_WAIT = 600.0, 1800.0, 120.0
#: Seconds in which nearly all first answers come: too many, and few again; as the alert has it.
SLOW_ANSWERS, QUICK_ANSWERS = 30.0, 20.0
#: Sites that rest for everybody at once: a storm, which is about us and not about a site; and calm.
STORM, CALM = 5, 1
#: Seconds of trouble before a rule acts, and of its absence before it ends.
ENTER, LEAVE = 30.0, 180.0
#: The rule that each machine judges for itself (`memory_watch`).
MEMORY_RULE = "memory"


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

    def watch(self) -> None:
        """Look at every rule, and change the mode where they ask for another."""
        now = clock.now()
        active = [(rule.mode, rule.name) for rule in self.rules() if self.is_active(rule)]
        if self.is_memory_low(now):
            active.insert(0, (Mode.LIGHT, MEMORY_RULE))
        mode, why = max(active, key=lambda one: BY_ITSELF.index(one[0]), default=(Mode.NORMAL, ""))
        if bot_modes.set_by_system(self.db, mode, why=why, now=now):
            self.note_mode(mode, why)

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
        now = clock.now()
        is_low = low_disks.is_everywhere(self.db, since=now.boot - GONE_AFTER)
        shut = self.shut_sites(now)
        waited = queue_age.of_downloads(self.db, now=now)
        short = waited <= SHORT_WAIT
        answered, _ = self.responses.p95(counters.read(self.db), now)
        return (
            ModeRule("disk", Mode.KEPT, is_low, not is_low),
            ModeRule("slow", Mode.LIGHT, waited >= LONG_WAIT, short),
            ModeRule("slower", Mode.SOUND, waited >= LONGEST_WAIT, short),
            ModeRule(
                *("response", Mode.LIGHT), answered >= SLOW_ANSWERS, answered <= QUICK_ANSWERS
            ),
            ModeRule("storm", Mode.KEPT, shut >= STORM, shut <= CALM),
        )

    def shut_sites(self, now: Now) -> int:
        """How many sites rest for everybody. One that refuses the addresses of some machines is
        still visited by the others that carry jobs."""
        found: dict[str, set[str]] = {}
        for one in breakers.listed(self.db):
            if one.is_shut_to_all and one.state(now) == "open":
                found.setdefault(one.site, set()).add(Way(one.site, one.egress).machine)
        if not any(filter(None, set().union(*found.values()))):
            return len(found)
        carrying = set(machine_rows.carriers(self.db, now=now)) if machine_name.shared() else set()
        return sum("" in at or (bool(carrying) and at >= carrying) for at in found.values())

    def is_memory_low(self, now: Now) -> bool:
        """Whether the memory of any machine that carries jobs is low: unlike a full disk, nothing
        keeps large films from that one. What a machine noted that is gone is forgotten."""
        found = mode_rules.machines(self.db, MEMORY_RULE)
        if not found:
            return False
        there, carrying = {""}, {""}
        if machine_name.shared():
            there = {one.name for one in machine_rows.listed(self.db) if not one.is_gone(now)}
            carrying = set(machine_rows.carriers(self.db, now=now))
        for name in found.keys() - there:
            mode_rules.forget(self.db, mode_rules.name_at(MEMORY_RULE, name))
        return any(found[name] for name in found.keys() & carrying)

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
