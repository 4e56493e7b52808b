"""Buttons under a question about unclear words."""

from tests.sandbox.bot_parts import LINK
from tests.sandbox.person import labels


async def test_words_that_exclude_each_other_are_buttons(bot, sara):
    await sara.sends(f"{LINK} mp3 720")
    question = await sara.sees("do not go together")
    assert labels(question) == ["mp3", "720p"]
    await sara.presses("720p", question)
    await sara.sees("In line")
    (request,) = bot.requests()
    assert (request.variant, request.url) == ("720p", LINK)


async def test_a_part_that_was_written_backwards_is_a_button(bot, sara):
    await sara.sends(f"{LINK} 2:05-1:20")
    question = await sara.sees("ends before it begins")
    await sara.presses("1:20-2:05", question)
    await sara.sees("In line")
    assert [one.variant for one in bot.requests()] == ["best@80-125"]


async def test_of_several_links_nobody_knows_which_a_button_would_mean(bot, sara):
    await sara.sends("gif https://example.org/1.mp4 https://example.org/2.mp4")
    assert labels(await sara.sees("gif")) == []
