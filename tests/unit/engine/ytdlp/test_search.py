"""A site's own search, by the real yt-dlp in the jail, against services on loopback."""

from pathlib import Path

import pytest

from procs.engine.protocol.messages import Order
from procs.errors import JobError
from procs.store.searches import search_results
from tests.sandbox.own_nursery import own_engine
from tests.sandbox.search_engine import search_at
from tests.sandbox.site.server import LOOPBACK, Site

pytest_plugins = ["tests.sandbox.site.fixtures"]


@pytest.fixture
async def search(site: Site, short_home: Path, tmp_path: Path):
    search_at(short_home / "engines", site.url(""))
    async with own_engine(short_home) as engine:

        async def search(words: str, where: str = "youtube"):
            url = search_results.link(words, where).url
            facts = {"search": where, "words": words, "allowed_networks": LOOPBACK}
            order = Order(url, "look", **facts)
            async with engine.open(order, tmp_path) as child:
                return await child.probe()

        yield search


async def test_youtube_finds_films_with_their_length_and_channel(site, search):
    found = await search("cats")
    first = found.entries[0]
    assert (found.kind, len(found.entries), site.hits("/youtubei/v1/search")) == ("list", 12, 1)
    assert (first.title, first.url, first.duration, first.channel) == (
        "cats film 1",
        "https://www.youtube.com/watch?v=loopback001",
        245.0,
        "A channel",
    )


async def test_soundcloud_finds_songs(site, search):
    found = await search("cats", "soundcloud")
    first = found.entries[0]
    assert [one.title for one in found.entries] == [f"cats song {n}" for n in (1, 2, 3)]
    assert (first.url, first.duration, first.channel) == (
        site.url("/episode/1/clip.mp4"),
        61.0,
        "A singer",
    )


async def test_a_search_may_find_nothing(search):
    assert (await search("nothing")).entries == []


async def test_a_search_that_the_site_refuses_fails_like_any_visit(search):
    with pytest.raises(JobError):
        await search("down")
