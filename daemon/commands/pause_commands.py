"""`chapar pause`, `resume` and `drain`: nothing new starts, what runs goes on."""

import time
from collections.abc import Callable

from daemon.command_error import Refusal
from daemon.commands.admins import terminal_acts
from daemon.commands.job_commands import carried, short
from daemon.console import machine_table
from daemon.console.output import count, minute
from procs.config import values
from procs.core import clock
from procs.store import wake
from procs.store.database import Database
from procs.store.jobs import pause_control, pauses
from procs.wishes import sites
from procs.wishes.grammar import link

#: Seconds between two looks, and between two words about who is still waited for.
DRAIN_POLL = 0.2
REPORT_INTERVAL = 5.0
#: Sites that are known by a name without a dot.
KNOWN = {"localhost", *(one.name for one in sites.SITES)}
END_IT = "chapar resume ends the pause"


def scope_of(
    *, user: str | None = None, site: str | None = None, machine: str | None = None
) -> str:
    """The scope of a pause; without a user, a site or a machine the whole system. Raises
    Refusal."""
    if machine is not None:
        return pauses.machine(machine)
    if user is not None:
        if not values.WHOLE.fullmatch(user) or int(user) > values.MOST_USER:
            raise Refusal(f"--user {user}: not a user's id; chapar jobs shows those who wait")
        return pauses.user(int(user))
    return pauses.ALL if site is None else pauses.site(site_of(site))


def site_of(name: str) -> str:
    """A site's name as jobs have it, from that name or from an address: `youtube`, `youtu.be`."""
    found = link.read(name.strip().lower())
    is_known = isinstance(found, link.Link) and (
        found.site in KNOWN or "." in found.site or ":" in found.site
    )
    if isinstance(found, link.BadLink) or not is_known:
        raise Refusal(f"{name!r} is not a site; chapar jobs shows how they are called")
    return found.site


def timeout_of(word: str | None) -> float | None:
    """The seconds that `--timeout` names. Raises Refusal."""
    if word is None:
        return None
    try:
        return values.seconds(word)
    except ValueError as error:
        raise Refusal(f"--timeout: {error}") from None


def scope_text(scope: str) -> str:
    """`the whole system`, `user 5`, `site youtube`."""
    return "the whole system" if scope == pauses.ALL else scope.replace(":", " ", 1)


def pause(db: Database, scope: str, *, why: str) -> str:
    """Start nothing new in a scope."""
    with db.write(full=True):
        held = pause_control.pause(db, scope, why=why, now=clock.now())
        terminal_acts.note(db, "pause", scope, "", "paused")
    going = "nothing new starts" if holds_none(scope) else f"{count(held, 'job')} held"
    return f"paused: {scope_text(scope)}; {going}, what runs goes on"


def holds_none(scope: str) -> bool:
    """Whether a pause of this scope only stops claims: it holds no job."""
    return scope == pauses.ALL or scope.startswith(pauses.machine(""))


def resume(db: Database, scope: str) -> str:
    """End a pause. Raises Refusal when there was none."""
    if not pauses.is_paused(db, scope):
        raise Refusal("; ".join([f"{scope_text(scope)} is not paused", *still(db)]))
    with db.write(full=True):
        back = pause_control.resume(db, scope, now=clock.now())
        terminal_acts.note(db, "resume", scope, "paused", "")
    wake.notify_idle(db.run, max(1, back))  # who was woken within saw nothing yet
    came = [] if holds_none(scope) else [f"{count(back, 'held job')} came back"]
    return "; ".join([f"resumed: {scope_text(scope)}", *came, *still(db)])


def still(db: Database) -> list[str]:
    """The pauses that hold, if any."""
    scopes = [scope_text(scope) for scope, _, _ in pauses.listed(db)]
    return [f"still paused: {', '.join(scopes)}"] if scopes else []


def shown(listed: list[tuple[str, float, str]]) -> list[str]:
    """Every pause as a line that nobody overlooks."""
    return [
        f"PAUSED: {scope_text(scope)}, since {minute(since)}" + (f" ({why})" if why else "")
        for scope, since, why in listed
    ]


def drain(
    db: Database,
    say: Callable[[str], None],
    *,
    why: str,
    timeout: float | None = None,
    only: str | None = None,
) -> None:
    """Pause the whole system, or `only` one machine of several, and wait until no job runs there.
    The pause stays, also when this raises Refusal after `timeout` seconds."""
    machine = "" if only is None else machine_table.named(db, only)
    scope = pauses.machine(machine) if machine else pauses.ALL
    if not pauses.is_paused(db, scope):
        pause(db, scope, why=why)
    say(f"paused: nothing new starts{f' on {machine}' if machine else ''}; {end_of(machine)}")
    try:
        await_quiet(db, say, timeout=timeout, machine=machine)
    except KeyboardInterrupt:
        say(f"the pause stays; {end_of(machine)}")
        raise
    say(f"drained: no job runs{f' on {machine}' if machine else ''}")


def end_of(machine: str) -> str:
    """What ends the pause of a drain."""
    return f"chapar resume --machine {machine} ends the pause" if machine else END_IT


def await_quiet(
    db: Database, say: Callable[[str], None], *, timeout: float | None, machine: str = ""
) -> None:
    """Print who is waited for, at every change and every few seconds, until nobody is."""
    began = told = clock.now().boot
    before = ""
    while running := "; ".join(map(short, carried(db, machine=machine))):
        now = clock.now().boot
        if timeout is not None and now - began >= timeout:
            raise Refusal(f"after {timeout:g} s there still runs: {running}; {end_of(machine)}")
        if running != before or now - told >= REPORT_INTERVAL:
            say(f"waiting for {running}")
            before, told = running, now
        time.sleep(DRAIN_POLL)
