"""Words that are no link, in a private chat: results as buttons, and one of them as a link."""

from collections.abc import AsyncIterator

import pytest

from procs.telegram.delivery.courier import Courier
from tests.sandbox.bot_parts import Bot, Hands, running, until
from tests.sandbox.inline_parts import Deliverer
from tests.sandbox.person import Person

SITES = ("youtube", "soundcloud")
TWELVE = [f"Film {n}" for n in range(1, 13)]


@pytest.fixture
async def bot(settings, db) -> AsyncIterator[Bot]:
    async with running(settings, search=SITES) as bot:
        yield bot


@pytest.fixture
def worker(hands: Hands, courier: Courier, tmp_path) -> Deliverer:
    return Deliverer(hands, courier, tmp_path)


async def shown(person: Person, worker: Deliverer, words: str = "cat films", *titles: str):
    await person.sends(words)
    await worker.searches(*(titles or TWELVE), others=("soundcloud",))
    return await person.sees(lambda m: m.button(titles[0] if titles else "Film 1 "))


async def test_words_are_searched_for_and_shown_as_buttons(bot, worker, sara):
    message = await shown(sara, worker)
    labels = [button["text"] for row in message.buttons for button in row]

    assert labels == [
        *(f"Film {n} · 4:05 · A channel" for n in range(1, 6)),
        "More ›",
        "🔎 In SoundCloud",
    ]
    assert "cat films" in message.text


async def test_a_chosen_result_is_a_link(bot, worker, sara):
    message = await shown(sara, worker)
    pressed = await sara.presses("Film 2", message)
    lease = await worker.claims()

    assert (pressed["text"], lease.link.url) == ("I'm on it.", "https://example.org/2.mp4")
    assert (await sara.sees(lambda m: m.reply == message.id)).text.startswith("🎬 Film 2")


async def test_a_result_that_is_pressed_twice_is_one_request(bot, worker, sara):
    message = await shown(sara, worker)
    await sara.presses("Film 2", message)
    again = await sara.presses("Film 2", message)
    other = await sara.presses("Film 3", message)

    assert (again["text"], other["text"]) == ("That is done already.", "I'm on it.")
    assert sorted(one.url for one in bot.requests()) == [
        "https://example.org/2.mp4",
        "https://example.org/3.mp4",
    ]


async def test_the_pages_of_the_results_turn_in_one_message(bot, worker, sara):
    message = await shown(sara, worker)
    await sara.presses("More", message)
    second = await sara.sees_edit(message, lambda m: m.button("Film 6"))
    await sara.presses("More", second)
    last = await sara.sees_edit(message, lambda m: m.button("Film 12"))
    await sara.presses("Back", last)
    back = await sara.sees_edit(message, lambda m: m.button("Film 6"))

    assert (last.button("More"), back.button("Film 10") is not None) == (None, True)


async def test_the_same_words_are_searched_for_at_another_site(bot, worker, sara):
    message = await shown(sara, worker)
    await sara.presses("SoundCloud", message)
    await worker.searches("A song")
    songs = await sara.sees(lambda m: m.button("A song"))
    assert "cat films" in songs.text


async def test_where_nothing_is_found_it_is_said(bot, worker, sara):
    await sara.sends("zxcvb")
    await worker.searches()
    assert await sara.sees("I found nothing for zxcvb")


async def test_in_persian_numbers_and_words_are_persian(bot, worker, ali):
    fa = await ali.desk.person("Reza", language="fa")
    await fa.starts()
    message = await shown(fa, worker, "آهنگ شاد", "یک آهنگ")
    assert "۴:۰۵" in message.buttons[0][0]["text"]


async def test_a_wish_alone_is_no_search(bot, worker, sara):
    await sara.sends("https://example.org/clip.mp4")
    await worker.claims()
    await sara.sends("mp3")
    await until(lambda: any(one.url.endswith("clip.mp4") for one in bot.requests()))
    await bot.rests()
    assert not any("youtube.com/results" in one.url for one in bot.requests())


async def test_somebody_elses_result_is_not_taken(bot, worker, sara, ali):
    message = await shown(sara, worker)
    token = message.buttons[0][0]["data"]
    mine = await shown(ali, worker, "dog films")
    with pytest.raises(Exception, match=r"BUTTON|DATA|no button"):
        await ali.presses(token, mine)
    assert all("results" not in one.url for one in bot.requests() if one.state == "open")


async def test_without_a_site_words_are_answered_as_before(settings, db, sara):
    async with running(settings) as bot:
        await sara.sends("cat films")
        await sara.sees("found no link")
        assert bot.requests() == []


async def test_words_that_are_corrected_are_searched_for_anew(bot, worker, sara):
    sent = await sara.sends("cat flims")
    await until(lambda: bot.requests())
    await sara.edits(sent, "cat films")
    await until(lambda: any(one.title == "cat films" for one in bot.requests()))
    assert [one.title for one in bot.requests() if one.state == "open"] == ["cat films"]
