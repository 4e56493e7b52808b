"""A large film on the whole stack: it goes up while it comes down."""

import hashlib
import urllib.request
from collections.abc import Awaitable, Callable

import pytest

from tests.process.conftest import gets
from tests.sandbox.person import Person
from tests.sandbox.stack import Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_film_goes_up_while_it_comes_down_and_arrives_whole(
    healthy: Stack, meets: Callable[..., Awaitable[Person]]
) -> None:
    ann = await meets()
    film = healthy.url("/small.mp4?pad=6000000")
    before = len(await healthy.telegram.calls("upload.saveBigFilePart"))
    sent = await ann.sends(f"{film}&rate=3000000")
    await ann.sees(lambda m: m.reply == sent.id and "Downloading" in m.text)

    await healthy.telegram.called("upload.saveBigFilePart", times=before + 3, timeout=30)
    assert "upload.streamed" not in healthy.log("worker")
    media = (await gets(ann, sent)).media

    body = urllib.request.urlopen(film).read()
    assert media["sha256"] == hashlib.sha256(body).hexdigest()
    assert media["supports_streaming"]
    assert "upload.streamed" in healthy.log("worker")
