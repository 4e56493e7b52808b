"""`chapar errors`: failures by group, the latest first."""

from collections import Counter

from daemon.command_error import Refusal
from daemon.console.output import count, minute, table
from procs.core import clock, durations
from procs.errors import remedies
from procs.store.database import Database
from procs.store.health import failed_attempts

ERROR_COLUMNS = (
    "count",
    "error",
    "site",
    "last seen",
    "first seen",
    "print",
    "job",
    "code",
    "example",
)


def listed(db: Database, since: str) -> list[str]:
    """A line for each group, and one of totals. Raises Refusal for a span it cannot read."""
    groups = failed_attempts.groups(db, since=clock.now().wall - length_of(since) if since else 0.0)
    total = f"{count(sum(g.count for g in groups), 'failure')} in {count(len(groups), 'group')}"
    rows = table(ERROR_COLUMNS, [cells(g) for g in groups], right="count job")
    return [*rows, "", *todo(groups), total]


def todo(groups: list[failed_attempts.FailureGroup]) -> list[str]:
    """What can be done about the classes that are there, the most frequent first."""
    counts: Counter[str] = Counter()
    for group in groups:
        counts[group.error] += group.count
    fixes = [(name, remedies.of(name)) for name, _ in counts.most_common()]
    lines = [f"{name}: {fix}" for name, fix in fixes if fix]
    return [*lines, ""] if lines else []


def cells(group: failed_attempts.FailureGroup) -> tuple[str, ...]:
    """One group as a row of the table."""
    seen = (minute(group.last_at), minute(group.first_at))
    tail = (group.print, str(group.job), group.code or "-", group.example)
    return (str(group.count), group.error, group.site or "-", *seen, *tail)


def length_of(span: str) -> float:
    """The seconds of `--since`, which has a unit (`90s`, `7d`). Raises Refusal."""
    length = durations.read(span)
    if length is None:
        raise Refusal(f"--since {span} is not a span of time; write 30m, 2h or 7d")
    return length
