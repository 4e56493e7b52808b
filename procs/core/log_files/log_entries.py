"""Entries of log files: a stamped line, and the lines without a stamp that follow it.

2026-11-23T20:14:05.120Z INFO  job.done job=41        logfmt, in UTC
{"time":"2026-11-23T20:14:05.120Z","level":"INFO",…}  JSON lines
2026-11-23 23:44:05,120 INFO spawned: 'bot' …         supervisord's own, in local time
"""

import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

#: What every entry begins with.
ENTRY_STAMP = re.compile(r'(?:\{"time":")?(\d{4}-\d\d-\d\d)([T ])(\d\d:\d\d:\d\d)([.,]\d{3})?')
#: What stands before one that is written for the journal (sd-daemon(3)); the nursery's file has it.
PRIORITY = re.compile(r"\A<\d>")
#: Of a file of a process, its name; supervisord numbers the older ones: `bot.log.1`.
FILE_NAME = re.compile(r"(.+)\.log(?:\.(\d+))?")


@dataclass(frozen=True, slots=True, order=True)
class LogEntry:
    """`at` is the instant in UTC as a text that sorts like instants do; `process` the name of the
    file; `text` all its lines."""

    at: str
    process: str
    text: str


def instant(line: str) -> str:
    """The instant at which an entry begins with this line; "" where none does, as in a line of a
    traceback whose digits only look like one."""
    found = ENTRY_STAMP.match(line)
    if found is None:
        return ""
    day, between, clock, fraction = found.groups()
    if between == " ":
        try:
            local = time.mktime(time.strptime(f"{day} {clock}", "%Y-%m-%d %H:%M:%S"))
        except (ValueError, OverflowError):
            return ""
        day, clock = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(local)).split()
    return f"{day}T{clock}.{(fraction or '.000')[1:]}Z"


def grouped(lines: Iterable[str], process: str) -> Iterator[LogEntry]:
    """The entries that these lines are. Lines above the first stamp are one without an instant."""
    at, entry = "", list[str]()
    for raw in lines:
        line = PRIORITY.sub("", raw)
        fresh = instant(line)
        if fresh and entry:
            yield LogEntry(at, process, "\n".join(entry))
            entry = []
        at = fresh or at
        entry.append(line)
    if entry:
        yield LogEntry(at, process, "\n".join(entry))


def mark(name: str, value: object) -> re.Pattern[str]:
    """Finds a fact in an entry of either form: `job=41`, `"job":41`, `"code":"E-7K2Q"`."""
    word = re.escape(str(value))
    return re.compile(rf'(?<!\S){name}={word}(?!\S)|"{name}":"?{word}"?[,}}]')


def files(logs: Path) -> dict[str, list[Path]]:
    """The files of each process, the oldest first. None where there is no folder."""
    found: dict[str, list[tuple[int, Path]]] = {}
    for path in logs.glob("*.log*"):
        name = FILE_NAME.fullmatch(path.name)
        if name and path.is_file():
            found.setdefault(name[1], []).append((-int(name[2] or 0), path))
    return {name: [path for _, path in sorted(them)] for name, them in sorted(found.items())}
