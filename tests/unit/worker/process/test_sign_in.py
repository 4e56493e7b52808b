"""A worker whose sign-in was taken away."""

from typing import Any, cast

import pytest

from procs.config import Settings
from procs.core.clock import now
from procs.errors import SessionRevoked
from procs.records.job import Ask, Lane, Lease, Link
from procs.store.database import Database
from procs.store.health import workers
from procs.store.jobs import leases
from procs.store.limits import revoked_sessions
from procs.store.requests import requests
from procs.telegram.delivery.courier import Courier
from procs.telegram.pace import Pace
from procs.worker import settlement
from procs.worker.process.context import WorkerContext
from procs.worker.process.progress_writer import ProgressWriter
from tests.sandbox.telegram.server import Telegram


@pytest.fixture
async def context(
    settings: Settings, db: Database, tg: Telegram, courier: Courier
) -> WorkerContext:
    """Those of a worker that signed in once, and finds its sign-in gone when it comes back."""
    await courier.close()
    await tg.revokes(tg.bot)
    worker = workers.enter(db, "w00-1", now=now())
    engine = cast(Any, None)
    return WorkerContext(
        settings, db, worker, "w00-1", ProgressWriter(db), engine, Courier(settings, 0), Pace(db)
    )


@pytest.fixture
def lease(db: Database, context: WorkerContext) -> Lease:
    link = Link("https://site.example/a", "site.example", "url:a")
    requests.submit(db, [Ask(1, 1, 1, 0, link)], now=now())
    return leases.claim(db, worker=context.worker, lane=Lane.HEAVY, room=1, now=now())[0]


async def needs_telegram(context: WorkerContext, lease: Lease) -> None:
    await context.telegram()


async def test_a_job_that_finds_it_gone_says_so_once(
    context: WorkerContext, lease: Lease, db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    left = []
    context.leave = lambda: left.append(1)

    await settlement.carry(context, lease, needs_telegram)

    assert caplog.text.count("session.revoked") == 1
    assert [one.name for one in revoked_sessions.unresolved(db)] == [context.courier.name]
    assert left == [1]


async def test_an_early_connection_that_finds_it_gone_says_so_once(
    context: WorkerContext, db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    await context.connect_early()

    assert caplog.text.count("session.revoked") == 1
    assert len(revoked_sessions.unresolved(db)) == 1


async def test_a_sign_in_that_was_replaced_while_its_worker_drained_is_not_lost_again(
    context: WorkerContext, db: Database
) -> None:
    """The operator removes the file at once; another job of that worker finds the sign-in gone."""
    state = context.session_state
    assert state.file.exists()
    for _ in range(2):
        state.note(SessionRevoked("AUTH_KEY_UNREGISTERED"))
        state.file.unlink(missing_ok=True)

    assert not state.is_lost()
    assert revoked_sessions.unresolved(db) == []
