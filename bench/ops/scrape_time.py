"""What a scrape costs while a million finished jobs lie in the table."""

import shutil
import statistics
import tempfile
import time
from pathlib import Path

from procs import config
from procs.config import Settings
from procs.core import clock
from procs.keeper.metrics import exposition
from procs.records.job import Ask, Kind, Lane, Link, Person, State
from procs.store.database import Database, migrate, open_database
from procs.store.people import users
from procs.store.requests import requests

OPEN, SCRAPES = 2_000, 40
GOALS = {"scrape_ms": 50.0}
#: Jobs in one transaction while the table is filled.
BITE = 20_000
FINISHED_JOB = f"""
INSERT INTO jobs (user_id, lane, state, at, kind, payload, story)
VALUES (:user, {Lane.HEAVY}, {State.DONE}, :at, '{Kind.FETCH}', '{{}}', :story)
"""


def measure(finished: int) -> dict[str, float]:
    """`scrape_ms`: the 95th percentile of a scrape beside so many finished jobs."""
    home = Path(tempfile.mkdtemp(prefix="cb-", dir="/tmp"))
    (home / "run").mkdir()
    environ = {"CHAPAR_HOME": str(home)}
    settings = config.load(environ, env_file=Path("/dev/null"), need_telegram=False)
    migrate(settings.database_url, run=settings.run)
    db = open_database(settings.database_url, run=settings.run)
    try:
        fill(db, finished)
        return {"scrape_ms": 1000 * p95([scraped(db, settings) for _ in range(SCRAPES)])}
    finally:
        db.close()
        shutil.rmtree(home)


def fill(db: Database, finished: int) -> None:
    """Jobs that are over, and people's links that are not."""
    now = clock.now()
    story = f"{now.wall:.3f} queued\n" * 5
    for start in range(0, finished, BITE):
        rows = [{"user": n, "at": now.wall, "story": story} for n in range(start, start + BITE)]
        with db.write():
            db.change_many(FINISHED_JOB, rows)
    for user in range(1, OPEN + 1):
        users.remember(db, Person(user), now=now)
        url = f"https://site.example/{user}"
        link = Link(url, "site.example", f"url:{user}")
        requests.submit(db, [Ask(user, user, 1, 0, link)], now=clock.now())


def scraped(db: Database, settings: Settings) -> float:
    """Seconds of one scrape."""
    began = time.perf_counter()
    exposition.scrape(db, settings)
    return time.perf_counter() - began


def p95(times: list[float]) -> float:
    """Seconds that one scrape in twenty exceeds."""
    return statistics.quantiles(times, n=20)[-1]
