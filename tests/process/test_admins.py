"""Admins on a real stack: a conversation goes on in the bot that comes after a killed one."""

from collections.abc import Awaitable, Callable

import pytest

from procs.core import clock
from procs.store.people import bans, engine_costs
from tests.process.conftest import ADMIN, gets
from tests.sandbox.person import Person
from tests.sandbox.stack import CLIP, Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.long
async def test_a_ban_that_was_begun_before_a_kill_is_finished_after_it_once(
    healthy: Stack, meets: Callable[..., Awaitable[Person]]
) -> None:
    owner, ann = await healthy.telegram.person(ADMIN), await meets()
    await gets(ann, await ann.sends(healthy.url(f"{CLIP}?cost")))
    assert engine_costs.read(healthy.db, ann.id, now=clock.now()).ever > 0
    await owner.sends(f"/user {ann.id}")
    page = await owner.sees(f"({ann.id})")
    await owner.presses("🚫 7 d", page)
    await owner.sees_edit(page, "Why is")
    pid = healthy.pid("bot")
    healthy.kill(pid)
    await healthy.until(lambda: healthy.pid("bot") not in (0, pid))

    await owner.sends("too many robots")

    await ann.sees("Reason: too many robots", timeout=60)
    assert bans.find(healthy.db, ann.id, now=clock.now()) is not None
    code, said = await healthy.says("audit", "--person", str(ann.id))
    assert (code, said.count("too many robots")) == (0, 1)


@pytest.mark.long
async def test_a_restart_from_the_chat_replaces_every_process_and_is_told_once(
    healthy: Stack,
) -> None:
    owner = await healthy.telegram.person(ADMIN)
    before = {one.title: one.pid for one in healthy.supervisor.processes()}
    await owner.sends("/restart")
    page = await owner.sees("🔄 Restart")
    await owner.presses("🔄 Restart one by one", page)
    asked = await owner.sees_edit(page, "Replace every process")
    await owner.presses("Yes", asked)
    await owner.sees_edit(page, "⏳ rolling restart")

    await owner.sees("✅ Every process was replaced", timeout=120)

    after = {one.title: one.pid for one in healthy.supervisor.processes()}
    assert [title for title, pid in after.items() if pid == before[title]] == []
    ping = await owner.sends("/ping")
    await owner.sees(lambda m: m.id > ping.id and "✅" not in m.text)
    told = [m for m in await owner.history() if "Every process was replaced" in m.text]
    assert len(told) == 1
