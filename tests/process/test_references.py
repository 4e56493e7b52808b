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
    await healthy.telegram.fails("messages.sendMedia", "MEDIA_EMPTY", times=2)  # bot and worker

    sent = await ben.sends(link)

    await gets(ben, sent)
    assert len(await got(ben, sent)) == 1
    assert await healthy.asked(CLIP) > before


async def test_a_film_that_telegram_does_not_take_as_one_comes_as_a_file(
    healthy: Stack, meets: Callable[..., Awaitable[Person]]
) -> None:
    ann = await meets()
    await healthy.telegram.fails("messages.uploadMedia", "MEDIA_INVALID")
    media = (await gets(ann, await ann.sends(healthy.url(f"{CLIP}?odd")))).media
    assert (media["kind"], media["name"]) == ("file", "clip.mp4")
