"""A sign-in that Telegram takes away: its slot stands still, and the others do the work."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
import pytest_asyncio

from procs.core import clock
from procs.store.health import notifications
from procs.store.limits import revoked_sessions
from tests.process.conftest import ADMIN, gets
from tests.sandbox.person import Person
from tests.sandbox.stack import CLIP, Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_slot_whose_sign_in_is_gone_stands_still_until_somebody_helps(
    healthy: Stack, admin: Person, meets: Callable[..., Awaitable[Person]]
) -> None:
    ann = await meets()
    before = await healthy.telegram.sign_ins()
    await healthy.telegram.fails("messages.sendMedia", "401 AUTH_KEY_UNREGISTERED")
    sent = await ann.sends(healthy.url(f"{CLIP}?revoked"))

    await gets(ann, sent)

    await healthy.until(lambda: len(healthy.serving()) == 2 and len(healthy.workers()) == 3)
    (lost,) = revoked_sessions.unresolved(healthy.db)
    code, said = await healthy.says("status")
    assert code == 3
    assert f"{lost.name} stands still" in said
    assert healthy.log("worker").count("session.revoked") == 1
    assert await healthy.telegram.sign_ins() == before
    told = await admin.sees(f"took the sign-in of {lost.name} away")
    assert "remove its file" in told.text

    for file in (healthy.state / "sessions").glob(f"{lost.name}.session*"):
        file.unlink()
    await healthy.until(lambda: not revoked_sessions.unresolved(healthy.db))
    await healthy.telegram.called("auth.importBotAuthorization", times=before + 1, timeout=30)
    await admin.sees(lambda m: m.text.startswith("🟢") and lost.name in m.text)
    assert len([m for m in await admin.chat() if lost.name in m.text]) == 2


@pytest_asyncio.fixture(loop_scope="session")
async def admin(healthy: Stack) -> Person:
    """Who is told of alerts, from now on at once: what others had told is forgotten."""
    admin = await healthy.telegram.person(ADMIN)
    hello = await admin.starts()
    await admin.sees(lambda m: m.id > hello.id)
    notifications.prune(
        healthy.db, now=replace(clock.now(), wall=clock.now().wall + 2 * notifications.DAY)
    )
    return admin
