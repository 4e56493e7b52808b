"""The card of a post of many media: all, one kind alone, one archive, or some."""

import pytest

from procs.records.job import Lane
from tests.sandbox.bot_parts import until
from tests.sandbox.card_parts import PAGE, looks, post

MIXED = ("photo", "video", "photo", "photo")


def wanted(bot):
    return bot.db.all("SELECT state, variant FROM requests ORDER BY id", {})


async def card_of(person, hands, facts):
    sent = await person.sends(PAGE)
    await person.sees(lambda m: m.reply == sent.id)
    assert looks(hands, facts) == 1
    return await person.sees(lambda m: m.reply == sent.id and m.button("ZIP"))


async def test_a_post_of_several_kinds_is_asked_about(bot, hands, sara):
    card = await card_of(sara, hands, post(*MIXED))
    assert card.text.splitlines()[:2] == ["🖼 A day out", "pictures: 3 · films: 1 · tube.example"]
    assert [[button["text"] for button in row] for row in card.buttons] == [
        ["⬇️ All (4)"],
        ["🖼 Only pictures (3)", "🎬 Only films (1)"],
        ["🗜 One ZIP", "☑️ One by one"],
        ["❌ Never mind"],
    ]


@pytest.mark.parametrize(
    ("label", "variant"),
    [
        ("All", "best"),
        ("Only pictures", "best#1,3-4"),
        ("Only films", "best#2"),
        ("ZIP", "zip"),
    ],
)
async def test_a_press_fetches_that_of_it_once_and_without_a_second_look(
    bot, hands, sara, label, variant
):
    card = await card_of(sara, hands, post(*MIXED))
    await sara.presses(label, card)
    assert (await sara.presses("ZIP", card))["text"] == "That is done already."
    assert wanted(bot) == [("open", variant)]
    assert hands.claim(Lane.HEAVY).link.variant == variant


async def test_single_media_are_ticked(bot, hands, sara):
    card = await card_of(sara, hands, post(*MIXED))
    await sara.presses("One by one", card)
    ticks = await sara.sees_edit(card, lambda m: m.button("◻️ 🖼 1."))
    await sara.presses("◻️ 🖼 1.", ticks)
    ticks = await sara.sees_edit(card, lambda m: m.button("Send these 1"))
    await sara.presses("◻️ 🎬 2.", ticks)
    ticks = await sara.sees_edit(card, lambda m: m.button("Send these 2"))
    await sara.presses("Send these 2", ticks)
    await until(lambda: wanted(bot) == [("open", "best#1-2")])


@pytest.mark.parametrize(("kinds", "asked"), [(["photo"] * 5, 0), (["photo"] * 6, 1)])
async def test_only_a_post_of_many_pictures_is_asked_about(bot, hands, sara, kinds, asked):
    sent = await sara.sends(PAGE)
    await sara.sees(lambda m: m.reply == sent.id)
    assert looks(hands, post(*kinds)) == asked


async def test_a_post_of_more_than_is_taken_at_once_says_from_where_on_there_is_more(
    bot, hands, sara
):
    card = await card_of(sara, hands, post(*(["photo"] * 30), more=True))
    assert card.button("The first 30")
    assert "There is more in this post" in card.text
    assert "from 31 on" in card.text
