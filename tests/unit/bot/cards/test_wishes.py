"""Wishes in a chat: what is not clear is asked about, and a word alone is about the last link."""

import pytest

from procs.core import clock
from procs.records.job import Lane
from tests.sandbox.bot_parts import LINK, Bot, Hands, until
from tests.store_acts import listed
from tests.unit.persian_ali import ali

__all__ = ["ali"]


def asked(bot: Bot) -> list[tuple[str, str]]:
    """What is asked for at the moment: the end of each address, and the variant."""
    rows = bot.db.all("SELECT url, variant FROM requests WHERE state = 'open' ORDER BY id", {})
    return [(url.rpartition("/")[2], variant) for url, variant in rows]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"{LINK} 8k", "“8k”"),
        (f"{LINK} gif please", "“gif”"),
        (f"mp3 {LINK} 720", "do not go together"),
        (f"{LINK} 2:05-1:20", "ends before it begins"),
        (f"{LINK} 1:20", "from where to where"),
        (f"{LINK} last 30 seconds", "can't count from the end"),
        (f"{LINK} subs klingon", "“subs klingon”"),
    ],
)
async def test_what_is_not_clear_is_asked_about_and_not_delivered(bot, sara, text, told):
    sent = await sara.sends(text)
    question = await sara.sees(told)
    assert question.reply == sent.id
    assert "\n" not in question.text
    await bot.rests()
    assert asked(bot) == []


async def test_an_answer_to_the_question_is_about_its_link(bot, ali):
    await ali.sends(f"{LINK} کیفیت متوسط")
    await ali.sees("کیفیت متوسط")
    await ali.sends("۷۲۰ لطفا")
    await ali.sees("در صف")
    assert asked(bot) == [("clip.mp4", "720p")]


async def test_an_answer_that_is_not_clear_is_asked_about_again(bot, sara):
    await sara.sends(f"{LINK} 8k")
    await sara.sees("8k")
    await sara.sends("gif")
    await sara.sees("gif")
    await sara.sends("best")
    await sara.sees("In line")
    assert asked(bot) == [("clip.mp4", "best")]


async def test_a_word_alone_after_a_link_means_that_link(bot, sara):
    await sara.sends("https://example.org/old.mp4")
    await sara.sees("old.mp4")
    await sara.sends(LINK)
    await sara.sees("clip.mp4")
    word = await sara.sends("mp3")
    await sara.sees(lambda m: m.reply == word.id and "In line" in m.text)
    assert asked(bot) == [("old.mp4", "best"), ("clip.mp4", "best"), ("clip.mp4", "mp3")]


async def test_a_word_alone_after_several_links_means_them_all(bot, sara):
    await sara.sends("https://example.org/1 https://example.org/2")
    await until(lambda: len(asked(bot)) == 2)
    await sara.sends("audio only please")
    await until(lambda: len(asked(bot)) == 4)
    assert asked(bot)[2:] == [("1", "audio"), ("2", "audio")]


async def test_several_links_with_one_wish_are_asked_about_once(bot, sara, tg):
    await sara.sends("8k\nhttps://example.org/1\nhttps://example.org/2")
    await sara.sees("“8k”")
    await sara.sends("flac")
    await sara.sees("“flac”")
    await bot.rests()
    assert len(await tg.calls("messages.sendMessage")) == 2
    await sara.sends("mp3")
    await until(lambda: asked(bot) == [("1", "mp3"), ("2", "mp3")])


async def test_an_answer_is_about_the_links_that_were_asked_about(bot, sara):
    await sara.sends("https://example.org/1 mp3\nhttps://example.org/2 8k")
    await sara.sees("“8k”")
    await sara.sends("720")
    await until(lambda: asked(bot) == [("1", "mp3"), ("2", "720p")])


async def test_a_second_word_is_about_the_same_link(bot, sara):
    await sara.sends(LINK)
    await sara.sends("mp3")
    await sara.sends("480")
    await until(lambda: len(asked(bot)) == 3)
    assert asked(bot)[1:] == [("clip.mp4", "mp3"), ("clip.mp4", "480p")]


async def test_a_word_without_any_link_is_asked_about(bot, sara):
    await sara.sends("mp3")
    assert "“mp3” for which link" in (await sara.sees("which link")).text


async def test_a_word_is_not_about_somebody_elses_link(bot, sara, ali):
    await ali.sends(LINK)
    await ali.sees("در صف")
    await sara.sends("mp3")
    await sara.sees("which link")
    assert len(asked(bot)) == 1


async def test_talk_after_a_link_is_no_wish(bot, sara):
    await sara.sends(LINK)
    await sara.sees("In line")
    await sara.sends("this is what I meant, haha")
    await sara.sees("no link")
    assert len(asked(bot)) == 1


async def test_a_choice_is_of_the_list_that_was_shown(bot, db, sara):
    hands = Hands(db)
    await sara.sends("https://example.org/feed list")
    await sara.sees("In line")
    listed(db, hands.claim(Lane.LOOK), FEED, title="A feed", now=clock.now())
    await sara.sends(LINK)
    await sara.sees("clip.mp4")
    await sara.sends("1-2 mp3")
    await until(lambda: len(asked(bot)) == 2)
    assert asked(bot)[1] == ("feed", "mp3#1-2")


FEED = (
    '{"kind": "list", "title": "A feed", "count": 2, "more": false, "most": 50, "page": 1,'
    ' "entries": []}'
)


async def test_an_unknown_command_with_a_link_is_about_the_link(bot, sara):
    await sara.sends(f"/dl {LINK} mp3")
    await sara.sees("In line")
    assert asked(bot) == [("clip.mp4", "mp3")]
