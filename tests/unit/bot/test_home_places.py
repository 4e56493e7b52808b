"""A bot on a machine of its own, whose sign-in Telegram revoked: the next one hears what was sent
meanwhile."""

import asyncio
from contextlib import suppress
from dataclasses import replace

import pytest

from procs.bot.__main__ import live
from procs.bot.duty.home_places import HomePlaces
from procs.errors import ChaparError
from procs.store.limits import revoked_sessions
from procs.store.machines import bot_places
from procs.telegram.chat.bot_session import BOT_SESSION
from tests.sandbox.events import until

LINK = "https://example.org/clip.mp4"


@pytest.fixture
async def signed_out(tg, settings, db, ali):
    """A bot that served, was signed out, and ended."""
    serving = asyncio.create_task(live(settings, db))
    await until(lambda: bot_places.stored(db))  # it listens
    await ali.sends("/start")
    await ali.sees("Send me a link")
    await tg.revokes(tg.bot)
    with suppress(ChaparError):
        await ali.sends("/help")  # what it says to this tells it that it is signed out
    assert await serving == 1
    return settings


def sign_in_anew(settings) -> None:
    """As the alert says: the file goes."""
    for file in settings.sessions.glob(f"{BOT_SESSION}.session*"):
        file.unlink()


async def test_what_was_sent_while_it_was_signed_out_is_heard(db, ali, signed_out):
    await ali.sends(LINK)

    sign_in_anew(signed_out)
    serving = asyncio.create_task(live(signed_out, db))

    await ali.sees("In line")
    assert revoked_sessions.unresolved(db) == []
    assert [url for (url,) in db.all("SELECT url FROM requests")] == [LINK]
    serving.cancel()
    await asyncio.wait({serving})


async def test_a_second_process_waits_until_the_first_has_ended(tg, settings, db, ali):
    first = asyncio.create_task(live(settings, db))
    await until(lambda: bot_places.stored(db))

    second = asyncio.create_task(live(settings, db))
    await ali.sends("/start")
    await ali.sees("Send me a link")
    first.cancel()
    await asyncio.wait({first})
    await ali.sends("/help")
    await ali.sees("/cancel")

    assert await tg.calls(result="AUTH_KEY_DUPLICATED") == []
    second.cancel()
    await asyncio.wait({second})


async def test_the_places_of_another_bot_are_none_of_this_one(db, signed_out):
    other = replace(signed_out, bot_token="1:another")

    assert HomePlaces(signed_out, db).stored(True)
    assert HomePlaces(other, db).stored(True) == []


async def test_a_file_that_knows_its_place_goes_by_that(db, signed_out):
    assert HomePlaces(signed_out, db).stored(False) == []
