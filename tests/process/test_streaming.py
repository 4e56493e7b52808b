"""Large films on the whole stack: they go up while they come down."""

import hashlib
import json
import urllib.request
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from procs.media import mp4_boxes
from tests.process.conftest import gets
from tests.sandbox.person import Person
from tests.sandbox.stack import Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_film_goes_up_while_it_comes_down_and_arrives_whole(
    healthy: Stack, meets: Callable[..., Awaitable[Person]]
) -> None:
    ann = await meets()
    film = healthy.url("/small.mp4?pad=6000000")
    streamed = healthy.log("worker").count("upload.streamed")
    before = len(await healthy.telegram.calls("upload.saveBigFilePart"))
    sent = await ann.sends(f"{film}&rate=3000000")
    await ann.sees(lambda m: m.reply == sent.id and "Downloading" in m.text)

    await healthy.telegram.called("upload.saveBigFilePart", times=before + 3, timeout=30)
    assert healthy.log("worker").count("upload.streamed") == streamed
    media = (await gets(ann, sent)).media

    body = urllib.request.urlopen(film).read()
    assert media["sha256"] == hashlib.sha256(body).hexdigest()
    assert media["supports_streaming"]
    assert healthy.log("worker").count("upload.streamed") == streamed + 1


async def test_a_film_in_two_streams_goes_up_while_it_is_made_of_them(
    healthy: Stack, meets: Callable[..., Awaitable[Person]], tmp_path: Path
) -> None:
    ann = await meets()
    picture = "/apart/long/picture.mp4"
    size = len(urllib.request.urlopen(healthy.url(picture)).read())
    streamed = healthy.log("worker").count("upload.streamed")
    before = len(await healthy.telegram.calls("upload.saveBigFilePart"))
    sent = await ann.sends(healthy.url("/apart/long/film.html?rate=2500000"))

    await healthy.telegram.called("upload.saveBigFilePart", times=before + 3, timeout=30)
    came = json.load(urllib.request.urlopen(healthy.url("/_hits")))[picture]["bytes"] - size
    message = await gets(ann, sent)

    assert came < size
    assert message.media["supports_streaming"]
    assert message.media["duration"] == pytest.approx(30, abs=0.5)
    assert mp4_boxes.is_streamable(await ann.receives_file(message, tmp_path))
    assert healthy.log("worker").count("upload.streamed") == streamed + 1
