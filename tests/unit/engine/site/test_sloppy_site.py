"""The real engine on a site that breaks off: what is fetched again, and what is no success."""

import av
import pytest

from procs import errors
from procs.engine.protocol.messages import Order
from tests.sandbox.site import files
from tests.sandbox.site.pages import page
from tests.sandbox.site.server import LOOPBACK
from tests.sandbox.sloppy_site import Reply

pytest_plugins = ["tests.sandbox.site.fixtures"]

HLS, DASH = "application/vnd.apple.mpegurl", "application/dash+xml"
FILM = page("A film", body='<video src="/clip.mp4"></video>' + "<p>Words</p>" * 50).encode()
WORDS = page("Words", body="<p>Words</p>" * 500).encode()
UNENDED = FILM.removesuffix(b"</body></html>")
VOD = b"#EXT-X-PLAYLIST-TYPE:VOD\n"


@pytest.fixture
def bring(sloppy, engine, tmp_path):
    async def bring(path, live=0.0):
        order = Order(sloppy.url(path), allowed_networks=LOOPBACK, live=live)
        async with engine.open(order, tmp_path) as one:
            await one.probe()
            return await one.fetch(lambda done, total, rate: None)

    return bring


@pytest.fixture
def lists(sloppy):
    """The list of a film in three segments, which the site serves."""
    sloppy.folder(files.folder() / "hls")
    return (files.folder() / "hls/muxed.m3u8").read_bytes()


def half(text):
    """A list with the first of its segments alone."""
    return text[: text.index(b"muxed1")].rpartition(b"#EXTINF")[0]


def lasts(path):
    with av.open(str(path)) as media:
        return media.duration / av.time_base


@pytest.mark.parametrize(
    "reply",
    [
        Reply(FILM, left=len(FILM) - 100, kind="text/html"),
        Reply(FILM, "Transfer-Encoding", left=len(FILM) - 100, kind="text/html"),
        Reply(WORDS, "", left=len(WORDS) - 100, kind="text/html", version="1.0"),
        Reply(WORDS, "", left=40, coding="gzip", kind="text/html"),
        Reply(WORDS, left=len(WORDS) - 100, kind="text/html", resets=True),
    ],
    ids=["length", "chunks", "close", "gzip", "reset"],
)
async def test_a_page_that_broke_off_is_no_page_without_media(bring, sloppy, reply):
    sloppy.replies["/page.html"] = [reply]
    with pytest.raises((errors.BrokenOff, errors.NetworkBroken)):
        await bring("/page.html")


async def test_a_page_without_its_end_is_read_all_the_same(bring, sloppy):
    sloppy.folder(files.folder())
    sloppy.replies["/page.html"] = [Reply(UNENDED, "", kind="text/html", version="1.0")]
    assert (await bring("/page.html")).files == ["A film.mp4"]


@pytest.mark.parametrize("kind", [HLS, ""])
async def test_a_list_until_close_is_whole_with_its_end(bring, sloppy, lists, tmp_path, kind):
    sloppy.replies["/film.m3u8"] = [Reply(lists, "", kind=kind, version="1.0")]
    (name,) = (await bring("/film.m3u8")).files
    assert lasts(tmp_path / name) == pytest.approx(6, abs=0.2)


@pytest.mark.parametrize("when", [0, 1, 2])
async def test_a_list_that_broke_off_once_makes_no_half_film(bring, sloppy, lists, tmp_path, when):
    whole, cut = (
        Reply(text.replace(VOD, b""), "", kind=HLS, version="1.0") for text in (lists, half(lists))
    )
    sloppy.replies["/film.m3u8"] = [whole] * when + [cut, whole]
    (name,) = (await bring("/film.m3u8")).files
    assert lasts(tmp_path / name) == pytest.approx(6, abs=0.2)


@pytest.mark.parametrize("framed", ["", "Content-Length"])
@pytest.mark.parametrize("when", [0, 2])
async def test_a_final_list_without_its_end_is_no_success(bring, sloppy, lists, when, framed):
    whole, cut = (Reply(text, framed, kind=HLS) for text in (lists, half(lists)))
    assert VOD in cut.body
    sloppy.replies["/film.m3u8"] = [whole] * when + [cut]
    with pytest.raises(errors.BrokenOff):
        await bring("/film.m3u8")


async def test_a_film_is_as_long_as_its_list_says_though_the_site_says_nothing(
    bring, sloppy, lists
):
    sloppy.replies["/film.m3u8"] = [Reply(lists, kind=HLS)]
    assert (await bring("/film.m3u8")).durations == [6]


async def test_a_manifest_that_broke_off_is_no_page_without_media(bring, sloppy):
    sloppy.folder(files.folder() / "dash")
    text = sloppy.replies["/manifest.mpd"][0].body
    sloppy.replies["/manifest.mpd"] = [Reply(text, "", left=300, kind=DASH, version="1.0")]
    with pytest.raises(errors.BrokenOff):
        await bring("/manifest.mpd")


async def test_a_film_is_as_long_as_its_fragments_say(bring, sloppy):
    sloppy.folder(files.folder() / "dash", DASH)
    assert 3.9 < (await bring("/manifest.mpd")).durations[0] <= 6.1


@pytest.mark.parametrize(
    "cut",
    [{"left": 5000}, {"framed": "Transfer-Encoding", "left": 5000}, {"left": 5000, "resets": True}],
    ids=["length", "chunks", "reset"],
)
async def test_a_segment_that_broke_off_is_fetched_again(bring, sloppy, lists, tmp_path, cut):
    middle = (files.folder() / "hls/muxed1.ts").read_bytes()
    sloppy.replies["/film.m3u8"] = [Reply(lists, kind=HLS)]
    sloppy.replies["/muxed1.ts"] = [Reply(middle, **cut), Reply(middle)]
    (name,) = (await bring("/film.m3u8")).files
    assert lasts(tmp_path / name) == pytest.approx(6, abs=0.2)
    assert sloppy.asked["/muxed1.ts"] == 2


@pytest.mark.long  # yt-dlp asks ten times, each a little later
async def test_a_segment_that_always_breaks_off_is_no_success(bring, sloppy, lists):
    middle = (files.folder() / "hls/muxed1.ts").read_bytes()
    sloppy.replies["/film.m3u8"] = [Reply(lists, kind=HLS)]
    sloppy.replies["/muxed1.ts"] = [Reply(middle, left=5000)]
    with pytest.raises(errors.BrokenOff):
        await bring("/film.m3u8")


def broadcast(lists):
    """The list of a broadcast, which asks to be read each half second."""
    text = lists.replace(VOD, b"").replace(b"#EXT-X-ENDLIST\n", b"")
    return Reply(text.replace(b"TARGETDURATION:2", b"TARGETDURATION:1"), kind=HLS)


async def test_a_broadcast_is_recorded_until_its_list_ends(bring, sloppy, lists, tmp_path):
    over = Reply(lists.replace(VOD, b""), kind=HLS)
    sloppy.replies["/film.m3u8"] = [broadcast(lists)] * 4 + [over]
    (name,) = (await bring("/film.m3u8", live=600.0)).files
    assert lasts(tmp_path / name) == pytest.approx(6, abs=0.2)


@pytest.mark.long  # forty looks at a list that stands still
async def test_a_broadcast_whose_list_stands_still_is_what_came_of_it(
    bring, sloppy, lists, tmp_path
):
    sloppy.replies["/film.m3u8"] = [broadcast(lists)]
    (name,) = (await bring("/film.m3u8", live=600.0)).files
    assert lasts(tmp_path / name) == pytest.approx(6, abs=0.2)
