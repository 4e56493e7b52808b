"""Which backups stay: the newest of each of the last hours, days and weeks that have one."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from procs.backups import backup_store
from procs.backups.backup_store import Backup
from procs.core import clock

#: Bad and unverified backups that stay, to be looked at.
FAILED_KEPT = 3


@dataclass(frozen=True, slots=True)
class Retention:
    """So many hours, days and weeks (ISO, UTC), each kept by its newest verified backup."""

    hours: int = 24
    days: int = 7
    weeks: int = 4


def hour(at: float) -> str:
    """The hour of a wall instant, in UTC."""
    return time.strftime("%Y-%m-%d %H", time.gmtime(at))


def day(at: float) -> str:
    """The day of a wall instant, in UTC."""
    return time.strftime("%Y-%m-%d", time.gmtime(at))


def week(at: float) -> str:
    """The ISO week of a wall instant, in UTC."""
    return time.strftime("%G-%V", time.gmtime(at))


def newest_of_each(
    newest_first: Sequence[Backup], period: Callable[[float], str], most: int
) -> Iterator[Backup]:
    """The newest backup of each period that has one, for at most `most` periods."""
    seen: set[str] = set()
    for one in newest_first:
        if len(seen) == most:
            return
        if period(one.taken_at) not in seen:
            seen.add(period(one.taken_at))
            yield one


def superfluous(backups: Sequence[Backup], keep: Retention, *, now: float) -> list[Backup]:
    """What may go, of a folder's backups, the newest first. Those of the future are judged by
    themselves, as either clock may be wrong: this one, or that by which they were taken."""
    ahead = [one for one in backups if one.is_ahead(now)]
    past = [one for one in backups if not one.is_ahead(now)]
    return [*judged(past, keep), *judged(ahead, keep)]


def judged(backups: Sequence[Backup], keep: Retention) -> list[Backup]:
    """What may go of these, the newest first. The newest verified one never does, and a verified
    one never makes room for one that is not."""
    good = [one for one in backups if one.is_ok]
    failed = [one for one in backups if not one.is_ok]
    staying = {one.name for one in (*good[:1], *failed[:FAILED_KEPT])}
    for period, most in ((hour, keep.hours), (day, keep.days), (week, keep.weeks)):
        staying |= {one.name for one in newest_of_each(good, period, most)}
    return [one for one in backups if one.name not in staying]


def spare(folder: Path, keep: Retention) -> list[Backup]:
    """What need not stay. A file without a note was put there by somebody, as after the disk was
    lost, and is theirs until it was verified."""
    found = superfluous(backup_store.listed(folder), keep, now=clock.now().wall)
    return [one for one in found if backup_store.note_of(folder / one.name).exists()]


def prune(folder: Path, keep: Retention) -> list[Backup]:
    """Delete what need not stay; returns that."""
    gone = spare(folder, keep)
    for one in gone:
        backup_store.remove(folder, one)
    return gone
