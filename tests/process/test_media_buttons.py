"""Buttons under what was delivered, pressed in the whole product."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest

from tests.process.conftest import PATIENCE, gets
from tests.sandbox.person import Message, Person, labels
from tests.sandbox.stack import CLIP, Stack
from tests.sandbox.telegram.desk import Refused

pytestmark = pytest.mark.asyncio(loop_scope="session")
Meets = Callable[..., Awaitable[Person]]


async def comes(person: Person, after: Message, kind: str) -> Message:
    return await person.sees(lambda m: m.id > after.id and m.kind == kind, timeout=PATIENCE)


async def test_a_film_is_had_as_its_sound_and_as_a_file_by_two_presses(
    healthy: Stack, meets: Meets
) -> None:
    ann = await meets()
    film = await gets(ann, await ann.sends(healthy.url(f"{CLIP}?under")))
    assert labels(film) == ["🎧 mp3", "📄 As a file", "🔁 Another form"]
    await ann.presses("mp3", film)
    song = await comes(ann, film, "audio")
    assert song.reply == film.reply
    await ann.presses("file", film)
    await comes(ann, song, "file")
    assert (await ann.presses("mp3", film))["text"] == "That is done already."


async def test_a_form_that_is_kept_costs_no_download(healthy: Stack, meets: Meets) -> None:
    ann, ben = await meets(), await meets()
    link = healthy.url(f"{CLIP}?kept-form")
    film = await gets(ann, await ann.sends(link))
    await ann.presses("mp3", film)
    await comes(ann, film, "audio")
    again = await gets(ben, await ben.sends(link))
    before = await healthy.asked(CLIP)

    await ben.presses("mp3", again)

    await comes(ben, again, "audio")
    assert await healthy.asked(CLIP) == before


async def test_a_failure_is_asked_for_anew_and_comes(healthy: Stack, meets: Meets) -> None:
    ann = await meets()
    await ann.sends(healthy.url("/gone.mp4"))
    failed = await ann.sees("❌", timeout=PATIENCE)
    await ann.presses("Try again", failed)
    await ann.sees(lambda m: m.id > failed.id and "❌" in m.text, timeout=PATIENCE)


@pytest.mark.long
async def test_a_bot_killed_while_a_button_is_pressed_makes_one_request(
    healthy: Stack, meets: Meets
) -> None:
    ann = await meets()
    film = await gets(ann, await ann.sends(healthy.url(f"{CLIP}?killed-press")))
    pressing = asyncio.create_task(ann.presses("mp3", film, PATIENCE))
    await asyncio.sleep(0)
    healthy.kill(healthy.pid("bot"))
    await asyncio.wait({pressing})

    await pressed(ann, film)
    song = await comes(ann, film, "audio")
    await ann.presses("file", film)
    await comes(ann, song, "file")

    assert [m.kind for m in await ann.history() if m.reply == film.reply].count("audio") == 1


async def pressed(person: Person, message: Message) -> None:
    """Press until the bot is back and answers: on it, or that it did so before it died."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with suppress(Refused):
                told = await person.presses("mp3", message)
                assert told["text"] in ("On it.", "That is done already.")
                return
