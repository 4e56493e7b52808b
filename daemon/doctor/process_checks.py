"""Checks of what runs: supervisord, workers, the bot, sign-ins, alerts that stand."""

import ctypes
from collections.abc import Iterator

from daemon.console import open_store
from daemon.console.output import count, minute
from daemon.doctor.diagnosis import Finding, Severity, complaint, fine
from daemon.doctor.doctor_facts import DoctorFacts
from daemon.supervisor import process_tree
from daemon.supervisor.control import ProcessState
from procs.core import clock
from procs.errors import alert_kinds, remedies
from procs.keeper.metrics.readiness import TRIP_LIFE
from procs.store import wake
from procs.store.health import alerts, round_trips
from procs.store.jobs import pauses
from procs.store.reports import job_record
from procs.store.requests.request_status import SILENT
from procs.texts import i18n

#: Seconds for which a download may wait for a room, and that an instant may lie ahead.
LONG_WAIT, CLOCK_AHEAD = 30.0, 60.0
#: adjtimex(2): what it returns where nothing sets the clock, and bytes that its record never fills.
UNSYNCHRONISED, TIMEX = 5, 512


def service(facts: DoctorFacts) -> Iterator[Finding]:
    """supervisord answers and all its processes run."""
    processes = facts.processes
    if facts.moved:
        yield complaint("service", facts.moved)
    elif facts.mute:
        says, fix = "supervisord runs and cannot be asked", "chapar stop, then chapar up -d"
        yield Finding("service", Severity.ERROR, says, facts.mute, fix)
    elif processes is None:
        if not facts.is_ours:
            return  # nobody can say what runs in a folder that may not be looked into
        before = open_store.is_listed(facts.given.database_mark)
        severity = Severity.WARNING if before else Severity.HINT
        says = "not running" if before else "was never started here"
        fix = "chapar init, then chapar up -d" if facts.reading.complaints else "chapar up -d"
        yield Finding("service", severity, says, fix=fix)
    elif facts.status.down:
        severity = Severity.ERROR if facts.status.broken else Severity.WARNING
        fix = f"see {facts.given.logs}; chapar logs shows the last lines of all"
        seen = ", ".join(facts.status.down)
        yield Finding("service", severity, "processes do not run", seen, fix)
    else:
        yield fine("service", "all processes run", count(len(processes), "process"))


def workers(facts: DoctorFacts) -> Iterator[Finding]:
    """Somebody takes jobs: as many workers serve as there are posts."""
    if not facts.processes or facts.db is None:
        return
    now, posts = facts.status, facts.given.posts
    seen = f"{now.serving} of {posts} workers serve"
    fix = "chapar logs --worker shows what they wait for"
    if now.idle_all:
        yield Finding("workers", Severity.ERROR, "no worker may serve", seen, fix)
    elif now.serving < posts:
        yield Finding("workers", Severity.WARNING, "too few workers serve", seen, fix)
    else:
        yield fine("workers", "all serve", seen)
    yield from silent(facts)
    oldest = now.store.oldest if now.store else 0.0
    if oldest > LONG_WAIT:
        seen = f"the longest wait is {i18n.span('en', oldest)}"
        fix = "raise CHAPAR_MAX_CONCURRENT_DOWNLOADS, or see chapar jobs"
        yield Finding("workers", Severity.WARNING, "people wait for a room", seen, fix)


def silent(facts: DoctorFacts) -> Iterator[Finding]:
    """Workers that hold a place and send no heartbeat. The keeper kills them after a while."""
    now = clock.now().boot
    for one in facts.status.store.workers if facts.status.store else []:
        silence = now - one.beat_at
        if one.state != "spare" and one.here and one.alive and silence > SILENT:
            seen = f"no heartbeat for {i18n.span('en', silence)}, pid {one.pid}"
            stopped = process_tree.is_stopped(one.pid)
            fix = f"kill -CONT {one.pid}" if stopped else remedies.of(alert_kinds.HUNG) or ""
            says = f"worker {one.name} {'was stopped by a signal' if stopped else 'stands still'}"
            yield Finding("workers", Severity.ERROR, says, seen, fix)


def bot(facts: DoctorFacts) -> Iterator[Finding]:
    """The bot is connected with Telegram, so that people and the admins' panel are answered."""
    runs = [one for one in facts.processes or [] if one.group == "bot" and one.pid]
    for one in facts.status.lost:
        is_here = one.machine in ("", facts.given.shared_name)
        file = f": {facts.given.sessions / one.file}"
        yield Finding(
            "sign-in",
            Severity.ERROR,
            f"Telegram took the sign-in of {one.name} away",
            f"{one.why}, {minute(one.since)}",
            f"{remedies.of(alert_kinds.REVOKED)}{file if is_here else f' on {one.machine}'}",
        )
    if facts.processes is None or not facts.given.bot_token:
        return
    if not runs:
        says = "the bot does not run, so nobody is answered"
        yield Finding(
            "bot", Severity.ERROR, says, fix="chapar stop, then chapar up without --no-bot"
        )
    elif process_tree.is_stopped(runs[0].pid):
        says, seen = "the bot was stopped by a signal, so nobody is answered", f"pid {runs[0].pid}"
        yield Finding("bot", Severity.ERROR, says, seen, f"kill -CONT {runs[0].pid}")
    elif not wake.notify(facts.given.run, wake.BOT):
        says = "the bot is not connected with Telegram, so nobody is answered"
        yield Finding("bot", Severity.ERROR, says, f"pid {runs[0].pid}", "see bot.log")
    elif unheard := silence(facts, runs[0]):
        says, fix = "the bot hears nothing of Telegram", remedies.of(alert_kinds.DEAF_BOT) or ""
        yield Finding("bot", Severity.ERROR, f"{says}, so nobody is answered", unheard, fix)
    else:
        yield fine("bot", "connected; the panel answers", f"pid {runs[0].pid}")


def silence(facts: DoctorFacts, process: ProcessState) -> str:
    """Why a bot that was connected hears nothing of Telegram; "" where its last round trip was
    answered, or the first is on its way."""
    at = round_trips.latest(facts.db) if facts.db else None
    if facts.db is None or at is None:
        return ""
    age = min(clock.now().boot - at, process.up_for)
    if age >= TRIP_LIFE:
        return f"no round trip to Telegram for {age:.0f} s"
    return "Telegram does not answer it" if round_trips.is_away(facts.db) else ""


def standing(facts: DoctorFacts) -> Iterator[Finding]:
    """No alert stands, and nothing is paused."""
    if facts.db is None:
        return
    raised = alerts.standing(facts.db)
    for one in raised:
        severe = Severity.ERROR if one.kind in alert_kinds.CRITICAL_ALERTS else Severity.WARNING
        seen = f"{count(one.count, 'time')} since {minute(one.first_at)} {one.detail}".rstrip()
        yield Finding(
            "alerts", severe, f"{one.kind} {one.subject}", seen, remedies.of(one.kind) or ""
        )
    for scope, since, why in pauses.listed(facts.db):
        seen = f"since {minute(since)} {why}".rstrip()
        yield Finding("pauses", Severity.HINT, f"paused: {scope}", seen, end_of(scope))
    if not raised:
        yield fine("alerts", "none stands")


def end_of(scope: str) -> str:
    """The command that ends a pause."""
    kind, _, name = scope.partition(":")
    return f"chapar resume --{kind} {name}" if name else "chapar resume"


def time_of_day(facts: DoctorFacts) -> Iterator[Finding]:
    """The clock is set by something, and does not lie before what was noted already."""
    fix = "have the clock set by the network: apt-get install systemd-timesyncd"
    if facts.db is not None:
        newest = next((one.story[-1] for one in job_record.latest(facts.db) if one.story), "")
        ahead = float(newest.partition(" ")[0] or 0.0) - clock.now().wall
        if ahead > CLOCK_AHEAD:
            says = "the clock was set back: the latest job lies in the future"
            yield Finding("clock", Severity.ERROR, says, i18n.span("en", ahead), fix)
            return
    if ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(TIMEX)) == UNSYNCHRONISED:
        says, seen = "nothing sets this machine's clock", "adjtimex(2): not synchronised"
        yield Finding("clock", Severity.HINT, says, seen, fix)
    else:
        yield fine("clock", "synchronised")
