"""One refresh of `chapar top` as lines of text."""

import time

import daemon
from daemon.commands.pause_commands import scope_text
from daemon.commands.status import LANES, place_of
from daemon.console import machine_table
from daemon.console.output import count, minute, size, table
from daemon.top.top_facts import TopFacts, WorkerRow
from procs.store.reports.live_report import LiveJob
from procs.store.sites.breakers import Way
from procs.texts import i18n

WORKER_HEADS = (
    *("worker", "place", "RSS", "beat", "job", "user", "site", "step", "done", "bytes/s", "lease"),
)
NUMBERS = "RSS beat job user done bytes/s lease"
STATES_SHOWN = ("leased", "queued", "waiting", "later", "held")


def lines(now: TopFacts, *, chosen: int = 0) -> list[str]:
    """All of it; before the `chosen` job, by its number, stands an arrow."""
    machines = machine_table.lines(now.machines)
    below = [*workers(now, chosen), "", *lanes(now), *sites(now), *failures(now)]
    return [*head(now), "", *machines, *below]


def head(now: TopFacts) -> list[str]:
    """Who serves, what is promised, and the disk."""
    serve = sum(one.worker.slot is not None for one in now.workers)
    stamp = time.strftime("%H:%M:%S", time.localtime(now.at))
    first = [
        f"chapar {daemon.__version__}  {stamp}{'' if now.runs else '  NOT RUNNING'}",
        f"{serve} of {now.posts} workers serve",
        count(len(now.jobs), "job") + " in hand",
        count(now.report.open, "request") + " open",
        f"{size(now.disk_free)} free",
    ]
    second = [f"send budget {now.report.send_ahead:.1f} s ahead"]
    if now.report.flood_left:
        second.append(f"Telegram has us wait {i18n.span('en', now.report.flood_left)}")
    if now.report.unanswered:
        second.append(f"the longest wait for an answer {i18n.span('en', now.report.unanswered)}")
    held = [
        f"PAUSED {scope_text(s)} since {minute(at)} {why}".rstrip() for s, at, why in now.pauses
    ]
    return [", ".join(first), ", ".join(second), *held]


def workers(now: TopFacts, chosen: int) -> list[str]:
    """A line for each worker, and for each further job of one."""
    rows = [cells for one in now.workers for cells in rows_of(one)]
    if not rows:
        return ["no worker lives"]
    told = table(WORKER_HEADS, rows, right=NUMBERS)
    marks = [" ", *(">" if chosen and cells[4] == str(chosen) else " " for cells in rows)]
    return [f"{mark} {line}" for mark, line in zip(marks, told, strict=True)]


def rows_of(one: WorkerRow) -> list[tuple[str, ...]]:
    """The rows of one worker: the first with its facts, one for each job."""
    worker = one.worker
    beat = "" if worker.state == "spare" else f"{one.beat_age:.0f}s"
    who = (worker.name, place_of(worker), size(one.rss) if one.rss else "", beat)
    jobs = [job_cells(job) for job in one.jobs] or [("",) * 7]
    return [(*who, *jobs[0]), *(("", "", "", "", *cells) for cells in jobs[1:])]


def job_cells(job: LiveJob) -> tuple[str, ...]:
    """The cells of one job: step, share, rate, age of its lease."""
    step = f"{job.step or job.kind}{', stops' if job.stops else ''}"
    step += f" #{job.attempt}" if job.attempt > 1 else ""
    share = f"{100 * job.done / job.total:.0f} %" if job.total else size(job.done) * bool(job.done)
    rate = size(round(job.rate)) if job.rate else ""
    return (str(job.id), str(job.user), job.site, step, share, rate, f"{job.lease_age:.0f}s")


def lanes(now: TopFacts) -> list[str]:
    """A line for each lane in which there is something."""
    found: dict[str, list[str]] = {}
    for one in now.report.depths:
        if one.jobs and one.state in STATES_SHOWN:
            age = f" (oldest {i18n.clock('en', one.age)})" if one.state == "queued" else ""
            found.setdefault(one.lane, []).append(f"{one.jobs} {one.state}{age}")
    return [f"{LANES[lane]:<12}{', '.join(said)}" for lane, said in found.items()]


def sites(now: TopFacts) -> list[str]:
    """A line for each breaker that is not closed."""
    told = []
    for one in now.shut:
        left = i18n.clock("en", max(0.0, (one.until or now.at) - now.at))
        whose = Way(one.site, one.egress).machine
        site = f"{one.site} by {whose}" if whose else one.site
        told.append(f"left alone: {site} for {left} more ({one.why or 'unknown'})")
    return told


def failures(now: TopFacts) -> list[str]:
    """The last failures of a day, alike ones together."""
    if not now.failures:
        return []
    rows = [
        (minute(one.last_at), str(one.count), one.error, one.site or "-", str(one.job), one.example)
        for one in now.failures
    ]
    heads = ("last failures", "count", "error", "site", "job", "example")
    return ["", *table(heads, rows, right="count job")]
