"""As whom the real engine visits the real site: cookies, handshakes, proxies, players."""

import zlib

import pytest

from procs import errors
from procs.engine.protocol.messages import COOKIES, LOOK_FILE, Order
from procs.engine.ytdlp.options import identity
from tests.sandbox.site.server import LOOPBACK

pytest_plugins = ["tests.sandbox.site.fixtures"]
MEMBER = "127.0.0.1\tFALSE\t/\tFALSE\t0\tmember\tyes\n"


async def brings(engine, site, folder, path, **facts):
    """What comes of one order."""
    order = Order(site.url(path), allowed_networks=LOOPBACK, **facts)
    async with engine.open(order, folder) as child:
        await child.probe()
        return (await child.fetch(lambda done, total, rate: None)).files


async def test_members_come_in_with_their_cookies(engine, site, tmp_path):
    (tmp_path / COOKIES).write_text(MEMBER)

    assert await brings(engine, site, tmp_path, "/members/clip.mp4", cookies=COOKIES) == [
        "clip.mp4"
    ]
    assert not (tmp_path / COOKIES).exists()


async def test_what_a_look_read_with_cookies_is_kept_without_them(engine, site, tmp_path):
    (tmp_path / COOKIES).write_text(MEMBER)
    order = Order(site.url("/members/clip.mp4"), "look", allowed_networks=LOOPBACK, cookies=COOKIES)
    async with engine.open(order, tmp_path) as child:
        await child.probe()
    kept = zlib.decompress((tmp_path / LOOK_FILE).read_bytes())
    assert b"/members/clip.mp4" in kept
    assert b"member=yes" not in kept
    assert b'"cookies"' not in kept

    (tmp_path / COOKIES).write_text(MEMBER)
    path = "/members/clip.mp4"
    assert await brings(engine, site, tmp_path, path, cookies=COOKIES, kept=True) == ["clip.mp4"]


async def test_guests_do_not(engine, site, tmp_path):
    with pytest.raises(errors.LoginNeeded):
        await brings(engine, site, tmp_path, "/members/clip.mp4")


async def test_a_browsers_handshake_opens_what_is_closed_to_programs(engine, site, tmp_path):
    with pytest.raises(errors.Refused):
        await brings(engine, site, tmp_path, "/browsers/clip.mp4")

    assert await brings(engine, site, tmp_path, "/browsers/clip.mp4", impersonate="chrome") == [
        "clip.mp4"
    ]


async def test_a_proxy_of_its_own_is_the_only_way_out(engine, site, tmp_path):
    """Port 9 (discard) answers nobody: what goes by it does not arrive, and loopback is private,
    so it would go straight if that were allowed."""
    order = Order("http://example.org/clip.mp4", allowed_networks=LOOPBACK)
    async with engine.open(order, tmp_path, proxy="http://127.0.0.1:9") as child:
        with pytest.raises(errors.ProxyBroken):
            await child.probe()


def test_players_are_given_to_youtube_alone():
    given = identity(Order("https://example.org/", clients=("tv", "web")))

    assert given == {"extractor_args": {"youtube": {"player_client": ["tv", "web"]}}}
