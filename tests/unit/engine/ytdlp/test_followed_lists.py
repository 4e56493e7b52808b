"""What is read of a list that people follow."""

import pytest

from procs.engine.protocol.messages import Order
from procs.engine.ytdlp.playlists import opened, wanted
from tests.sandbox.site.pages import FEED, feed
from tests.sandbox.site.server import LOOPBACK

pytest_plugins = ["tests.sandbox.site.fixtures"]
FOLLOWED = Order("https://site.example/", "look", followed=3)


def films(*names: str, **facts: str) -> list[dict[str, str]]:
    return [{"_type": "url", "url": f"https://site.example/{it}", **facts} for it in names]


def seen(*entries: dict[str, object]) -> tuple[list[tuple[int, str]], bool]:
    found = opened(None, {"_type": "playlist", "title": "A list", "entries": entries}, FOLLOWED)
    return [(one.place, one.url.rpartition("/")[2]) for one in found.entries], found.more


def test_one_entry_more_is_read_than_is_wanted_to_know_whether_it_goes_on():
    assert wanted(FOLLOWED) == "1:4"
    assert seen(*films("a", "b", "c")) == ([(1, "a"), (2, "b"), (3, "c")], False)
    assert seen(*films("a", "b", "c", "d"))[1]


def test_a_list_of_one_is_a_list():
    assert seen(*films("a")) == ([(1, "a")], False)


def test_a_film_that_is_only_announced_is_not_there_yet():
    assert seen(*films("a", live_status="is_upcoming"), *films("b")) == ([(2, "b")], False)


def test_a_channel_that_comes_as_a_list_of_its_lists_is_their_entries():
    videos = {"_type": "playlist", "title": "Videos", "entries": films("a", "b")}
    shorts = {"_type": "playlist", "title": "Shorts", "entries": films("s", "t", "u", "v")}
    assert seen(videos, shorts) == (
        [(1, "a"), (2, "b"), (1, "s"), (2, "t"), (3, "u"), (4, "v")],
        True,
    )


@pytest.mark.parametrize(("depth", "more"), [(FEED, False), (FEED - 1, True)])
async def test_all_of_a_feed_is_read_at_once(site, engine, tmp_path, depth, more):
    url = site.url("/page/feed.xml")
    order = Order(url, "look", allowed_networks=LOOPBACK, followed=depth)
    async with engine.open(order, tmp_path) as child:
        found = await child.probe()
    assert (found.kind, len(found.entries), found.more) == ("list", FEED, more)


@pytest.mark.long
async def test_a_child_says_a_list_of_ten_thousand_entries(site, engine, tmp_path):
    site.pages["/page/endless.xml"] = feed(site.url(""), 10_001, "?" + "long" * 50)
    order = Order(site.url("/page/endless.xml"), "look", followed=10_000, allowed_networks=LOOPBACK)
    async with engine.open(order, tmp_path) as child:
        found = await child.probe()
    assert (len(found.entries), found.more) == (10_000, True)
    assert found.entries[-1].title == "Episode 10000"
