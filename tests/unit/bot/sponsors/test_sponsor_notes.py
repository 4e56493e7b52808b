"""What sponsors say after a delivery: off at first, in turns, once for each delivery."""

from tests.sandbox.bot_parts import LINK, until, wants


async def got(bot, hands, person, place: int) -> None:
    await person.sends(f"{LINK}?{place}")
    await until(lambda: len(bot.requests()) == 1)
    hands.fetches(hands.claim())
    hands.delivers()
    await until(lambda: not bot.requests())


async def test_texts_follow_deliveries_in_turns_once_an_admin_wants_it(bot, db, olga, sara, hands):
    wants(db, sara.id)
    await got(bot, hands, sara, 1)
    for text in ("Our films\nJoin us https://t.me/our_films", "Plain words"):
        await olga.sends("/sponsor")
        page = await olga.sees("📢 Sponsors", last=True)
        await olga.presses("💬 After a delivery", page)
        page = await olga.sees_edit(page, "What is said to people")
        await olga.presses("➕ Add a text", page)
        await olga.sees_edit(page, "Send the text")
        await olga.sends(text)
        page = await olga.sees(text.partition("\n")[0], last=True)
    await olga.presses("after every 1", page)
    await got(bot, hands, sara, 2)
    note = await sara.sees("Our films")
    assert note.button("Join us")["url"] == "https://t.me/our_films"
    await got(bot, hands, sara, 3)
    await sara.sees("Plain words")
    texts = [one.text for one in await sara.chat()]
    assert texts.count("Our films") == texts.count("Plain words") == 1
