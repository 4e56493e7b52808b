"""Alerts of a real stack: told outside while the database is locked, and in the chat afterwards."""

import asyncio
import sqlite3
import threading
from collections.abc import Iterator

import pytest

from procs.store.health import alerts
from tests.process.conftest import PATIENCE
from tests.sandbox.stack import Stack
from tests.sandbox.telegram.world import FIRST_PERSON
from tests.unit.keeper.monitor.conftest import Hook

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture
def hook() -> Iterator[Hook]:
    server = Hook()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.long
async def test_a_locked_database_is_told_while_it_is_and_the_admin_reads_it_afterwards(
    hook: Hook,
) -> None:
    async with Stack(judged=False, alert_webhook=hook.url, admins=str(FIRST_PERSON)) as stack:
        admin = await stack.telegram.person("Ann", language="en")
        hello = await admin.starts()
        await admin.sees(lambda m: m.id > hello.id, timeout=PATIENCE)
        locker = sqlite3.connect(stack.state / "chapar.db")
        locker.execute("BEGIN IMMEDIATE")

        await told(hook, "database-locked")
        before = [one.kind for one in alerts.standing(stack.db)]
        locker.rollback()
        locker.close()

        assert "database-locked" not in before
        await admin.sees(lambda m: "another program locks my database" in m.text, PATIENCE * 2)
    stack.remove()


async def told(hook: Hook, kind: str) -> None:
    """Wait until a webhook heard of a kind."""
    async with asyncio.timeout(PATIENCE * 3):
        while not any(one["kind"] == kind for body in hook.bodies for one in body["alerts"]):
            await asyncio.sleep(0.2)
