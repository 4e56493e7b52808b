"""Whatever is heard twice acts once, and is answered once."""

from typing import Any

import pytest

from procs.core import clock
from procs.store.requests import heard_updates
from tests.sandbox.bot_parts import LINK, Bot, until
from tests.sandbox.person import Person


def noted(bot: Bot) -> list[Any]:
    """What the bot's session hears from now on."""
    incoming: list[Any] = []
    on_message, on_press = bot.chat_session.on_message, bot.chat_session.on_press

    async def hears(message: Any) -> None:
        incoming.append(message)
        await on_message(message)

    async def feels(press: Any) -> None:
        incoming.append(press)
        await on_press(press)

    bot.chat_session.on_message, bot.chat_session.on_press = hears, feels
    return incoming


async def three(sara: Person) -> None:
    for number in (1, 2, 3):
        await sara.sends(f"{LINK}?{number}")
        await sara.sees(f"clip.mp4?{number}")


async def answers(sara: Person) -> int:
    return len([m for m in await sara.chat() if not m.mine])


@pytest.mark.parametrize(
    "text", ["/start", "/help", "/cancel", "no link", LINK, "ftp://a.example/"]
)
async def test_a_text_that_comes_again_later_is_not_even_tried_again(bot, tg, sara, text):
    incoming = noted(bot)
    await sara.sends(text)
    await sara.sees(lambda m: not m.mine)
    await bot.rests()
    said = len(await tg.calls("messages.sendMessage"))
    await bot.intake.on_message(incoming[0])
    await bot.rests()
    assert len(await tg.calls("messages.sendMessage")) == said
    assert await answers(sara) == 1


async def test_a_cancel_that_comes_again_stops_no_other_request(bot, sara):
    incoming = noted(bot)
    await three(sara)
    await sara.sends("/cancel")
    await sara.sees("is cancelled")
    await until(lambda: len(bot.requests()) == 2)
    await bot.intake.on_message(incoming[-1])
    await bot.rests()
    assert len(bot.requests()) == 2


async def test_a_cancel_whose_process_was_killed_stops_the_same_request_again(bot, sara):
    """Killed between what it did and the note that it is done."""
    incoming = noted(bot)
    await three(sara)
    await sara.sends("/cancel")
    told = await sara.sees("is cancelled")
    await bot.rests()
    before = await answers(sara)
    await bot.intake.cancelling.ask(incoming[-1])
    await bot.rests()
    assert await answers(sara) == before
    await until(lambda: [one.url[-1] for one in bot.requests()] == ["1", "2"])
    assert "clip.mp4?3" in told.text


async def test_a_press_that_comes_again_is_answered_once(bot, tg, sara):
    incoming = noted(bot)
    await three(sara)
    await sara.presses("Cancel")
    await bot.rests()
    await bot.intake.on_press(incoming[-1])
    assert len(await tg.calls("messages.setBotCallbackAnswer")) == 1


async def test_pushes_that_come_twice_at_once_act_once(bot, tg, sara):
    await tg.behaves(twice=1.0, late=0.5, delay=0.2)
    await three(sara)
    await sara.sends("/cancel")
    await sara.sees("is cancelled")
    await sara.presses("❌ example.org/clip.mp4?1")
    await until(lambda: [one.url[-1] for one in bot.requests()] == ["2"])
    await bot.rests()
    # three status messages, and the answer to /cancel
    assert await answers(sara) == 4


def test_what_was_heard_is_forgotten_when_it_cannot_come_again(db):
    now = clock.now()
    for number, age in ((1, 0.0), (2, heard_updates.KEEP + 1)):
        heard_updates.note(db, (7, number, 0), now=clock.Now(now.wall - age, now.boot))
    assert heard_updates.prune(db, now=now) == 1
    assert [heard_updates.is_known(db, (7, number, 0)) for number in (1, 2)] == [True, False]


def test_a_choice_stands(db):
    now = clock.now()
    assert [heard_updates.choose(db, (7, 1, 0), choice, now=now) for choice in (5, 6)] == [5, 5]
    assert not heard_updates.is_known(db, (7, 1, 0))
    heard_updates.note(db, (7, 1, 0), now=now)
    assert (heard_updates.is_known(db, (7, 1, 0)), heard_updates.chosen(db, (7, 1, 0))) == (True, 5)


def test_a_later_edit_speaks_for_what_stood_there_before(db):
    now = clock.now()
    heard_updates.note(db, (7, 1, 200), now=now)
    known = [heard_updates.is_known(db, (7, 1, edited)) for edited in (0, 100, 200, 300)]
    assert known == [True, True, False, False]
