"""A sponsor from its first day on, through the real client."""

from procs.store.sponsors import held_messages, sponsor_rows
from tests.sandbox.bot_parts import LINK, until, wants
from tests.sandbox.person import labels


async def opened(owner):
    await owner.sends("/sponsor")
    return await owner.sees("📢 Sponsors", last=True)


async def test_a_link_waits_until_its_person_joined_and_goes_on_by_itself(
    bot, db, tg, olga, sara, channel
):
    news = await channel("Film News", "film_news_tg")
    page = await opened(olga)
    await olga.presses("➕ Add a sponsor", page)
    await olga.sees_edit(page, "Which channel or group?")
    await olga.sends("@film_news_tg")
    await olga.sees("Film News is a sponsor now")
    (sponsor,) = sponsor_rows.listed(db)
    assert sponsor.own

    wants(db, sara.id)
    await sara.sends(LINK)
    asked = await sara.sees("please join this first")
    assert labels(asked) == ["🔗 Film News", "✅ I joined"]
    too_early = await sara.presses("✅ I joined", asked)
    assert too_early == {"text": "Still missing: Film News", "alert": True, "url": ""}
    assert not bot.requests()

    await sara.follows(asked.button("🔗 Film News")["url"])
    await sara.sees_edit(asked, "Thank you!")
    await until(bot.requests)
    assert len(bot.requests()) == 1
    await until(lambda: not held_messages.people(db))
    assert (await news.links_in())[sponsor.link]["usage"] == 1

    await opened(olga)
    await olga.sees("shown 1 → pressed 1 → joined 1 → there after 24 h 0")
