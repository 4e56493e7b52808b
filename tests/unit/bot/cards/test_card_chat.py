"""A card in a chat: a link turns into a question, and a press into work."""

import pytest

from procs.core import clock
from procs.records.job import Lane
from procs.store.people import preferences
from tests.sandbox.bot_parts import LINK, until
from tests.sandbox.card_parts import PAGE, looks, song, told
from tests.unit.persian_ali import ali

__all__ = ["ali"]


def wanted(bot):
    """State and variant of each request."""
    return bot.db.all("SELECT state, variant FROM requests ORDER BY id", {})


async def card_of(person, hands, facts=None):
    sent = await person.sends(PAGE)
    await person.sees(lambda m: m.reply == sent.id)
    looks(hands, facts or told())
    return await person.sees(lambda m: m.reply == sent.id and m.button("720p"))


async def test_a_link_with_a_choice_becomes_a_card_in_its_status_message(bot, hands, sara):
    card = await card_of(sara, hands)

    assert "How lighthouses work" in card.text
    assert "Harbour Films · 12:34 · tube.example" in card.text
    assert [[b["text"] for b in row] for row in card.buttons][0] == [
        "2160p · 3 GB ✂️×2",
        "1440p · 1.2 GB",
    ]
    await bot.rests()
    assert len([m for m in await sara.history() if not m.mine]) == 1


async def test_a_press_fetches_that_form_and_its_second_press_nothing(bot, hands, sara):
    card = await card_of(sara, hands)

    first = await sara.presses("480p", card)
    second = await sara.presses("1080p", card)

    assert first["text"] == "480p: on it."
    assert second["text"] == "That is done already."
    assert wanted(bot) == [("open", "480p")]
    assert hands.claim(Lane.HEAVY).link.variant == "480p"


async def test_the_card_says_what_happens_after_a_press(bot, hands, sara):
    card = await card_of(sara, hands)
    await sara.presses("480p", card)
    await sara.sees(lambda m: m.id == card.id and "In line" in m.text)


async def test_a_link_to_a_plain_file_is_fetched_without_a_look(bot, sara):
    await sara.sends(LINK)
    await sara.sees("In line")
    assert wanted(bot) == [("open", "best")]


@pytest.mark.parametrize("words", ["best", "mp3", "720"])
async def test_words_after_the_link_have_chosen_already(bot, sara, words):
    await sara.sends(f"{PAGE} {words}")
    await sara.sees("In line")
    (found,) = wanted(bot)
    assert found[1].startswith(words)


async def test_what_has_no_choice_is_fetched_after_the_look(bot, hands, sara):
    facts = told(choices=told()["choices"][3:4], subtitles=[], chapters=[], sounds=[])
    await sara.sends(PAGE)
    await sara.sees("In line")
    assert looks(hands, facts) == 0
    assert wanted(bot) == [("open", "best")]
    assert hands.claim(Lane.HEAVY).link.variant == "best"
