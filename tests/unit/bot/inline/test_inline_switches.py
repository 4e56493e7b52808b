"""What is switched at BotFather, as the bot finds it and the checks tell it."""

import pytest

from daemon.checks.botfather_switches import inline_complaints
from tests.sandbox.bot_parts import LINK, running, until


async def test_inline_mode_that_is_off_is_named_with_its_fix(tg, settings, db):
    await tg.botfather(inline=False)
    async with running(settings) as bot:
        await bot.intake.inline.note_switch()
    (said,) = inline_complaints(db)
    assert "/setinline" in said


@pytest.mark.parametrize(("feedback", "hints"), [(True, 0), (False, 1)])
async def test_feedback_is_known_by_what_happens(tg, bot, db, with_sara, feedback, hints):
    await tg.botfather(feedback=feedback)
    await bot.intake.inline.note_switch()
    sent = await with_sara.chooses((await with_sara.inline(LINK))[0])
    if not feedback:
        await with_sara.presses("Fetch it", sent)
    await until(lambda: db.one("SELECT 1 FROM requests WHERE inline_message IS NOT NULL"))
    await bot.rests()

    said = inline_complaints(db)
    assert (len(said), all("/setinlinefeedback" in one for one in said)) == (hints, True)
