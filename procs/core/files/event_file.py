"""Files of events, a line each: an instant and some words. Any process appends; the kernel puts a
line that is written in one call behind all others (O_APPEND, open(2))."""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from procs.core import clock, log

#: Bytes at which a file begins anew, with its newer half.
LONGEST_FILE = 256 * 1024
#: What the store's connections note of locks, and supervisord's listener of states, in `run`.
LOCKS, STATES = "lock-events", "process-events"
#: The name and the word by which the listener notes that supervisord ends everything, as it was
#: asked to, or that it runs.
SERVICE, STOPS, RUNS = "supervisord", "STOPPING", "RUNNING"
#: Before a word and how often it stood in lines that a shortened file has no longer.
DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class FileEvent:
    """One line; `at` is a wall instant."""

    at: float
    words: tuple[str, ...]


def append(path: Path, *words: str) -> None:
    """Note an event. Never fails: on a full disk it is only logged."""
    line = " ".join([f"{clock.now().wall:.3f}", *words]) + "\n"
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            os.write(file, line.encode())
        finally:
            os.close(file)
    except OSError as error:
        log.warning("event.unwritten", file=path.name, words=" ".join(words), error=error)


def read(path: Path) -> Sequence[FileEvent]:
    """All that is in a file, the oldest first; a torn line is left out."""
    try:
        lines = path.read_bytes().decode(errors="replace").splitlines()
    except OSError:
        return []
    return [found for line in lines if (found := event(line)) is not None]


def is_stopping(run: Path) -> bool:
    """Whether all processes are being stopped, which supervisord was asked to do."""
    words = [one.words[1:] for one in read(run / STATES) if one.words[:1] == (SERVICE,)]
    return words[-1:] == [(STOPS,)]


def event(line: str) -> FileEvent | None:
    """An event from its line; None for a line that a crash cut off."""
    at, *words = line.split()[:4] or [""]
    try:
        return FileEvent(float(at), tuple(words))
    except ValueError:
        return None


def totals(path: Path) -> Counter[str]:
    """How often each first word was noted since the file began, those included whose lines are
    gone."""
    found: Counter[str] = Counter()
    for one in read(path):
        if one.words[:1] == (DROPPED,):
            word, times = (*one.words[1:], "", "")[:2]
            found[word] += int(times) if times.isdecimal() else 0  # a power cut tore this line
        else:
            found.update(one.words[:1])
    return found


def shorten(path: Path, *, counted: bool = False) -> None:
    """Keep the newer half of a file that grew long; what is appended meanwhile may be lost. With
    `counted` the totals stay what they were."""
    try:
        if path.stat().st_size <= LONGEST_FILE:
            return
        fresh, before = path.with_name(f".{path.name}.new"), totals(path)
        _, _, newer = path.read_bytes()[-LONGEST_FILE // 2 :].partition(b"\n")
        fresh.write_bytes(newer)
        gone = before - totals(fresh) if counted else Counter()
        older = "".join(f"0 {DROPPED} {word} {n}\n" for word, n in sorted(gone.items()))
        fresh.write_bytes(older.encode() + newer)
        fresh.chmod(0o600)
        fresh.replace(path)
    except FileNotFoundError:
        return  # nothing was noted yet
    except OSError as error:
        log.warning("events.not-shortened", file=path.name, error=error)
