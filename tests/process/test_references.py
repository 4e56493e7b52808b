"""Known media whose kept references turn out to be worth nothing."""

from collections.abc import Awaitable, Callable

import pytest

from tests.process.conftest import gets, got
from tests.sandbox.person import Person
from tests.sandbox.stack import CLIP, Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_kept_file_that_telegram_refuses_is_fetched_anew_once(
    healthy: Stack, meets: Callable[..., Awaitable[Person]]
) -> None:
    ann, ben = await meets(), await meets()
    link = healthy.url(f"{CLIP}?bad")
    await gets(ann, await ann.sends(link))
    before = await healthy.asked(CLIP)
    await healthy.telegram.fails("messages.sendMedia", "MEDIA_EMPTY")

    sent = await ben.sends(link)

    await gets(ben, sent)
    assert len(await got(ben, sent)) == 1
    assert await healthy.asked(CLIP) > before
