"""When a version is looked for, taken, and left again."""

from dataclasses import replace
from pathlib import Path

import pytest

from procs import config
from procs.core import clock, disk
from procs.core.machine import machine_name
from procs.engine.releases.versions import Versions, installed
from procs.errors import alert_kinds
from procs.keeper import engine_updates
from procs.keeper.engine_updates import (
    DAY,
    FIRST_LOOK,
    MANY,
    NEWEST,
    SOONER,
    EngineUpdates,
    is_worse,
)
from procs.store.health import alerts, engine_records, failed_attempts
from procs.store.health import runtime_settings as rows
from procs.store.health.engine_records import EngineUse
from tests.sandbox.wheels import wheel

NEW = "2099.1.1"


@pytest.fixture
def settings(short_home):
    environ = {"CHAPAR_HOME": str(short_home), "CHAPAR_ENGINE_UPDATE": "auto"}
    return config.load(environ, env_file=Path("/dev/null"), need_telegram=False)


@pytest.fixture
def new(db, settings):
    """A newer version in use, noted as the keeper does."""
    EngineUpdates(db, settings).judge()
    versions = Versions(settings.engines)
    (versions.root / NEW).mkdir(parents=True)
    versions.use(versions.find(NEW))
    EngineUpdates(db, settings).judge()
    return versions


def breaks(db, times):
    for number in range(times):
        facts = {"error": engine_records.BROKEN, "site": "site.example", "detail": "", "code": ""}
        failed_attempts.note(db, number, now=clock.now(), **facts)


@pytest.mark.parametrize(
    ("done", "broken", "usual", "worse"),
    [
        (0, 9, 0.0, False),
        (0, 10, 0.0, True),
        (40, 10, 0.0, True),
        (41, 10, 0.0, False),
        (40, 10, 0.1, False),
        (20, 10, 0.1, True),
        (2, 10, 0.5, False),
        (1, 10, 0.5, True),
    ],
)
def test_worse_is_many_times_the_usual_and_not_a_few(done, broken, usual, worse):
    assert is_worse(EngineUse(NEW, 0.0, usual, done, broken)) is worse


def test_a_version_that_finds_more_extractors_broken_is_left_again(db, settings, new):
    breaks(db, engine_updates.FAILED)
    EngineUpdates(db, settings).judge()
    assert new.current() == installed()
    assert engine_records.in_use(db, disk.host())[0] == installed().name
    assert "10 of 10 attempts" in engine_records.refused_versions(db, disk.host())[NEW]
    told = [(one.kind, one.subject) for one in alerts.standing(db)]
    assert told == [(alert_kinds.ROLLED_BACK, NEW)]


def test_a_trial_goes_by_the_ways_of_all_downloads(settings):
    asked = replace(settings, allowed_ports=(80, 8080), upstream_proxy="http://proxy.example:3128")
    routes = engine_updates.trial(asked).routes
    assert (routes.policy.ports, routes.upstream.port) == ((80, 8080), 3128)


@pytest.mark.parametrize("mode", ["notify", "off"])
def test_nobody_goes_back_who_was_not_told_to(db, settings, new, mode):
    breaks(db, engine_updates.FAILED)
    EngineUpdates(db, replace(settings, engine_update=mode)).judge()
    assert new.current().name == NEW


def test_a_version_that_has_passed_its_probation_stays(db, settings, new):
    long_ago = replace(clock.now(), wall=clock.now().wall - engine_updates.PROBATION - 1)
    db.connection.execute("DELETE FROM engines")
    engine_records.use(db, disk.host(), NEW, now=long_ago)
    breaks(db, engine_updates.FAILED)
    EngineUpdates(db, settings).judge()
    assert new.current().name == NEW


def test_it_is_looked_an_hour_after_the_first_start_and_then_once_a_day(db, settings):
    fresh = EngineUpdates(db, settings)
    assert not fresh.is_due()
    assert fresh.last_look()[0] == pytest.approx(clock.now().wall - DAY + FIRST_LOOK, abs=60)
    fresh.note_look(clock.now().wall - DAY - 1)
    assert fresh.is_due()
    fresh.note_look(clock.now().wall - DAY + 60)
    assert not fresh.is_due()


def test_each_machine_looks_once_a_day_whoever_looked_already(db, settings, monkeypatch):
    updates = EngineUpdates(db, settings)
    rows.write(db, engine_updates.LOOKED, f"[{clock.now().wall - DAY - 1}, 0]", now=clock.now())
    due = []
    for name in ("m1", "m2", "m1"):
        monkeypatch.setattr(machine_name.HERE, "told", name)
        due.append(updates.is_due())
        updates.note_look(clock.now().wall)

    assert due == [True, True, False]


def test_a_clock_that_was_ahead_delays_no_look(db, settings):
    fresh = EngineUpdates(db, settings)
    fresh.note_look(clock.now().wall + 365 * DAY)
    assert fresh.is_due()


def test_it_is_looked_sooner_when_many_extractors_break(db, settings):
    fresh = EngineUpdates(db, settings)
    fresh.note_look(clock.now().wall - SOONER - 1)
    breaks(db, MANY - 1)
    assert not fresh.is_due()
    breaks(db, 1)
    assert fresh.is_due()


@pytest.fixture
def wheels(tmp_path, monkeypatch):
    """A folder in which pip looks, and nowhere else."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    return tmp_path


async def test_a_newer_version_is_only_said_when_that_is_wished(db, settings, wheels, caplog):
    wheel(wheels, NEW, instead={"": ""})
    with caplog.at_level("WARNING", "chapar"):
        await EngineUpdates(db, replace(settings, engine_update="notify")).look()
    assert f'engine.newer version={NEW} fix="chapar engine update"' in caplog.text
    assert rows.read(db, NEWEST, "") == NEW
    assert Versions(settings.engines).current() == installed()


async def test_a_version_that_was_left_is_not_taken_again(db, settings, wheels):
    wheel(wheels, NEW, instead={"": ""})
    engine_records.refuse(db, disk.host(), NEW, why="worse", now=clock.now())
    await EngineUpdates(db, settings).look()
    assert not settings.engines.exists()


async def test_an_index_that_does_not_answer_is_a_line_in_the_log(db, settings, wheels, caplog):
    with caplog.at_level("WARNING", "chapar"):
        await EngineUpdates(db, settings).look()
    assert "engine.not-updated" in caplog.text
