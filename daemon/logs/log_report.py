"""Reads, merges and prints the entries that are wanted."""

import heapq
import os
import re
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from daemon.command_error import Refusal
from daemon.console import colours, open_store
from daemon.console.output import visible
from daemon.logs import log_query
from daemon.logs.log_follower import LogFollower
from daemon.logs.log_query import LogQuery
from procs import config
from procs.core import codec
from procs.core.log_files import log_entries
from procs.core.log_files.log_entries import LogEntry
from procs.errors import StoreError
from procs.store.reports import job_people, job_record

#: Entries that are shown where nothing narrows them, and bytes that are read for them from the end
#: of each file.
ENTRIES_SHOWN, LAST_BYTES = 200, 1024 * 1024
#: Where everything but the nursery logs to standard error.
JOURNAL_HINT = (
    "chapar: with CHAPAR_LOG_FORM=stderr the processes write to the journal: journalctl -u chapar; "
    "below is what the files have"
)
#: Seconds between two looks at files that are followed.
FOLLOW_INTERVAL = 0.2
SEVERE = (("ERROR", colours.RED), ("CRIT", colours.RED), ("WARN", colours.YELLOW))
LEVEL = re.compile(r'(?:Z |,\d{3} |"level":")([A-Z]+)')


def print_entries(
    logs: Path, query: LogQuery, say: Callable[[str], None], *, most: int, follow: bool, json: bool
) -> None:
    """Print the newest `most` entries (0: all) and, while they are followed, those to come. Raises
    Refusal where there are no logs, OSError where their folder cannot be read."""
    if not log_entries.files(logs):
        with suppress(FileNotFoundError):
            os.listdir(logs)  # says why nothing can be read there
        raise Refusal(
            f"there are no logs in {logs}; with CHAPAR_LOG_FORM=stderr they are in the journal: "
            "journalctl -u chapar"
        )
    line = as_json if json else as_text
    follower = LogFollower(logs) if follow else None
    found = (one for one in merged(logs, query) if query.wants(one))
    for entry in deque(found, maxlen=most) if most else found:
        say(line(entry))
    while follower:
        for entry in follower.fresh():
            if query.wants_process(entry.process) and query.wants(entry):
                say(line(entry))
        time.sleep(FOLLOW_INTERVAL)


def merged(logs: Path, query: LogQuery) -> Iterator[LogEntry]:
    """The entries of all files in the order of time. A file's own order stays, also where the
    clock was set back in it."""
    wanted = {n: p for n, p in log_entries.files(logs).items() if query.wants_process(n)}
    return heapq.merge(
        *(of_process(name, paths, whole=query.is_narrow) for name, paths in wanted.items()),
        key=lambda entry: entry.at,
    )


def of_process(name: str, paths: list[Path], *, whole: bool) -> Iterator[LogEntry]:
    """The entries of one process, all of them or those at the end of its files."""
    if whole:
        yield from log_entries.grouped((line for path in paths for line in lines(path, 0)), name)
        return
    last = (line for path in paths[-2:] for line in lines(path, LAST_BYTES))
    yield from log_entries.grouped(last, name)


def lines(path: Path, last: int) -> Iterator[str]:
    """The lines of a file, or the whole ones in its `last` bytes; none of one that just went."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        size = os.fstat(file.fileno()).st_size
        if last and size > last:
            file.seek(size - last)
            file.readline()
        for line in file:
            yield line.decode(errors="replace").rstrip("\n")


def as_text(entry: LogEntry) -> str:
    """The entry behind the name of its process, coloured by its level."""
    level = LEVEL.search(entry.text)
    colour = next((c for word, c in SEVERE if level and level[1].startswith(word)), "")
    return f"{entry.process:<12}{colours.painted(visible(entry.text), colour)}"


def as_json(entry: LogEntry) -> str:
    """One line for programs: the instant, the process, and the text as it stands in the file."""
    return codec.dump({"time": entry.at, "process": entry.process, "text": entry.text})


def job_of(
    settings: config.Settings, job: str, code: str
) -> tuple[tuple[re.Pattern[str], ...], list[str]]:
    """What entries of a job have in them, and which other machines have some. A code is looked up,
    so that all entries of its job are found; without the database it stands for itself."""
    number, elsewhere = int(job) if job.isdecimal() else 0, list[str]()
    if code or (number and settings.has_server):
        with suppress(StoreError, Refusal):
            if open_store.is_there(settings):
                with open_store.opened(settings) as db:
                    if found := job_record.find(db, code or job):
                        number, elsewhere = found.id, job_people.machines(db, found.story)
    others = [one for one in elsewhere if settings.has_server and one != settings.machine]
    return log_query.of_job(number, code), others
