"""Subtitles and files that people want always: obeyed by the usual form, and set on their cards."""

import pytest

from procs.core import clock
from procs.errors import Gone
from procs.records.job import Lane
from procs.store.people import preferences
from tests.sandbox.bot_parts import until
from tests.sandbox.card_parts import PAGE, looks, playlist, told
from tests.unit.bot.cards.test_card_chat import card_of, is_kept, wanted
from tests.unit.bot.cards.test_list_chat import card_of as list_card
from tests.unit.bot.cards.test_list_chat import taken


def sets(db, person, **values):
    for name, value in values.items():
        preferences.change(db, person.id, name, value, now=clock.now())


@pytest.mark.parametrize(
    ("set_", "variant"),
    [
        ({"subtitles": ["fa", "en"]}, "720p+subs:fa"),
        ({"subtitles": ["it", "en"]}, "720p+subs:en"),
        ({"subtitles": ["it"]}, "720p"),
        ({"subtitles": ["fa"], "subtitles_place": "beside"}, "720p+srt:fa"),
        ({"subtitles": ["fa"], "as_file": True}, "720p+file+srt:fa"),
        ({"as_file": True}, "720p+file"),
    ],
)
async def test_a_fixed_form_comes_as_its_person_wants_subtitles_and_files(
    bot, hands, db, sara, set_, variant
):
    sets(db, sara, form="720p", **set_)
    await sara.sends(PAGE)
    await sara.sees("In line")
    if "subtitles" in set_:
        assert looks(hands, told()) == 0
    await until(lambda: wanted(bot) == [("open", variant)])
    assert hands.claim(Lane.HEAVY).link.variant == variant


async def test_words_behind_a_link_leave_the_subtitles_open(bot, hands, db, sara):
    sets(db, sara, subtitles=["en"])
    await sara.sends(f"{PAGE} 480p")
    await sara.sees("In line")
    looks(hands, told())
    assert wanted(bot) == [("open", "480p+subs:en")]


@pytest.mark.parametrize(
    ("set_", "words", "variant"),
    [
        ({}, "480p without subs", "480p"),
        ({}, "۴۸۰ بدون زیرنویس", "480p"),
        ({"form": "720p"}, "no subs", "720p"),
        ({"form": "720p"}, "زیرنویس نمی‌خوام", "720p"),
        ({"as_file": True}, "480p without subs", "480p+file"),
    ],
)
async def test_words_leave_subtitles_out_that_are_wanted_always(
    bot, hands, db, sara, set_, words, variant
):
    sets(db, sara, subtitles=["en"], **set_)
    await sara.sends(f"{PAGE} {words}")
    await sara.sees("In line")
    assert looks(hands, told()) == 0
    assert wanted(bot) == [("open", variant)]


async def test_subtitles_are_left_out_of_a_list_that_nothing_was_chosen_from(bot, hands, db, sara):
    sets(db, sara, subtitles=["fa"])
    sent = await sara.sends(f"{PAGE} 720p without subs")
    await sara.sees("In line")
    looks(hands, playlist(3))
    card = await sara.sees(lambda m: m.reply == sent.id and m.button("⬇️"))
    await sara.presses("All (3)", card)
    assert [variant for _, variant in taken(bot)] == ["720p"] * 3


async def test_another_form_on_such_a_card_has_no_subtitles_either(bot, hands, db, sara):
    sets(db, sara, subtitles=["fa"])
    card = await list_card(sara, hands, playlist(2), words="without subtitles")
    await sara.presses("Form", card)
    await sara.presses("1080p", await sara.sees_edit(card, "In which form"))
    await sara.presses("All (2)", await sara.sees_edit(card, "Each comes as: 1080p"))
    assert [variant for _, variant in taken(bot)] == ["1080p"] * 2


async def test_what_failed_of_such_a_list_comes_without_subtitles_the_second_time(
    bot, hands, db, sara
):
    sets(db, sara, subtitles=["fa"])
    card = await list_card(sara, hands, playlist(1), words="720p without subtitles")
    await sara.presses("All (1)", card)
    hands.fails(hands.claim(), Gone.say)
    over = await sara.sees(lambda m: m.button("🔁"))
    await sara.presses("🔁", over)
    assert [variant for _, variant in taken(bot)] == ["720p"] * 2


async def test_an_address_that_names_one_media_needs_no_look_to_come_without_subtitles(
    bot, db, sara
):
    sets(db, sara, subtitles=["en"])
    await sara.sends("https://youtu.be/dQw4w9WgXcQ 480p without subs")
    await sara.sees("In line")
    assert wanted(bot) == [("open", "480p")]


async def test_a_card_begins_without_subtitles_where_the_words_say_so(bot, hands, db, sara):
    sets(db, sara, subtitles=["en"])
    card = await card_of(sara, hands, words="without subtitles")
    assert "Subtitles inside" not in card.text
    await sara.presses("480p", card)
    assert wanted(bot) == [("open", "480p")]


async def test_a_word_switches_the_subtitles_of_a_card_off(bot, hands, db, sara):
    sets(db, sara, subtitles=["en"])
    card = await card_of(sara, hands)
    await sara.sends("without subs")
    card = await sara.sees(lambda m: m.id == card.id and "Subtitles inside" not in m.text)
    await sara.presses("480p", card)
    assert wanted(bot) == [("open", "480p")]


async def test_entries_come_without_subtitles_where_the_words_say_so(bot, hands, db, sara):
    sets(db, sara, subtitles=["fa"])
    card = await list_card(sara, hands, playlist(2))
    await sara.sends("720p no subs")
    card = await sara.sees_edit(card, "without subtitles")
    await sara.presses("All (2)", card)
    assert [variant for _, variant in taken(bot)] == ["720p"] * 2


async def test_a_sound_that_was_asked_for_has_no_subtitles_and_needs_no_look(bot, db, sara):
    sets(db, sara, subtitles=["en"])
    await sara.sends(f"{PAGE} mp3")
    await sara.sees("In line")
    assert wanted(bot) == [("open", "mp3")]


async def test_what_is_kept_with_the_wanted_subtitles_comes_at_once(bot, hands, db, sara):
    sets(db, sara, subtitles=["it", "fa"])
    is_kept(hands, "best+subs:fa")
    await sara.sends(PAGE)
    await until(lambda: wanted(bot) == [("open", "best+subs:fa")])
    hands.delivers()
    await bot.rests()
    assert [m for m in await sara.history() if not m.mine] == []


@pytest.mark.parametrize(
    ("set_", "shown", "variant"),
    [
        ({"subtitles": ["fa"]}, "Subtitles inside: Persian", "480p+subs:fa"),
        (
            {"subtitles": ["fa"], "subtitles_place": "beside"},
            "Subtitles as a file: Persian",
            "480p+srt:fa",
        ),
        ({"as_file": True}, "As a file, in the quality", "480p+file"),
    ],
)
async def test_a_card_begins_with_what_its_person_wants_always(
    bot, hands, db, sara, set_, shown, variant
):
    sets(db, sara, **set_)
    card = await card_of(sara, hands)
    assert shown in card.text
    await sara.presses("480p", card)
    assert wanted(bot) == [("open", variant)]


async def test_what_a_card_begins_with_can_be_switched_off_there(bot, hands, db, sara):
    sets(db, sara, as_file=True)
    card = await card_of(sara, hands)
    await sara.presses("Not as a file", card)
    card = await sara.sees(lambda m: m.id == card.id and m.button("📄 As a file"))
    await sara.presses("480p", card)
    assert wanted(bot) == [("open", "480p")]


async def test_every_quality_can_be_had_as_a_file(bot, hands, sara):
    card = await card_of(sara, hands)
    await sara.presses("As a file", card)
    card = await sara.sees_edit(card, "As a file, in the quality")
    await sara.presses("360p", card)
    assert wanted(bot) == [("open", "360p+file")]


async def test_who_does_not_choose_gets_the_film_with_their_subtitles(bot, hands, db, sara):
    sets(db, sara, card_timeout=1, subtitles=["en"])
    await card_of(sara, hands)
    await until(lambda: wanted(bot) == [("open", "best+subs:en")])


async def test_entries_of_a_list_come_with_the_subtitles_that_their_person_wants(
    bot, hands, db, sara
):
    sets(db, sara, subtitles=["fa"])
    card = await list_card(sara, hands, playlist(2))
    await sara.presses("All (2)", card)
    for _ in range(2):
        assert looks(hands, told()) == 0
    forms = [variant for _, variant in taken(bot)]
    assert forms == ["best+subs:fa"] * 2


async def test_an_entry_that_failed_at_its_look_is_asked_for_anew_in_its_form(bot, hands, db, sara):
    sets(db, sara, subtitles=["fa"])
    card = await list_card(sara, hands, playlist(1, more=True, count=9))
    await sara.presses("First 1", card)
    hands.fails(hands.claim(Lane.LOOK), Gone.say)
    seen = await sara.sees(lambda m: m.button("missing"))
    await sara.presses("missing", seen)
    assert looks(hands, told()) == 0
    assert [variant for _, variant in taken(bot)][-1] == "best+subs:fa"
