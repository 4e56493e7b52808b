"""Alerts of figures, each begun and ended by what it is about: rows, files, the memory."""

import sqlite3
import tracemalloc
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from procs import config
from procs.config import Settings
from procs.core import clock, disk, meminfo
from procs.core.clock import Now
from procs.errors import alert_kinds
from procs.keeper.monitor.store_gauges import StoreGauges
from procs.records.job import Ask, Link, Person
from procs.store.database import Database
from procs.store.health import alerts, counters, histograms
from procs.store.people import users
from procs.store.requests import requests, withdrawal
from tests.unit.keeper.monitor.test_monitor import Watch

#: Kilobytes of a machine, of which so many are left.
MEMORY = "MemTotal: 1000 kB\nMemFree: 10 kB\nMemAvailable: {left} kB\n"


@pytest.fixture
def settings(short_home: Path) -> Settings:
    environ = {"CHAPAR_HOME": str(short_home), "CHAPAR_BACKUP_INTERVAL": "off"}
    return config.load(environ, env_file=Path("/dev/null"), need_telegram=False)


@pytest.fixture
def watch(db: Database, settings: Settings) -> Watch:
    return Watch(db, settings)


def stands(watch: Watch, kind: str) -> bool:
    return kind in {one.kind for one in alerts.standing(watch.db)}


def test_memory_that_is_short_is_told_until_it_is_not(
    watch: Watch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = tmp_path / "meminfo"
    monkeypatch.setattr(meminfo, "MEMINFO", machine)
    for left, seconds, told in ((150, 60, False), (150, 120, True), (230, 600, True)):
        machine.write_text(MEMORY.format(left=left))
        assert stands(watch.looks_for(seconds), alert_kinds.MEMORY) is told
    machine.write_text(MEMORY.format(left=300))
    assert not stands(watch.looks_for(360), alert_kinds.MEMORY)


def test_the_memory_that_a_service_may_have_counts_as_the_machines_does(
    watch: Watch, tmp_path: Path
) -> None:
    """That of the slice too, in which the unit of downloads is besides."""
    unit = tmp_path / "chapar.slice" / "chapar.service"
    unit.mkdir(parents=True)
    for group, limit in ((unit, "max"), (unit.parent, "1000")):
        (group / "memory.max").write_text(limit)
        (group / "memory.current").write_text("900")
        (group / "memory.stat").write_text("anon 1\ninactive_file 0\n")
    watch.monitor.machine.group = unit
    assert stands(watch.looks_for(180), alert_kinds.MEMORY)
    (unit.parent / "memory.current").write_text("100")
    assert not stands(watch.looks_for(360), alert_kinds.MEMORY)


def test_a_job_that_waits_is_told_until_nothing_does(watch: Watch) -> None:
    users.remember(watch.db, Person(5, "en", "somebody"), now=watch.now)
    link = Link("https://site.example/1", "site.example", "k:1", "best")
    requests.submit(watch.db, [Ask(5, 5, 1, 0, link)], now=watch.now)
    assert not stands(watch.looks_for(20), alert_kinds.QUEUE_OLD)
    assert stands(watch.looks_for(160), alert_kinds.QUEUE_OLD)
    assert withdrawal.cancel(watch.db, 1, user=5, now=watch.now)
    assert stands(watch.looks_for(60), alert_kinds.QUEUE_OLD)
    assert not stands(watch.looks_for(660), alert_kinds.QUEUE_OLD)


def test_slow_first_answers_are_told_until_they_are_quick(watch: Watch) -> None:
    def answered(times: int, seconds: float) -> None:
        counts: Counter[str] = Counter()
        for _ in range(times):
            histograms.note(counts, "response.delivered", seconds)
        counters.add_all(watch.db, counts)

    watch.looks_for(5)
    answered(19, 45.0)
    assert not stands(watch.looks_for(40), alert_kinds.SLOW)
    answered(1, 45.0)
    assert stands(watch.looks_for(40), alert_kinds.SLOW)
    watch.looks_for(300)
    answered(40, 2.0)
    assert stands(watch.looks_for(60), alert_kinds.SLOW)
    assert not stands(watch.looks_for(660), alert_kinds.SLOW)


def test_breakers_that_open_one_after_the_other_are_told_until_they_rest(watch: Watch) -> None:
    watch.looks_for(5)
    counters.add(watch.db, "breakers.opened", 10)
    assert not stands(watch.looks_for(40), alert_kinds.BREAKER_STORM)
    counters.add(watch.db, "breakers.opened")
    assert stands(watch.looks_for(40), alert_kinds.BREAKER_STORM)
    assert not stands(watch.looks_for(2000), alert_kinds.BREAKER_STORM)


def test_a_log_that_a_reader_keeps_large_is_told_until_it_is_taken_in(
    watch: Watch, settings: Settings
) -> None:
    log = settings.home / "chapar.db-wal"
    with closing(sqlite3.connect(settings.home / "chapar.db", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT COUNT(*) FROM jobs").fetchone()
        with closing(sqlite3.connect(settings.home / "chapar.db", isolation_level=None)) as one:
            one.execute("PRAGMA journal_size_limit = 0")
            one.execute("CREATE TABLE grown (bytes BLOB)")
            one.execute("INSERT INTO grown VALUES (zeroblob(70 << 20))")
        assert log.stat().st_size > 64 << 20
        assert stands(watch.looks_for(660), alert_kinds.DATABASE_LOG)
    with closing(sqlite3.connect(settings.home / "chapar.db", isolation_level=None)) as one:
        one.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert log.stat().st_size < 32 << 20
    assert not stands(watch.looks_for(90), alert_kinds.DATABASE_LOG)


def test_a_disk_that_is_nearly_full_is_told_until_there_is_room(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(share: float) -> None:
        monkeypatch.setattr("procs.core.disk.free", lambda folder: int((1 - share) * 1000))

    monkeypatch.setattr("procs.core.disk.whole", lambda folder: 1000)
    for share, told in ((0.85, False), (0.95, True), (0.89, True), (0.80, False)):
        full(share)
        assert stands(watch.looks_for(600), alert_kinds.DISK_SHARE) is told


def test_ten_minutes_of_hundreds_of_counters_take_no_megabyte(
    db: Database, settings: Settings
) -> None:
    names = [f"run.{n}" for n in range(400)] + [f"response.film {n}" for n in range(80)]
    with db.write():
        for name in names:
            counters.add(db, name, 1000)
    gauges, now = StoreGauges(db, settings), clock.now()
    gauges.asked(now)
    tracemalloc.start()
    try:
        for look in range(1, 121):
            gauges.asked(Now(now.wall + 5.0 * look, now.boot + 5.0 * look))
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < disk.MIB
