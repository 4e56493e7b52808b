"""`@bot words`: results of a search in any chat, and few looks at the site."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from procs.bot.inline.inline_search import InlineSearch
from procs.core import clock
from procs.records.job import Person
from procs.store.database import Database
from procs.store.modes import bot_modes
from procs.store.modes.bot_modes import Mode
from procs.store.people import bans
from procs.telegram.chat.inline_updates import InlineQuery
from tests.sandbox.bot_parts import Bot, running
from tests.sandbox.telegram.desk import Refused


@pytest.fixture
async def bot(settings, db: Database) -> AsyncIterator[Bot]:
    async with running(settings, search=("youtube",)) as bot:
        yield bot


def looks(bot: Bot) -> int:
    return int(bot.db.one("SELECT COUNT(*) FROM jobs WHERE kind = 'look'")[0])


async def asked(with_sara, deliverer, words, *titles):
    asking = asyncio.create_task(with_sara.inline(words))
    await deliverer.searches(*titles)
    return await asking


async def test_words_find_results_that_become_media(bot, deliverer, with_sara):
    found = await asked(with_sara, deliverer, "cat films", "Film 1", "Film 2")
    sent = await with_sara.chooses(found[1])
    deliverer.fetches(await deliverer.claims(), await deliverer.part())
    await deliverer.delivers()

    assert [(one.title, one.description) for one in found.results] == [
        ("Film 1", "4:05 · A channel"),
        ("Film 2", "4:05 · A channel"),
    ]
    assert (await with_sara.sees_edit(sent, lambda m: m.media)).kind == "video"


async def test_results_come_in_pages_of_one_search(bot, deliverer, with_sara):
    first = await asked(with_sara, deliverer, "cats", *(f"Film {n}" for n in range(1, 13)))
    second = await with_sara.inline("cats", first.next_offset)
    assert (len(first), len(second), second.next_offset, looks(bot)) == (10, 2, "", 1)


async def test_every_keystroke_costs_one_search_in_all(bot, deliverer, with_sara):
    typed = [asyncio.create_task(with_sara.inline("cats"[:n], patience=3.0)) for n in (2, 3)]
    await asyncio.sleep(0.1)
    found = await asked(with_sara, deliverer, "cats", "Film 1")
    ends = await asyncio.gather(*typed, return_exceptions=True)

    assert (len(found), looks(bot)) == (1, 1)
    assert all(isinstance(end, Refused) for end in ends)


async def test_what_two_people_look_for_is_searched_for_once(bot, deliverer, with_sara, sara):
    await asked(with_sara, deliverer, "cats", "Film 1")
    found = await sara.inline("CATS")
    assert ([one.title for one in found.results], looks(bot)) == (["Film 1"], 1)


async def test_a_search_that_fails_says_so(bot, deliverer, with_sara):
    asking = asyncio.create_task(with_sara.inline("cats"))
    lease = await deliverer.claims(lane=2)
    deliverer.hands.fails(lease, "failed-gone")
    found = await asking
    assert (found[0].title, "did not work" in found[0].description) == (
        "I can't send that from here",
        True,
    )


async def test_without_a_site_words_get_a_hint(settings, db, with_sara):
    async with running(settings):
        found = await with_sara.inline("cats")
    assert ("no link" in found[0].description, found.switch is not None) == (True, True)


async def test_an_empty_query_shows_what_the_person_had(bot, deliverer, with_sara, ali):
    deliverer.keeps(await deliverer.part())
    await ali.sends("https://example.org/clip.mp4")
    await deliverer.delivers()
    found = await with_sara.inline("")
    assert [(one.title, one.media) for one in found.results] == [("A clip", "video")]


@pytest.mark.parametrize("query", ["", "cat films"])
async def test_a_closed_bot_shows_nothing_that_somebody_had_and_searches_nothing(
    bot, deliverer, with_sara, ali, query
):
    deliverer.keeps(await deliverer.part())
    await ali.sends("https://example.org/clip.mp4")
    await deliverer.delivers()
    bot_modes.set_by_hand(bot.db, Mode.CLOSED, until=None, admin=1, now=clock.now())
    (told,) = (await with_sara.inline(query)).results
    assert ("I'm closed at the moment" in told.description, told.media) == (True, "")
    assert looks(bot) == 0


async def test_who_is_banned_reads_why_in_any_chat_and_gets_nothing(bot, with_sara, ali):
    results = await with_sara.inline("https://example.org/clip.mp4")
    bans.begin(bot.db, ali.id, until=None, reason="too many robots", by=1, now=clock.now())
    (told,) = (await with_sara.inline("https://example.org/other.mp4")).results
    assert "too many robots" in told.description
    sent = await with_sara.chooses(results[0])
    await with_sara.sees_edit(sent, "too many robots")
    assert bot.db.all("SELECT id FROM requests") == []


async def test_who_floods_is_told_to_wait_and_costs_nothing(bot, deliverer, with_sara, monkeypatch):
    monkeypatch.setattr("procs.bot.inline.inline_queries.QUERIES_A_MINUTE", 3)
    for number in range(3):
        await with_sara.inline(f"https://example.org/{number}.mp4")
    tokens = bot.db.one("SELECT COUNT(*) FROM buttons")[0]
    found = await with_sara.inline("https://example.org/4.mp4")

    assert "a lot at once" in found[0].description
    assert bot.db.one("SELECT COUNT(*) FROM buttons")[0] == tokens


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("ftp://example.org/a.mp4", "only http and https"),
        ("https://a:b@example.org/c.mp4", "user name or password"),
        ("https://example.org/c.mp4 8k", "8k"),
    ],
)
async def test_what_cannot_be_fetched_says_why(bot, with_sara, query, why):
    found = await with_sara.inline(query)
    assert (why in found[0].description, found.cache_time <= 10) == (True, True)


async def test_nothing_is_kept_of_a_person_whose_query_was_taken_away(settings, db):
    """As by a bot that leaves, and by a client that is answered no more."""
    nobody: Any = None
    search = InlineSearch(db, nobody, nobody, ("youtube",))
    asking = asyncio.create_task(search.is_meant(InlineQuery(1, Person(7), "cats", "")))
    while not search.last:
        await asyncio.sleep(0)

    asking.cancel()
    await asyncio.wait({asking})

    assert search.last == {}
