"""A rolling restart that another machine ordered, under a real supervisord."""

import os

import pytest

from daemon.commands.restart import RollingRestart
from daemon.machines import restart_elsewhere
from daemon.supervisor.control import Supervisor
from procs.config import Settings
from procs.core import clock
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
