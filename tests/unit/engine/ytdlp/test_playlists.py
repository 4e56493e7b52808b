"""Lists and posts: what the engine reads of them, and what it takes."""

import pytest

from procs import errors
from procs.engine.protocol.messages import Order
from procs.engine.ytdlp import playlists
from procs.engine.ytdlp.playlists import wanted
from tests.sandbox.site.pages import FEED
from tests.sandbox.site.server import LOOPBACK

pytest_plugins = ["tests.sandbox.site.fixtures"]


@pytest.fixture
def look(site, engine, tmp_path):
    async def look(path, variant, entries=5):
        order = Order(site.url(path), variant, allowed_networks=LOOPBACK, entries=entries)
        async with engine.open(order, tmp_path) as child:
            return await child.probe()

    return look


@pytest.mark.parametrize(
    ("variant", "items"),
    [("best", "1:31"), ("look", "1:11"), ("look#3", "21:31"), ("mp3#all", "1:6"),
     ("best#2,5-9999", "2,5,6,7,8")],
)  # fmt: skip
def test_no_more_of_a_list_is_read_than_is_used(variant, items):
    assert wanted(Order("https://site.example/", variant, entries=5)) == items


@pytest.mark.parametrize(
    ("variant", "places", "more"),
    [
        ("best", range(1, FEED + 1), False),
        ("look#3", range(21, FEED + 1), False),
        ("mp3#2,4", (2, 4), False),
        ("best#all", range(1, 6), True),
        ("best#3-9", range(3, 8), True),
        ("best#22-40", (22, 23), True),
    ],
)
async def test_a_list_is_read_and_nothing_of_it_downloaded(look, site, variant, places, more):
    found = await look("/page/feed.xml", variant)
    assert (found.kind, found.title, found.count, found.more) == ("list", "A feed", FEED, more)
    assert [entry.place for entry in found.entries] == list(places)
    assert found.entries[0].url == site.url(f"/episode/{places[0]}/clip.mp4")
    assert found.entries[0].title == f"Episode {places[0]}"
    assert site.hits(f"/episode/{places[0]}/clip.mp4") == 0


async def test_an_entry_that_is_not_there(look):
    with pytest.raises(errors.NoSuchVariant):
        await look("/page/feed.xml", "best#99")


async def test_the_parts_of_a_post_to_choose_from(look):
    found = await look("/page/post.html", "look")
    assert (found.kind, len(found.entries)) == ("list", 3)


@pytest.mark.parametrize(
    ("variant", "files"),
    [
        ("best", ["A post.mp4", "A post (2).mp4", "A post (3).mp4"]),
        ("best#1,3", ["A post.mp4", "A post (3).mp4"]),
        ("best#2", ["A post (2).mp4"]),
    ],
)
async def test_the_parts_of_a_post_are_one_media(fetch, tmp_path, variant, files):
    fetched = await fetch("/page/post.html", variant)
    assert (fetched.files, fetched.facts.kind) == (files, "album")
    assert all((tmp_path / name).stat().st_size for name in files)


async def test_one_film_is_what_it_is_whatever_was_chosen(fetch):
    assert (await fetch("/page/video.html", "best#2")).facts.kind == "video"


async def test_a_feed_of_one_is_its_film(fetch):
    assert (await fetch("/page/one.xml")).files == ["clip.mp4"]


@pytest.mark.parametrize(
    ("media", "wish", "taken", "more"),
    [
        (30, "best", 30, False),
        (31, "best", 30, True),
        (51, "zip", 30, True),
        (51, "best#all", 50, True),
        (40, "best#31-35", 40, False),
    ],
)
def test_a_post_of_more_media_than_are_taken_says_that_there_are_more(media, wish, taken, more):
    """What was chosen by its numbers is all that yt-dlp reads."""
    entries = [{"id": str(n), "title": f"Part {n}"} for n in range(media)]
    info = {"_type": "playlist", "title": "A post", "entries": entries}
    found = playlists.opened(None, info, Order("https://a.example/1", wish))
    assert (len(found.infos), found.more) == (taken, more)


def test_a_post_whose_site_counts_more_than_was_read_has_more():
    entries = [{"id": str(n), "title": f"Part {n}"} for n in range(30)]
    info = {"_type": "playlist", "title": "A post", "entries": entries, "playlist_count": 44}
    assert playlists.opened(None, info, Order("https://a.example/1")).more
