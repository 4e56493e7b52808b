"""What a person gets for what sites really do: the right media, or the right words. The real yt-dlp
in the real jail, at a site that was written to be unlike the first."""

import asyncio

import pytest

from procs import errors
from procs.engine.protocol.messages import Order
from tests.sandbox.foreign.pages import pages
from tests.sandbox.foreign.server import Foreign

pytest_plugins = ["tests.sandbox.site.fixtures"]

LOOPBACK = ("127.0.0.0/8",)
FILM = ["film.mp4"]


@pytest.fixture
async def foreign():
    async with Foreign(pages) as running:
        yield running


@pytest.fixture
def take(foreign, engine, tmp_path):
    """Fetch a path of the site into `tmp_path`."""

    async def take(path, variant="best"):
        order = Order(foreign.url(path), variant, allowed_networks=LOOPBACK)
        async with engine.open(order, tmp_path) as child:
            await child.probe()
            return await child.fetch(lambda *line: None)

    return take


SLOPPY = """
plain deaf old unsized keptunsized shorter lower early twice late chunked both doubled bare many
rangeless
"""


@pytest.mark.parametrize("manner", SLOPPY.split())
async def test_a_sloppy_servers_file_arrives_whole(take, foreign, tmp_path, manner):
    assert (await take(f"/{manner}/film.mp4")).files == FILM
    film = (foreign.folder / "film.mp4").read_bytes()
    assert (tmp_path / "film.mp4").read_bytes() == film


@pytest.mark.parametrize(
    ("manner", "kind"),
    [
        ("torn", errors.SiteBroken),
        ("banner", errors.SiteBroken),
        ("switching", errors.SiteBroken),
        ("huge", errors.SiteBroken),
        ("mute", errors.NetworkBroken),
    ],
)
async def test_a_broken_server_is_called_what_it_is(take, manner, kind):
    with pytest.raises(errors.JobError) as failed:
        await take(f"/{manner}/film.mp4")
    assert type(failed.value) is kind
    assert "proxy" not in failed.value.detail


@pytest.mark.long
async def test_a_source_that_never_gets_further_is_given_up_soon(foreign, engine, tmp_path):
    """Also one that stalls: two silences of the socket's patience, not ten. All at once, since each
    takes its time."""

    async def carried(path):
        order = Order(foreign.url(path), allowed_networks=LOOPBACK)
        async with engine.open(order, tmp_path / path.split("/")[1]) as child:
            await child.probe()
            await child.fetch(lambda *line: None)

    paths = [f"/{manner}/film.mp4" for manner in ("cut", "longer", "misranged", "stalls")]
    paths += ["/film/stallseg.m3u8"]
    ends = await asyncio.gather(*map(carried, paths), return_exceptions=True)
    assert [type(end) for end in ends] == [errors.BrokenOff] * len(paths)
    assert foreign.hits("/stalls/seg1.ts") <= 4
    assert foreign.hits("/stalls/film.mp4") <= 4


#: (path, names of the files), for what is there.
THERE = {
    "/deaf/film/deaf.html": ["A page.mp4"],
    "/deaf/film/deaf.m3u8": ["deaf.mp4"],
    "/deaf/film/deafstream.html": ["A page.mp4"],
    "/deaf/film/deafrefresh.html": ["A page.mp4"],
    "/film/refresh.html": ["A page.mp4"],
    "/film/charset.html": ["مرحبا.mp4"],
    "/film/badcharset.html": ["x.mp4"],
    "/film/utf16.html": ["x.mp4"],
    "/film/plaintype": ["plaintype.mp4"],
    "/film/astext.mp4": ["astext.mp4"],
    "/film/ashtml.mp4": ["ashtml.mp4"],
    "/film/notyped.mp4": ["notyped.mp4"],
    "/film/get.php": ["get.mp4"],
    "/film/get.aspx": ["get.mp4"],
    "/film/dl.php": ["dl.zip"],
    "/film/setup.exe": ["setup.exe"],
    "/film/onelink.html": FILM,
    "/film/list.m3u": ["song.ogg"],
    "/film/photo": ["photo.jpg"],
    "/film/attached": ["my film.mp4"],
    "/film/permanent.mp4": FILM,
    "/film/poster.html": ["A page.mp4"],
    "/film/subs.html": ["A page.mp4"],
    "/film/anew.html": ["anew.mp4"],
    "/film/audio.m3u8": ["audio.mp4"],
    "/film/dash.mpd": ["dash.mp4"],
    "/byte.m3u8": ["byte.mp4"],
    "/frame/one.html": ["Framed.mp4"],
    "/frame/relative.html": ["A page.mp4"],
    "/frame/lazy.html": ["A page.mp4"],
    "/frame/escaped.html": ["A page.mp4"],
    "/frame/ads.html": ["A page.mp4"],
    "/frame/hls.html": ["A page.mp4"],
    "/frame/file.html": FILM,
    "/frame/object.html": ["A page.mp4"],
    "/frame/old.html": ["Player.mp4"],
    "/frame/two.html": ["A page.mp4"],
    "/pics/three.html": ["one.jpg", "two.jpg", "three.png"],
    "/pics/banner.html": ["one.jpg", "two.jpg", "three.png"],
    "/frame/pictures.html": ["one.jpg", "two.jpg"],
    "/pics/og.html": ["one.jpg"],
    "/pics/ogsame.html": ["one.jpg"],
    "/pics/srcset.html": ["one.jpg"],
    "/pics/density.html": ["one.jpg"],
    "/pics/lazy.html": ["one.jpg"],
    "/pics/icons.html": ["one.jpg"],
    "/pics/linked.html": ["one.jpg"],
    "/pics/missing.html": ["one.jpg"],
    "/pics/private.html": ["one.jpg"],
    "/pics/liar.html": ["one.jpg"],
    "/pics/base.html": ["one.jpg"],
    "/pics/webp.html": ["four.webp", "five.avif"],
    "/pics/many.html": [f"{n}.jpg" for n in range(10)],
}


@pytest.mark.parametrize("path", THERE)
async def test_what_is_there_comes(take, path):
    assert (await take(path)).files == THERE[path]


#: (path, what it is called), for what is not.
NOT_THERE = {
    "/wall/login.html": errors.LoginNeeded,
    "/wall/login_fa.html": errors.LoginNeeded,
    "/wall/register.html": errors.LoginNeeded,
    "/wall/redirect.html": errors.LoginNeeded,
    "/film/loginstead.mp4": errors.LoginNeeded,
    "/frame/login.html": errors.LoginNeeded,
    "/wall/pay.html": errors.LoginNeeded,
    "/wall/share.html": errors.LoginNeeded,
    "/wall/age.html": errors.ConsentNeeded,
    "/wall/cookies.html": errors.ConsentNeeded,
    "/wall/robot.html": errors.BotCheck,
    "/wall/captcha.html": errors.BotCheck,
    "/wall/geo.html": errors.GeoBlocked,
    "/wall/soft404.html": errors.NoSuchFile,
    "/wall/corner.html": errors.Unsupported,
    "/wall/script.html": errors.Unsupported,
    "/wall/words.html": errors.Unsupported,
    "/wall/empty.html": errors.Empty,
    "/wall/nothing": errors.Empty,
    "/film/emptyfile.mp4": errors.Empty,
    "/film/emptyvideo.html": errors.Empty,
    "/film/nocontent.mp4": errors.Empty,
    "/film/norss.xml": errors.Empty,
    "/film/late.html": errors.Refused,
    "/film/late.mp4": errors.Refused,
    "/418/page.html": errors.Refused,
    "/404/page.html": errors.NoSuchFile,
    "/404/film.mp4": errors.NoSuchFile,
    "/410/video.html": errors.NoSuchFile,
    "/404/master.html": errors.NoSuchFile,
    "/403/master.html": errors.Refused,
    "/429/master.html": errors.SiteBusy,
    "/407/page.html": errors.SiteBroken,
    "/451/video.html": errors.GeoBlocked,
    "/film/loop.mp4": errors.RedirectLoop,
    "/film/ping.mp4": errors.RedirectLoop,
    "/film/away.mp4": errors.Forbidden,
    "/film/intofile.mp4": errors.Forbidden,
    "/404/seg.m3u8": errors.PartMissing,
    "/film/badkey.m3u8": errors.PartMissing,
    "/film/emptyseg.m3u8": errors.PartMissing,
    "/film/dashgone.mpd": errors.PartMissing,
    "/401/seg.m3u8": errors.LoginNeeded,
    "/film/drm.m3u8": errors.Drm,
    "/film/emptym.m3u8": errors.Unsupported,
    "/film/error.mp4": errors.Unsupported,
    "/film/htmlinstead.mp4": errors.Unsupported,
    "/frame/deep.html": errors.Unsupported,
    "/frame/self.html": errors.Unsupported,
    "/frame/many.html": errors.Unsupported,
    "/frame/scheme.html": errors.Unsupported,
    "/frame/private.html": errors.Forbidden,
    "/pics/tiny.html": errors.Unsupported,
    "/pics/allgone.html": errors.Unsupported,
}


@pytest.mark.parametrize("path", NOT_THERE)
async def test_what_is_not_there_is_called_by_its_name(take, path):
    with pytest.raises(errors.JobError) as failed:
        await take(path)
    assert type(failed.value) is NOT_THERE[path]


@pytest.mark.parametrize(
    ("path", "variant", "kind"),
    [
        ("/pics/three.html", "mp3", errors.Unsupported),
        ("/pics/three.html", "best@0-1", errors.Unsupported),
        ("/film/subs.html", "best+subs:fa", errors.PartMissing),
    ],
)
async def test_what_cannot_be_had_in_that_form(take, path, variant, kind):
    with pytest.raises(errors.JobError) as failed:
        await take(path, variant)
    assert type(failed.value) is kind


async def test_one_of_a_pages_pictures(take):
    assert (await take("/pics/three.html", "best#2")).files == ["two.jpg"]


@pytest.mark.parametrize(
    ("path", "variant", "title", "entries", "more"),
    [
        ("/pics/three.html", "look", "Holiday", ["one", "two", "three"], False),
        ("/film/index/", "look", "Index of /film", [f"{n}.mp4" for n in range(10)], True),
        ("/film/index/", "best", "Index of /film", [f"{n}.mp4" for n in range(12)], False),
        ("/film/index/", "look#2", "Index of /film", ["10.mp4", "11.mp4"], False),
        ("/film/index/", "best#3,12", "Index of /film", ["2.mp4", "11.mp4"], False),
        ("/film/songs.m3u", "best", "", ["First", "song.flac"], False),
        ("/film/rss.xml", "best", "R", ["one", "two"], False),
    ],
)
async def test_a_list(foreign, engine, tmp_path, path, variant, title, entries, more):
    order = Order(foreign.url(path), variant, allowed_networks=LOOPBACK)
    async with engine.open(order, tmp_path) as child:
        found = await child.probe()
    assert (found.kind, found.title, found.more) == ("list", title, more)
    assert [one.title for one in found.entries] == entries


async def test_a_page_asks_for_no_more_frames_and_pictures_than_their_bounds(take, foreign):
    with pytest.raises(errors.Unsupported):
        await take("/frame/many.html")
    assert sum(foreign.hits(f"/frame/no{n}.html") for n in range(50)) <= 8
    await take("/pics/many.html")
    assert sum(foreign.hits(f"/lots/{n}.jpg") > 0 for n in range(30)) == 10


async def test_nothing_inside_a_page_leads_where_nobody_may_go(foreign, engine, tmp_path):
    """Without the operator's leave loopback is as private as the rest."""
    order = Order(foreign.url("/frame/one.html"))
    async with engine.open(order, tmp_path) as child:
        with pytest.raises(errors.Forbidden):
            await child.probe()
    assert foreign.hits("/frame/one.html") == 0
