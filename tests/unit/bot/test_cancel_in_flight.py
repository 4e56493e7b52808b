"""/cancel all while the first status message of what it ends is on its way: nothing is left in the
chat that says that it goes on."""

import pytest

from tests.sandbox.bot_parts import LINK, Hands, running, until, wants

THREE = " ".join(f"https://example.org/{n}" for n in range(1, 4))
BOTH = pytest.mark.parametrize("text", [LINK, THREE], ids=["one", "three"])


@pytest.fixture(autouse=True)
def usual_form(db, sara) -> None:
    """She is not asked in which form a link is wanted."""
    wants(db, sara.id)


async def goes_on(person) -> list[str]:
    """What the bot has in the chat that speaks of something under way."""
    return [m.text for m in await person.chat() if not m.mine and "In line" in m.text]


async def is_over(bot, person) -> None:
    await until(lambda: not bot.requests() and not bot.status_board.busy)
    assert await goes_on(person) == []


@BOTH
async def test_a_message_that_arrives_after_the_command(bot, tg, sara, text):
    hold = await tg.holds("messages.sendMessage")
    await sara.sends(text)
    await hold.reached()
    bot.intake.cancelling.leave_all(sara.id, chat=sara.id)
    await hold.release()
    await is_over(bot, sara)


@BOTH
async def test_a_message_that_cannot_be_deleted_at_once(bot, tg, sara, text):
    hold = await tg.holds("messages.sendMessage")
    await sara.sends(text)
    await hold.reached()
    await tg.fails("messages.deleteMessages", "FLOOD_WAIT_9")
    bot.intake.cancelling.leave_all(sara.id, chat=sara.id)
    await hold.release()
    await is_over(bot, sara)


@BOTH
async def test_a_message_whose_bot_died_before_it_knew_its_number(settings, db, tg, sara, text):
    async with running(settings) as bot:
        await tg.swallows("messages.sendMessage", done=True)
        await sara.sends(text)
        await sara.sees("In line")
        bot.intake.cancelling.leave_all(sara.id, chat=sara.id)
    async with running(settings) as bot:
        await is_over(bot, sara)


async def test_a_message_of_which_one_link_failed_before(bot, tg, db, sara):
    hold = await tg.holds("messages.sendMessage")
    await sara.sends(THREE)
    await hold.reached()
    Hands(db).fails(Hands(db).claim(), "failed-gone")
    bot.intake.cancelling.leave_all(sara.id, chat=sara.id)
    await hold.release()
    await is_over(bot, sara)
