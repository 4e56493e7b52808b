"""Buttons under media in a group: what a press brings, and where."""

from procs.core import clock
from procs.records import press_actions
from procs.records.job import Lane
from procs.store.jobs import outcomes
from procs.store.requests import buttons, requests
from procs.store.requests.allowances import Allowance
from procs.store.requests.buttons import ButtonMeaning
from procs.telegram.chat.sender import OutgoingMessage
from procs.texts import i18n
from tests.sandbox.bot_parts import running, until
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


async def test_a_group_with_a_limit_is_given_another_form_until_it_is_full(
    settings, db, hands, sara, tg
):
    group = await tg.group("Club", sara, bot="admin")
    here = sara.at(group)
    async with running(settings, allowance=Allowance(most=5, group=1)) as bot:
        await here.sees_reaction(await here.sends(f"/dl {PAGE}"), "👀")
        hands.fetches(hands.claim())
        lease = hands.claim(Lane.LIGHT)
        meanings = [
            ButtonMeaning(
                *(sara.id, group.chat_id, press_actions.AGAIN, {"variant": form}),
                lease.delivery.request,
            )
            for form in ("mp3", "480p")
        ]
        mp3, film = buttons.mint(bot.db, meanings, now=clock.now())
        row = [("mp3", f"b:{mp3}"), ("480p", f"b:{film}")]
        text = OutgoingMessage(group.chat_id, 0, "A film", 7, 0, [row])
        await bot.intake.replies.send(text)
        shown = await here.sees("A film")
        full = i18n.say("en", "refused-group-full", most=1)
        assert (await here.presses("mp3", shown))["text"] == full
        outcomes.finish_delivery(
            bot.db, lease, lease.delivery.request, worker="w00-1", now=clock.now()
        )
        assert (await here.presses("mp3", shown))["text"] == "On it."
        assert (await here.presses("480p", shown))["text"] == full
