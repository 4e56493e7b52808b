"""Several links of one message: asked about in their one status message, or in the usual form."""

import pytest

from procs.core import clock
from procs.records.job import Lane
from procs.store.people import preferences
from procs.texts import i18n
from tests.sandbox.bot_parts import until
from tests.sandbox.card_parts import looks, told
from tests.unit.bot.cards.test_card_chat import wanted

THREE = " ".join(f"https://tube.example/watch/{n}" for n in (1, 2, 3))


@pytest.fixture(params=["en", "fa"])
async def mina(request, tg):
    person = await tg.person("Mina", language=request.param)
    return request.param, person


def labels(message):
    return [[one["text"] for one in row] for row in message.buttons]


async def asked(hands, person):
    """The status message of three films, each of which has a choice."""
    sent = await person.sends(THREE)
    status = await person.sees(lambda m: m.reply == sent.id)
    for n in (1, 2, 3):
        looks(hands, told(title=f"Film {n}", key=f"tube:{n}"))
    return await person.sees_edit(status, lambda m: m.button("🎛 3") or m.button("🎛 ۳"))


async def test_many_links_come_in_the_usual_form(bot, db, sara):
    preferences.change(db, sara.id, "form", "480p", now=clock.now())
    preferences.change_site(db, sara.id, "tube.example", "ask", now=clock.now())
    await sara.sends(" ".join(f"https://tube.example/watch/{n}" for n in range(6)))
    await sara.sees("6 links")
    assert wanted(bot) == [("open", "480p")] * 6


async def test_a_few_links_have_one_message_with_a_button_for_the_card_of_each(bot, hands, sara):
    status = await asked(hands, sara)
    assert labels(status) == [
        ["🎛 1", "🎛 2", "🎛 3"],
        ["⬇️ All in my usual form"],
        ["❌ Cancel all"],
    ]
    assert "2. 🎛 Film 2 · choose its form" in status.text
    await until(lambda: not bot.requests())
    assert len([m for m in await sara.chat() if not m.mine]) == 1


async def test_a_number_opens_the_card_of_its_link_below_and_no_site_is_asked(bot, hands, sara):
    status = await asked(hands, sara)
    await sara.presses("🎛 2", status)
    card = await sara.sees(lambda m: m.id != status.id and m.button("480p"))
    assert "Film 2" in card.text
    seen = await sara.sees_edit(status, "its card is below")
    assert not seen.button("🎛 2")
    assert "2. 🎛 Film 2 · its card is below" in seen.text
    await sara.presses("480p", card)
    lease = hands.claim(Lane.HEAVY)
    assert (lease.link.url, lease.link.variant) == ("https://tube.example/watch/2", "480p")
    assert [state for state, _ in wanted(bot)].count("open") == 1


async def test_the_message_goes_when_each_link_has_its_own(bot, hands, sara):
    status = await asked(hands, sara)
    for n in (1, 2, 3):
        await sara.presses(f"🎛 {n}", status)
        await sara.sees(lambda m, n=n: m.id != status.id and f"Film {n}" in m.text)
    await sara.sees_gone(status)


async def test_one_button_takes_the_usual_form_of_all(bot, hands, mina):
    language, person = mina
    status = await asked(hands, person)
    await person.presses(i18n.say(language, "usual-all-button"), status)
    assert wanted(bot) == [("open", "best")] * 3
    await person.sees_edit(status, lambda m: m.button(f"❌ {i18n.number(language, 2)}"))


async def test_a_word_is_the_choice_of_all_that_are_asked_about(bot, hands, sara):
    status = await asked(hands, sara)
    await sara.sends("mp3")
    await until(lambda: wanted(bot) == [("open", "mp3")] * 3)
    await sara.sees_edit(status, lambda m: m.text.count("⏳") or m.text.count("🔎"))


async def test_all_are_cancelled_at_once(bot, hands, sara):
    status = await asked(hands, sara)
    await until(lambda: not bot.requests())
    await sara.presses("Cancel all", status)
    seen = await sara.sees_edit(status, lambda m: m.text.count("🚫") == 3)
    assert seen.buttons == []
