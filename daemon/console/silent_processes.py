"""Processes that run and do not answer: supervisord sees no difference."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from daemon.console.output import table
from daemon.supervisor import process_tree
from daemon.supervisor.control import ProcessState
from procs.core import clock
from procs.errors import alert_kinds, remedies
from procs.store.database import Database
from procs.store.health import round_trips
from procs.store.health.workers import Worker
from procs.store.requests.request_status import SILENT
from procs.texts import i18n

#: Seconds after which the bot's last round trip to Telegram is too old: it makes one each half
#: minute, and notes also that there was no way.
TRIP_LIFE = 120.0


@dataclass(frozen=True, slots=True)
class SilentProcess:
    """One of them: by what it was found, and what to do."""

    title: str
    pid: int
    why: str
    fix: str

    @property
    def line(self) -> str:
        """The process and why it is silent, for a line of its own."""
        return f"{self.title} {self.why}"


def find(
    db: Database, processes: Sequence[ProcessState], workers: Mapping[int, Worker]
) -> list[SilentProcess]:
    """The processes of this machine that do not answer, as soon as that is sure: a stopped one at
    once, another when its heartbeat is older than it may be. `workers` are rows by pid."""
    found = []
    for one in processes:
        if not one.pid:
            continue
        if process_tree.is_stopped(one.pid):
            found.append(SilentProcess(one.title, one.pid, "was stopped by a signal", cont(one)))
        elif why := "".join(silence(db, one, workers.get(one.pid))):
            fix = remedies.of(alert_kinds.HUNG) or ""
            found.append(SilentProcess(one.title, one.pid, why, fix))
    return found


def cont(one: ProcessState) -> str:
    """The command that lets a stopped process go on."""
    return f"kill -CONT {one.pid}"


def silence(db: Database, one: ProcessState, worker: Worker | None) -> Iterator[str]:
    """For how long nothing is heard of a process that should be, if that is too long."""
    now = clock.now().boot
    if worker is not None and worker.state != "spare" and now - worker.beat_at > SILENT:
        yield f"has sent no heartbeat for {i18n.span('en', now - worker.beat_at)}"
    elif one.group == "bot" and one.up_for > TRIP_LIFE:
        trip = round_trips.latest(db)
        if trip is not None and now - trip > TRIP_LIFE:
            yield f"has asked Telegram nothing for {i18n.span('en', now - trip)}"


def lines(found: Sequence[SilentProcess]) -> list[str]:
    """Each in a line, and what to do in another."""
    return [
        text
        for one in found
        for text in (f"{one.title} (pid {one.pid}) does not answer: it {one.why}", f"  {one.fix}")
    ]


def supervisor(pid: int, why: str, tree: Sequence[process_tree.RunningProcess]) -> list[str]:
    """A supervisord that cannot be asked: what runs below it, and how to get out of it."""
    rows = [(one.title, str(one.pid)) for one in tree]
    return [
        f"supervisord runs (pid {pid}) and cannot be asked ({why}); "
        "chapar stop stops it all the same, then start it again",
        *(["", *table(("process", "pid"), rows, right="pid")] if rows else []),
    ]
