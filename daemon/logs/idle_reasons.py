"""Why no worker serves, as far as alerts and the workers' own last words say."""

from collections.abc import Sequence
from pathlib import Path

from daemon.logs import log_report
from daemon.logs.log_query import WORKERS, LogQuery
from daemon.logs.log_report import LEVEL
from procs.core.log_files import log_entries
from procs.errors import alert_kinds, remedies
from procs.store.health.alerts import Alert

NOBODY = "NO WORKER SERVES yet"
#: Characters of a log line that are shown.
LINE_SHOWN = 200


def lines(logs: Path, alarms: Sequence[Alert]) -> list[str]:
    """A line, and one for each reason."""
    known = reasons(logs, alarms)
    hint = "" if known else "; they may have just begun: chapar logs --worker"
    return [f"{NOBODY}{hint}", *(f"  {one}" for one in known)]


def reasons(logs: Path, alarms: Sequence[Alert]) -> list[str]:
    """Sign-ins for which workers wait, and the last fault that each worker logged."""
    waits = [
        f"{one.subject} may not sign in with Telegram ({one.detail}); {remedies.of(one.kind)}"
        for one in alarms
        if one.kind == alert_kinds.SIGN_IN
    ]
    return [*waits, *last_faults(logs)]


def last_faults(logs: Path, since: float = 0.0) -> list[str]:
    """The last warning or error of each worker and of the nursery, since a wall instant."""
    found: dict[str, str] = {}
    names = frozenset(filter(WORKERS.fullmatch, log_entries.files(logs)))
    query = LogQuery(processes=names, since=since)
    for entry in log_report.merged(logs, query) if names else ():
        level = LEVEL.search(entry.text)
        if query.wants(entry) and level and level[1] in ("WARNING", "ERROR", "CRITICAL"):
            found[entry.process] = entry.text.splitlines()[0][:LINE_SHOWN]
    return [f"{name}: {text}" for name, text in sorted(found.items())]
