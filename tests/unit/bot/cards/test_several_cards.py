"""Several links of one message, whose person wants to be asked: a card for each, of a few."""

from procs.core import clock
from procs.store.people import preferences
from tests.sandbox.bot_parts import until
from tests.sandbox.card_parts import PAGE, looks, told
from tests.unit.bot.cards.test_card_chat import wanted

OTHER = "https://tube.example/watch/8"


async def cards_of(person, hands):
    sent = await person.sends(f"{PAGE} {OTHER}")
    for title in ("The first", "The second"):
        await until(lambda: hands.db.one("SELECT 1 FROM jobs WHERE lane = 2 AND state = 0", {}))
        looks(hands, told(title=title, key=""))
        await person.sees(lambda m, t=title: m.reply == sent.id and t in m.text and m.buttons)
    return [m for m in await person.history() if m.button("480p")]


async def test_each_of_two_links_has_a_card_of_its_own(bot, hands, sara):
    first, second = await cards_of(sara, hands)
    await sara.presses("480p", first)
    await sara.presses("mp3", second)
    assert wanted(bot) == [("open", "480p"), ("open", "mp3")]


async def test_a_word_alone_is_the_choice_for_all_of_them(bot, hands, sara):
    await cards_of(sara, hands)
    await sara.sends("360p")
    await until(lambda: wanted(bot) == [("open", "360p")] * 2)


async def test_many_links_come_in_the_usual_form(bot, db, sara):
    preferences.change(db, sara.id, "form", "480p", now=clock.now())
    preferences.change_site(db, sara.id, "tube.example", "ask", now=clock.now())
    await sara.sends(" ".join(f"https://tube.example/watch/{n}" for n in range(6)))
    await sara.sees("6 links")
    assert wanted(bot) == [("open", "480p")] * 6
