"""Several links of one message come in the usual form."""

from procs.core import clock
from procs.store.people import preferences
from tests.unit.bot.cards.test_card_chat import wanted


async def test_many_links_come_in_the_usual_form(bot, db, sara):
    preferences.change(db, sara.id, "form", "480p", now=clock.now())
    preferences.change_site(db, sara.id, "tube.example", "ask", now=clock.now())
    await sara.sends(" ".join(f"https://tube.example/watch/{n}" for n in range(6)))
    await sara.sees("6 links")
    assert wanted(bot) == [("open", "480p")] * 6
