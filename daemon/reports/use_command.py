"""`chapar use`: the figures of a period as text, and as a picture in a file."""

import asyncio
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

from daemon.command_error import Refusal
from procs.charts import chart_process, use_charts, use_text
from procs.core import clock, disk
from procs.store.database import Database
from procs.store.reports import use_report
from procs.store.reports.use_report import PERIODS, UseReport
from procs.texts import i18n

#: The periods by the days that the command is given.
DAYS = {"1": "24h", "7": "7d", "30": "30d"}
PICTURES = {"use": use_charts.use, "server": use_charts.server}


def shown(
    db: Database, days: str, *, png: Path | None, server: bool, language: str
) -> Iterator[str]:
    """The lines of text, then the file that was written. Raises Refusal, ChartFailed."""
    report, period = read(db, days, language)
    yield use_text.use(report, period, language)
    yield ""
    yield use_text.server(report, period, language)
    if png is not None:
        picture = written(db, report, period, png, "server" if server else "use", language)
        yield f"\n{picture}"


def facts(
    db: Database, days: str, *, png: Path | None, server: bool, language: str
) -> dict[str, Any]:
    """The same for programs, with the `picture` that was written. Raises Refusal, ChartFailed."""
    report, period = read(db, days, language)
    if png is not None:
        written(db, report, period, png, "server" if server else "use", language)
    return {one.name: getattr(report, one.name) for one in fields(report)} | {"picture": png}


def read(db: Database, days: str, language: str) -> tuple[UseReport, str]:
    """The figures of so many days, and the name of that period. Raises Refusal."""
    if days not in DAYS:
        raise Refusal(f"--days {days} is none of {', '.join(DAYS)}")
    if language not in i18n.LANGUAGES:
        raise Refusal(f"--language {language} is none of {', '.join(i18n.LANGUAGES)}")
    period = DAYS[days]
    return use_report.read(db, PERIODS[period], now=clock.now()), period


def written(
    db: Database, report: UseReport, period: str, png: Path, kind: str, language: str
) -> Path:
    """The picture is in the file; an old one is there until the new one is whole. Raises Refusal,
    ChartFailed, OSError."""
    if not png.name or png.is_dir():
        raise Refusal(f"--png {png} is no name of a file")
    plan = PICTURES[kind](report, period, language)
    picture = asyncio.run(chart_process.draw(plan, cache=db.run.parent / "cache"))
    fresh = png.with_name(f".{png.name}.new")
    try:
        with disk.named(png):
            fresh.write_bytes(picture)
            fresh.replace(png)
    finally:
        fresh.unlink(missing_ok=True)
    return png
