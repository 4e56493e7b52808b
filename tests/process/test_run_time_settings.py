"""What owners set in the panel holds in workers that run, with the next thing they do."""

from collections.abc import Awaitable, Callable

import pytest

from procs.core import clock
from procs.store.health import runtime_settings
from procs.store.sites import host_lists
from tests.process.conftest import ADMIN, PATIENCE, gets
from tests.sandbox.person import Message, Person
from tests.sandbox.stack import CLIP, Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")
Meets = Callable[..., Awaitable[Person]]
#: More than five parts of the size that an owner sets.
LARGE = "/small.mp4?pad=8000000"


async def sets(owner: Person, value: str) -> Message:
    """Set the size of the largest file by the buttons of the panel; the page that says so."""
    asked = await owner.sends("/config")
    page = await owner.sees(lambda m: m.id > asked.id and m.button("🎬 Media"), timeout=PATIENCE)
    await owner.presses("🎬 Media", page)
    page = await owner.sees_edit(page, "• Largest file:")
    await owner.presses("Largest file", page)
    page = await owner.sees_edit(page, "CHAPAR_MAX_FILE_SIZE")
    await owner.presses("✏️ Change", page)
    await owner.sees_edit(page, "Send the new value")
    sent = await owner.sends(value)
    return await owner.sees(lambda m: m.id > sent.id and "From: set here" in m.text)


async def test_a_worker_that_runs_obeys_a_size_with_the_next_link(
    healthy: Stack, meets: Meets
) -> None:
    owner, ann = await healthy.telegram.person(ADMIN), await meets()
    before = {one.pid for one in healthy.workers()}

    page = await sets(owner, "1MiB")
    refused = await ann.sends(healthy.url(f"{LARGE}&size=1"))
    told = await ann.sees(lambda m: m.reply == refused.id and "E-" in m.text, timeout=PATIENCE)
    await owner.presses("↩️ Back to how it was started", page)
    await owner.sees_edit(page, "From: default")
    await gets(ann, await ann.sends(healthy.url(f"{LARGE}&size=2")))

    assert "too large" in told.text
    assert {one.pid for one in healthy.workers()} == before
    assert runtime_settings.found(healthy.db, "max_file_size") is None


async def test_a_redirect_to_a_blocked_host_is_not_followed(healthy: Stack, meets: Meets) -> None:
    ann = await meets()
    here = healthy.url(f"/redirect/1{CLIP}?host=localhost")
    host_lists.put(healthy.db, "localhost", allowed=False, reason="", admin=1, now=clock.now())
    try:
        sent = await ann.sends(here)
        told = await ann.sees(lambda m: m.reply == sent.id and "E-" in m.text, timeout=PATIENCE)
    finally:
        host_lists.drop(healthy.db, "localhost")
    await gets(ann, await ann.sends(here))

    assert "leads to a site from which I don't fetch anything" in told.text
