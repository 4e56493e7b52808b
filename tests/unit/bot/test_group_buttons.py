"""Buttons under media in a group: what a press brings, and where."""

from procs.core import clock
from procs.records import press_actions
from procs.records.job import Lane
from procs.store.requests import buttons, requests
from procs.store.requests.buttons import ButtonMeaning
from procs.telegram.chat.sender import OutgoingMessage
from tests.sandbox.bot_parts import until
from tests.sandbox.card_parts import PAGE


async def test_another_form_is_asked_for_in_the_topic_and_the_way_of_the_first(
    bot, hands, sara, tg
):
    """Not by a status message outside of every topic, where the group wants a reaction."""
    forum = await tg.group("Forum", sara, bot="admin", forum=True)
    topic = await forum.opens_topic("Films", sara)
    here = sara.at(forum, topic)
    await here.sees_reaction(await here.sends(f"/dl {PAGE}"), "👀")
    hands.fetches(hands.claim())
    first = hands.claim(Lane.LIGHT).delivery.request
    data = {"variant": "mp3"}
    meaning = ButtonMeaning(sara.id, forum.chat_id, press_actions.AGAIN, data, first)
    (token,) = buttons.mint(bot.db, [meaning], now=clock.now())
    button = [("mp3", f"b:{token}")]
    film = OutgoingMessage(forum.chat_id, 0, "A film", 7, 0, button, topic)
    await bot.intake.replies.send(film)

    await here.presses("mp3", await here.sees("A film"))

    lease = hands.claim()
    (again,) = [one for one in bot.requests() if one.variant == "mp3"]
    await until(lambda: requests.order(bot.db, again.request).topic == topic)
    assert again.reaction
    assert lease.link.variant == "mp3"
    await bot.rests()
    assert [m.text for m in await here.chat() if not m.mine] == ["A film"]
