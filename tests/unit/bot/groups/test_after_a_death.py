"""What a fresh bot says at once to all who wrote while there was none."""

from tests.sandbox.bot_parts import running, until, wants
from tests.sandbox.earlier_sign_in import sign_in_before
from tests.sandbox.storm_limits import tighten

#: So many that messages alone are as many as the budget lets go in their second.
GROUPS, PEOPLE = 12, 40


async def test_its_answers_and_reactions_together_are_no_more_than_telegram_takes(tg, settings, db):
    people = [await tg.person(f"P{n}") for n in range(PEOPLE)]
    inside = [one.at(await tg.group(f"G{one.id}", one)) for one in people[:GROUPS]]
    await sign_in_before(tg, settings, "bot")
    async with running(settings) as bot:
        for one in inside:
            await one.sends("/dl https://example.org/before")
        await until(lambda: len(bot.requests()) == GROUPS)
        await bot.rests()
    for one in people:
        wants(db, one.id)
        await one.sends("https://example.org/meanwhile")
    for one in inside:
        await one.sends("/dl https://example.org/meanwhile")
    await tighten(tg)

    async with running(settings) as bot:
        await until(lambda: len(bot.requests()) == GROUPS + PEOPLE + GROUPS)
        await bot.rests()

        calls = await tg.calls("messages.send*")
    assert [call["beside"] for call in calls if call["beside"] and not call["bunched"]] == []
    assert len({call["peer"] for call in calls if call["result"] == "ok"}) == PEOPLE + GROUPS
