"""A rolling restart that another machine ordered, under a real supervisord."""

import asyncio
import os

import pytest

from daemon.commands.restart import RollingRestart
from daemon.machines import restart_elsewhere
from daemon.supervisor.control import Supervisor
from procs.config import Settings
from procs.core import clock
from procs.keeper.machines.restart_runner import RestartRunner
from procs.store.database import Database
from procs.store.machines import restart_orders
from tests.sandbox.bare_worker import until_in


@pytest.mark.long
async def test_an_order_is_obeyed_once_and_all_that_is_said_is_written_down(
    settings: Settings, db: Database, bare_workers: Supervisor
) -> None:
    said: list[str] = []
    rolling = RollingRestart(settings, db, said.append)
    await until_in(rolling)
    before = {one.title: one.pid for one in bare_workers.processes()}
    order = restart_orders.give(db, "m2", now=clock.now())
    assert order is not None

    assert restart_elsewhere.obey(db, order, rolling) == 0

    row = restart_orders.read(db, order)
    assert row is not None
    assert (row.runner, row.code, row.lines) == (os.getpid(), 0, said)
    assert row.lines[-1] == "every process is fresh"
    assert not any(before[one.title] == one.pid for one in bare_workers.processes())
    assert restart_elsewhere.obey(db, order, RollingRestart(settings, db, said.append)) == 0
    assert restart_orders.read(db, order) == row


@pytest.mark.long
async def test_the_keepers_process_takes_the_order_and_ends_it(
    settings: Settings,
    db: Database,
    bare_workers: Supervisor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, text in (("HOME", str(settings.home)), ("WORKERS", "1"), ("ENV_FILE", os.devnull)):
        monkeypatch.setenv(f"CHAPAR_{name}", text)
    await until_in(RollingRestart(settings, db, print))
    order = restart_orders.give(db, "m2", now=clock.now())
    assert order is not None
    runner = RestartRunner(db, settings)

    runner.start("--machine-order", order)
    assert await asyncio.to_thread(runner.children["--machine-order", order].wait, 60) == 0

    row = restart_orders.read(db, order)
    assert row is not None
    assert (row.runner, row.code) == (runner.children["--machine-order", order].pid, 0)
    assert row.lines[-1] == "every process is fresh"
