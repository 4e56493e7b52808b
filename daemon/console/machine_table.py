"""The machines that share a database, as `chapar status` shows them on any of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from daemon.command_error import Refusal
from daemon.console.output import table
from procs.core import clock
from procs.store.database import Database
from procs.store.health import workers
from procs.store.jobs import claimable, pauses
from procs.store.machines import bot_lease, machine_rows
from procs.store.machines.machine_rows import Machine
from procs.texts import i18n

TITLES = ("machine", "state", "heard", "roles", "workers", "jobs", "bot")


@dataclass(frozen=True, slots=True)
class MachineStatus:
    """One machine: its row, in a word how it stands, and what it carries."""

    machine: Machine
    state: str
    #: Seconds since its latest beat.
    silent: float
    serving: int
    running: int
    has_bot: bool


def look(db: Database) -> list[MachineStatus]:
    """All of them; none where the database is a file."""
    now, found = clock.now(), []
    if not (rows := machine_rows.listed(db)):
        return []
    paused = {scope for scope, _, _ in pauses.listed(db)}
    present, running = workers.present(db), claimable.running_by_worker(db)
    bot = bot_lease.holder(db)
    for one in rows:
        own = [worker for worker in present if worker.host == one.name]
        serving = sum(worker.state == "serving" for worker in own)
        jobs = sum(running.get(worker.id, 0) for worker in own)
        has_bot = bot is not None and bot.machine == one.name and bot.until >= now.boot
        state = state_of(one, pauses.machine(one.name) in paused)
        found.append(MachineStatus(one, state, now.boot - one.beat_at, serving, jobs, has_bot))
    return found


def state_of(one: Machine, is_paused: bool) -> str:
    """How a machine stands, in a word."""
    now = clock.now()
    if one.ended_at is not None:
        return "stopped"
    if one.is_lost(now):
        return "LOST"
    if one.is_unkept(now):
        return "no-keeper"
    return "drained" if is_paused else "up"


def lines(found: Sequence[MachineStatus]) -> list[str]:
    """A line for each machine."""
    if not found:
        return []
    mixed = len({one.machine.version for one in found}) > 1  # an upgrade of all is under way
    titles = (*TITLES, "version") if mixed else TITLES
    rows = [
        (
            one.machine.name,
            one.state,
            f"{i18n.span('en', one.silent)} ago",
            one.machine.roles,
            f"{one.serving} of {one.machine.slots}",
            str(one.running),
            "here" if one.has_bot else "",
            *([one.machine.version] if mixed else []),
        )
        for one in found
    ]
    return [*table(titles, rows, right="jobs"), ""]


def named(db: Database, name: str) -> str:
    """The name of a machine that there is. Raises Refusal."""
    names = [one.name for one in machine_rows.listed(db)]
    if name not in names:
        there = f"there are {', '.join(names)}" if names else "the database belongs to one machine"
        raise Refusal(f"{name!r} is no machine; {there}")
    return name
