"""The card of a list in a chat: entries by buttons alone, by a question, and by words."""

import pytest

from procs.core import clock
from procs.records.job import Lane
from procs.store.requests import requests
from tests.sandbox.bot_parts import until
from tests.sandbox.card_parts import PAGE, entry, looks, playlist
from tests.unit.persian_ali import ali

__all__ = ["ali"]


async def card_of(person, hands, facts=None, words=""):
    sent = await person.sends(f"{PAGE} {words}")
    await person.sees(lambda m: m.reply == sent.id)
    assert looks(hands, facts or playlist()) == 1
    return await person.sees(lambda m: m.reply == sent.id and m.button("⬇️"))


def taken(bot):
    """Place and form of each entry that is asked for."""
    sql = "SELECT place, variant FROM requests WHERE parent IS NOT NULL ORDER BY place"
    return bot.db.all(sql, {})


def labels(message):
    return [[button["text"] for button in row] for row in message.buttons]


async def test_a_list_becomes_a_card_with_its_count_its_first_page_and_what_can_be_taken(
    bot, hands, sara
):
    card = await card_of(sara, hands)

    assert card.text.splitlines()[:3] == [
        "📃 A course", "12 entries · tube.example", "🎞 Each comes as: best",
    ]  # fmt: skip
    assert "10. Lesson 10 · 10:00" in card.text
    assert "Lesson 11" not in card.text
    assert labels(card) == [
        ["⬇️ First 5", "⬇️ First 10", "⬇️ All (12)"],
        ["🔢 From … to …", "☑️ One by one"],
        ["🎞 Form: best"],
        ["▶️"],
        ["❌ Never mind"],
    ]


async def test_five_entries_in_one_form_by_buttons_alone_without_a_second_look(bot, hands, sara):
    card = await card_of(sara, hands)
    await sara.presses("Form", card)
    forms = await sara.sees_edit(card, "In which form")
    await sara.presses("mp3", forms)
    set_ = await sara.sees_edit(card, "Each comes as: mp3")

    first = await sara.presses("First 5", set_)
    second = await sara.presses("First 10", set_)

    assert (first["text"], second["text"]) == ("On it: 5.", "That is done already.")
    assert taken(bot) == [(place, "mp3") for place in range(1, 6)]
    await sara.sees(lambda m: m.id == card.id and "0 of 5 sent" in m.text)
    assert bot.db.all("SELECT 1 FROM jobs WHERE kind = 'look' AND state < 5", {}) == []


async def test_pages_are_turned_and_entries_are_ticked_on_them(bot, hands, sara):
    card = await card_of(sara, hands)
    await sara.presses("One by one", card)
    ticks = await sara.sees_edit(card, lambda m: m.button("◻️ 1."))
    for label in ("◻️ 2.", "◻️ 7."):
        await sara.presses(label, ticks)
        ticks = await sara.sees_edit(card, lambda m, on=label[3:]: m.button(f"☑️ {on.strip()}"))
    await sara.presses("▶️", ticks)
    ticks = await sara.sees_edit(card, lambda m: m.button("◻️ 12."))
    await sara.presses("◻️ 12.", ticks)
    ticks = await sara.sees_edit(card, lambda m: m.button("Send these 3"))

    await sara.presses("Send these 3", ticks)

    assert taken(bot) == [(place, "best") for place in (2, 7, 12)]


async def test_a_tick_that_is_pressed_twice_stays(bot, hands, sara):
    card = await card_of(sara, hands)
    await sara.presses("One by one", card)
    ticks = await sara.sees_edit(card, lambda m: m.button("◻️ 1."))

    await sara.presses("◻️ 4.", ticks)
    await sara.presses("◻️ 4.", ticks)

    await sara.sees_edit(card, lambda m: m.button("Send these 1"))


async def test_a_range_is_asked_for_and_the_next_text_answers(bot, hands, ali):
    card = await card_of(ali, hands)
    await ali.presses("🔢", card)
    await ali.sees_edit(card, "از چندمی تا چندمی؟")
    await ali.sends("۳-۵")
    await until(lambda: taken(bot) == [(3, "best"), (4, "best"), (5, "best")])


@pytest.mark.parametrize(("text", "why"), [("haha", "can't read"), ("40-50", "only 12 entries")])
async def test_a_text_that_is_no_range_of_it_is_told_so_and_asked_for_again(
    bot, hands, sara, text, why
):
    card = await card_of(sara, hands)
    await sara.presses("🔢", card)
    await sara.sees_edit(card, "From which one")
    await sara.sends(text)
    await sara.sees(why)
    await sara.sends("11-12 mp3")
    await until(lambda: taken(bot) == [(11, "mp3"), (12, "mp3")])


async def test_words_alone_choose_from_the_card_and_set_the_form_of_all(bot, hands, sara):
    card = await card_of(sara, hands)
    await sara.sends("720")
    await sara.sees_edit(card, "Each comes as: 720p")
    await sara.sends("1,3")
    await until(lambda: taken(bot) == [(1, "720p"), (3, "720p")])


async def test_a_list_beyond_the_cap_says_so_and_where_it_goes_on(bot, hands, sara):
    card = await card_of(sara, hands, playlist(4, count=90, more=True, most=3))
    assert "I take at most 3 entries at once." in card.text
    assert labels(card)[0] == ["⬇️ First 3"]

    await sara.presses("First 3", card)

    await sara.sees(lambda m: m.id == card.id and "the next is number 4" in m.text)


async def test_what_lies_behind_what_the_look_read_is_looked_at(bot, hands, sara):
    card = await card_of(sara, hands, playlist(4, count=90, more=True, most=3))
    await sara.presses("🔢", card)
    await sara.sees_edit(card, "From which one")
    await sara.sends("80-81")
    await until(lambda: bot.db.all("SELECT 1 FROM requests WHERE variant = 'best#80-81'", {}))
    assert hands.claim(Lane.LOOK).link.variant == "best#80-81"


async def test_what_cannot_be_had_is_marked_told_and_left_out(bot, hands, sara):
    entries = [entry(1), entry(2, locked=True, title="[Private video]"), *map(entry, range(3, 9))]
    card = await card_of(sara, hands, playlist(8, entries=entries))
    assert "🔒 2. [Private video]" in card.text
    await sara.presses("One by one", card)
    ticks = await sara.sees_edit(card, lambda m: m.button("🔒 2."))
    assert "doesn't give this one" in (await sara.presses("🔒 2.", ticks))["text"]
    await sara.presses("Back", ticks)
    main = await sara.sees_edit(card, lambda m: m.button("First 5"))

    await sara.presses("First 5", main)

    assert [place for place, _ in taken(bot)] == [1, 3, 4, 5, 6]


async def test_a_person_with_a_form_of_their_own_is_asked_which_entries(bot, hands, sara):
    sent = await sara.sends(f"{PAGE} mp3")
    await sara.sees(lambda m: m.reply == sent.id)
    assert looks(hands, playlist(), hands.claim(Lane.HEAVY)) == 1
    card = await sara.sees(lambda m: m.reply == sent.id and m.button("⬇️ First 5"))
    await sara.presses("First 5", card)
    assert {variant for _, variant in taken(bot)} == {"mp3"}


async def test_the_failed_ones_are_asked_for_again_all_at_once_by_their_own_links(bot, hands, sara):
    card = await card_of(sara, hands, playlist(3))
    await sara.presses("All (3)", card)
    hands.fails(hands.claim(), "failed-gone")
    hands.fetches(hands.claim())
    hands.delivers()
    hands.fails(hands.claim(), "failed-gone")
    over = await sara.sees(lambda m: m.id == card.id and m.button("🔁"))
    assert "The missing ones (2)" in labels(over)[0][0]

    first = await sara.presses("🔁", over)
    second = await sara.presses("🔁", over)

    assert second["text"] == "That is done already." != first["text"]
    await sara.sees("0 of 2 sent")
    assert [hands.claim().link.url[-2:], hands.claim().link.url[-2:]] == ["/1", "/3"]


async def test_cancelling_says_what_had_come_before(bot, hands, sara):
    card = await card_of(sara, hands, playlist(3))
    await sara.presses("All (3)", card)
    hands.fetches(hands.claim())
    hands.delivers()
    going = await sara.sees(lambda m: m.id == card.id and "1 of 3 sent" in m.text)
    await sara.presses("Cancel", going)
    await sara.sees(lambda m: m.id == card.id and "1 of 3 had been sent" in m.text)


async def test_a_second_person_sees_the_card_without_another_look(bot, hands, sara, ali):
    await card_of(sara, hands)
    await ali.sends(PAGE)
    await ali.sees(lambda m: m.button("⬇️") and "دوره" not in m.text)


async def test_a_list_that_was_let_go_brings_nothing(bot, hands, sara):
    card = await card_of(sara, hands)
    await sara.presses("Never mind", card)
    toast = await sara.presses("First 5", card)
    assert (toast["text"], taken(bot)) == ("That is done already.", [])
    assert requests.cancel_all(bot.db, sara.id, chat=sara.id, before=99, now=clock.now()) == 0
