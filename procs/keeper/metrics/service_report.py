"""What the keeper tells supervisord of the service, and supervisord the service manager: a small
file in the run directory, written anew every few seconds."""

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from procs.core import clock

REPORT_NAME = "service-report"
#: Seconds after which a report says nothing any more.
REPORT_LIFE = 20.0


@dataclass(frozen=True, slots=True)
class ServiceReport:
    """`line` is one line for people, `stale` what has stopped, `serves` whether all is up."""

    line: str
    stale: tuple[str, ...]
    serves: bool


def write(run: Path, report: ServiceReport) -> None:
    """Write it anew; on a full disk into the place of the one before, which needs no room: a
    missing report would have the service restarted. Raises OSError."""
    facts = {"at": clock.steady(), "boot": clock.boot_id(), "line": report.line}
    facts |= {"stale": report.stale, "serves": report.serves}
    fresh = run / f".{REPORT_NAME}.new"
    text = json.dumps(facts).encode()
    try:
        fresh.write_bytes(text)
        os.replace(fresh, run / REPORT_NAME)
    except OSError:
        with open(run / REPORT_NAME, "r+b") as before:
            before.write(text)
            before.truncate()


def read(run: Path) -> ServiceReport | None:
    """The report, None where there is no fresh one."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        facts = json.loads((run / REPORT_NAME).read_text(encoding="utf-8"))
        age = clock.steady() - float(facts["at"])
        if facts["boot"] == clock.boot_id() and age < REPORT_LIFE:
            stale = tuple(str(one) for one in facts["stale"])
            return ServiceReport(str(facts["line"]), stale, bool(facts["serves"]))
    return None
