"""The bot is killed around a reaction in a group: after its restart the media, or the failure, is
there once, and no reaction is left."""

import asyncio

import pytest

from procs.core import clock
from procs.store.requests import requests
from tests.process.test_group_killed import bot, db, environment, settings, tg
from tests.sandbox.bot_parts import LINK, Hands, until
from tests.sandbox.person import Message, Person
from tests.sandbox.telegram.server import Telegram

__all__ = ["db", "environment", "settings", "tg"]
EYES = "👀"
REACT = "messages.sendReaction"
OVER = "SELECT COUNT(*) FROM requests WHERE closed_at IS NOT NULL"


async def ended(db, count: int = 1) -> None:
    async with asyncio.timeout(30):
        while db.all(OVER) != [(count,)]:
            await asyncio.sleep(0.05)


async def of_bot(person: Person, tg: Telegram) -> list[Message]:
    return [one for one in await person.chat() if one.author == tg.bot]


async def asks(tg: Telegram, db, sara: Person) -> Message:
    await tg.called("updates.getState", times=1, timeout=60)
    sent = await sara.sends(f"/dl {LINK}")
    await until(lambda: db.all("SELECT 1 FROM requests"))
    return sent


@pytest.mark.parametrize("end", ["arrives", "fails"])
@pytest.mark.parametrize("done", [False, True])
@pytest.mark.parametrize("when", ["put", "taken away"])
async def test_no_reaction_is_left_wherever_the_bot_is_killed(environment, db, tg, when, done, end):
    sara = await tg.person("Sara", language="fa")
    here = sara.at(await tg.group("Film club", sara))
    hands, code = Hands(db), ""
    hold = await tg.holds(REACT, done=done) if when == "put" else None
    async with bot(environment) as first:
        sent = await asks(tg, db, here)
        if hold is None:
            await here.sees_reaction(sent, EYES)
            hold = await tg.holds(REACT, done=done)
        else:
            await hold.reached(30)
        if end == "fails":
            code = hands.fails(hands.claim(), "failed-gone")
        else:
            hands.fetches(hands.claim())
            hands.delivers()
        if when == "taken away":
            await hold.reached(30)
        first.kill()
        await first.wait()
    await tg.do("heal")
    async with bot(environment):
        await ended(db)
    await here.sees_reaction(sent, "")
    left = await of_bot(here, tg)
    assert [code in one.text for one in left] == ([True] if end == "fails" else [])


async def test_a_request_that_was_cancelled_while_nobody_listened_leaves_no_reaction(
    environment, db, tg
):
    sara = await tg.person("Sara", language="en")
    here = sara.at(await tg.group("Film club", sara))
    hold = await tg.holds(REACT, done=True)
    async with bot(environment) as first:
        sent = await asks(tg, db, here)
        await hold.reached(30)
        first.kill()
        await first.wait()
    await here.sees_reaction(sent, EYES)
    await tg.do("heal")
    (chat,) = db.one("SELECT chat FROM requests")
    assert requests.cancel_all(db, sara.id, chat=chat, before=sent.id + 1, now=clock.now()) == 1
    async with bot(environment):
        await ended(db)
    await here.sees_reaction(sent, "")
