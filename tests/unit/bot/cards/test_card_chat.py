"""A card in a chat: a link turns into a question, and a press into work."""

from dataclasses import replace

import pytest

from procs.core import clock
from procs.records.card_values import CardTerms
from procs.records.job import Ask, Lane, Media, Part, Reference
from procs.records.job import Person as Known
from procs.store.media import references
from procs.store.people import preferences
from procs.store.requests import requests
from procs.store.requests.buttons import LASTS
from procs.telegram.chat.inbound import Press
from procs.wishes.grammar import link
from tests.sandbox.bot_parts import LINK, running, until
from tests.sandbox.card_parts import GIB, PAGE, form, looks, told
from tests.unit.persian_ali import ali

__all__ = ["ali"]


def wanted(bot):
    """State and variant of each request."""
    return bot.db.all("SELECT state, variant FROM requests ORDER BY id", {})


async def card_of(person, hands, facts=None, words=""):
    sent = await person.sends(f"{PAGE} {words}".strip())
    await person.sees(lambda m: m.reply == sent.id)
    looks(hands, facts or told())
    return await person.sees(lambda m: m.reply == sent.id and m.button("720p"))


def is_kept(hands, variant):
    """The page's media is with Telegram in a form."""
    (page,) = link.parse(PAGE).links
    part = Part(Reference("document", 1, 2, "ab"), "video", "clip.mp4", 3)
    media = Media(page.key, variant, "A clip", page.site, page.url, (part,))
    references.save(hands.db, media, keys={page.key}, now=clock.now())


async def test_a_link_with_a_choice_becomes_a_card_in_its_status_message(bot, hands, sara):
    card = await card_of(sara, hands)

    assert "How lighthouses work" in card.text
    assert "Harbour Films · 12:34 · tube.example" in card.text
    assert [b["text"] for b in card.buttons[0]] == ["2160p · 3 GB ✂️×2", "1440p · 1.2 GB"]
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


async def test_a_part_is_asked_for_and_the_next_text_answers(bot, hands, sara):
    card = await card_of(sara, hands)
    await sara.presses("A part", card)
    asking = await sara.sees_edit(card, "Which part?")
    assert asking.button("2. The lens · 2:00")

    await sara.sends("1:20-2:05")

    set_ = await sara.sees_edit(card, "Part: 1:20–2:05")
    assert set_.button("360p").get("text") == "360p · 3.5 MB"
    await sara.presses("360p", set_)
    await until(lambda: wanted(bot) == [("open", "360p@80-125")])


@pytest.mark.parametrize(("text", "told_"), [("haha", "can read"), ("50:00-51:00", "12:34 long")])
async def test_a_text_that_is_no_part_of_it_is_told_so_and_asked_for_again(
    bot, hands, sara, text, told_
):
    card = await card_of(sara, hands)
    await sara.presses("A part", card)
    await sara.sees_edit(card, "Which part?")
    await sara.sends(text)
    await sara.sees(told_)
    await sara.sends("1:20-2:05")
    await sara.sees_edit(card, "Part: 1:20–2:05")


async def test_a_chapter_is_a_part(bot, hands, sara):
    card = await card_of(sara, hands)
    await sara.presses("A part", card)
    page = await sara.sees_edit(card, "Which part?")
    await sara.presses("The lens", page)
    page = await sara.sees_edit(card, "Part: 2:00–6:40")
    await sara.presses("mp3", page)
    await until(lambda: wanted(bot) == [("open", "mp3@120-400")])


@pytest.mark.parametrize(
    ("place", "then", "variant"),
    [("As a file", "", "subs:fa"), ("Inside the film", "480p", "480p+subs:fa")],
)
async def test_subtitles_go_inside_or_come_alone(bot, hands, sara, place, then, variant):
    card = await card_of(sara, hands)
    await sara.presses("Subtitles", card)
    page = await sara.sees_edit(card, "which language")
    await sara.presses("Persian", page)
    page = await sara.sees_edit(card, "inside the film, or")
    await sara.presses(place, page)
    if then:
        page = await sara.sees_edit(card, "Subtitles inside: Persian")
        await sara.presses(then, page)
    await until(lambda: wanted(bot) == [("open", variant)])


async def test_the_sound_comes_in_the_language_that_was_pressed(bot, hands, sara):
    card = await card_of(sara, hands)
    await sara.presses("🔊", card)
    page = await sara.sees_edit(card, "which language")
    await sara.presses("German", page)
    page = await sara.sees_edit(card, "Sound: German")
    await sara.presses("480p", page)
    await until(lambda: wanted(bot) == [("open", "480p+sound:de")])


async def test_what_is_remembered_comes_without_a_card_the_next_time(bot, hands, sara):
    card = await card_of(sara, hands)
    await sara.presses("☑️", card)
    page = await sara.sees_edit(card, "I'll remember what you choose")
    told_ = await sara.presses("360p", page)
    assert "from now on for tube.example" in told_["text"]
    await sara.sends("https://tube.example/watch/8")
    await until(lambda: wanted(bot)[1:] == [("open", "360p")])


async def test_a_refused_quality_says_why_and_does_nothing(bot, hands, sara):
    card = await card_of(sara, hands, told(refused=[form("2160p", 31 * GIB, parts=17)], **FEWER))
    told_ = await sara.presses("🔒", card)
    assert (told_["text"], told_["alert"]) == (
        "2160p is 31 GB; the most I may send of one media is 2 GB.",
        True,
    )
    assert wanted(bot) == [("choosing", "look")]


async def test_a_card_that_is_not_wanted_says_so_and_asks_no_more(bot, hands, sara):
    card = await card_of(sara, hands)
    await sara.presses("❌", card)
    await sara.sees_edit(card, "Cancelled.")
    token = card.button("480p")["data"]
    await bot.intake.on_press(Press(1, Known(sara.id, "en"), sara.id, 0, card.id, token))
    assert wanted(bot) == [("cancelled", "look")]


async def test_who_does_not_choose_in_time_gets_the_usual_form(bot, hands, db, sara):
    preferences.change(db, sara.id, "card_timeout", 1, now=clock.now())
    card = await card_of(sara, hands)
    assert "If you don't choose within 1 second, I send best." in card.text
    await until(lambda: wanted(bot) == [("open", "best")])


async def test_a_choice_that_is_here_already_comes_at_once_and_the_card_goes(bot, hands, sara):
    is_kept(hands, "720p")
    card = await card_of(sara, hands)
    await sara.presses("⚡", card)
    hands.delivers()
    await sara.sees_gone(card)
    assert wanted(bot) == [("delivered", "720p")]


async def test_what_is_kept_can_be_fetched_anew(bot, hands, sara):
    is_kept(hands, "720p")
    card = await card_of(sara, hands)
    await sara.presses("Fetch anew", card)
    page = await sara.sees_edit(card, "I fetch it anew")
    await sara.presses("720p", page)
    assert hands.claim(Lane.HEAVY).link.variant == "720p"


async def test_the_usual_form_that_is_here_comes_without_a_card(bot, hands, sara):
    is_kept(hands, "best")
    await sara.sends(PAGE)
    await until(lambda: len(wanted(bot)) == 1)
    hands.delivers()
    assert wanted(bot) == [("delivered", "best")]


async def test_a_second_person_is_asked_without_a_second_look(bot, hands, sara, ali):
    await card_of(sara, hands)
    sent = await ali.sends(PAGE)
    card = await ali.sees(lambda m: m.reply == sent.id and m.button("480p"))
    assert "کدومش رو بفرستم" in card.text
    assert (await sara.history())[-1].buttons[0][0]["data"] != card.buttons[0][0]["data"]


async def test_somebody_elses_card_cannot_be_pressed(bot, hands, sara, ali):
    card = await card_of(sara, hands)
    token = card.button("480p")["data"]
    await bot.intake.on_press(Press(1, Known(ali.id, "en"), sara.id, 0, card.id, token))
    assert wanted(bot) == [("choosing", "look")]


async def test_a_card_is_written_by_the_bot_that_starts_after_the_look(settings, db, hands, sara):
    async with running(settings):
        sent = await sara.sends(PAGE)
        await sara.sees(lambda m: m.reply == sent.id)
    looks(hands, told())
    async with running(settings) as bot:
        card = await sara.sees(lambda m: m.reply == sent.id and m.button("480p"))
        await sara.presses("480p", card)
        assert wanted(bot) == [("open", "480p")]
    assert len([m for m in await sara.history() if not m.mine and not m.deleted]) == 1


async def test_a_word_alone_is_a_choice_from_the_card(bot, hands, sara):
    card = await card_of(sara, hands)
    await sara.sends("mp3")
    await sara.sees(lambda m: m.id == card.id and "In line" in m.text)
    assert wanted(bot) == [("open", "mp3")]


async def test_an_old_button_is_answered_with_a_fresh_one_that_needs_no_link(bot, hands, db, sara):
    card = await card_of(sara, hands)
    with db.write():
        db.change("UPDATE buttons SET expires_at = expires_at - :day", {"day": LASTS + 1})
    told_ = await sara.presses("480p", card)
    assert "too old" in told_["text"]
    assert wanted(bot) == [("choosing", "look")]
    again = await sara.sees(lambda m: m.button("Ask again"))
    await sara.presses("Ask again", again)
    assert wanted(bot) == [("open", "480p")]


async def test_a_part_of_what_has_no_chapters_is_asked_for_in_words(bot, hands, sara):
    card = await card_of(sara, hands, told(chapters=[]))
    await sara.presses("A part", card)
    await sara.sees_edit(card, "like 1:20-2:05")


async def test_a_film_that_others_would_not_be_asked_about_is_asked_about_who_insists(db, hands):
    (page,) = link.parse(PAGE).links
    ask = Ask(7, 7, 1, 0, replace(page, variant="look"), card=CardTerms("best", -1.0))
    requests.submit(db, [ask], now=clock.now())
    assert looks(hands, told(choices=told()["choices"][3:4], subtitles=[], sounds=[])) == 1


#: Of a film with fewer qualities, so that there is room for what is not allowed.
FEWER = {"choices": told()["choices"][2:]}
