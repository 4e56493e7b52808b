"""The real engine on a site that has something else where the pieces of a film should be."""

import pytest

from procs import errors
from procs.engine.protocol.messages import Order
from tests.sandbox.site import files
from tests.sandbox.site.files import hls
from tests.sandbox.site.pages import page
from tests.sandbox.site.server import LOOPBACK
from tests.sandbox.sloppy_site import Reply

pytest_plugins = ["tests.sandbox.site.fixtures"]

HLS = "application/vnd.apple.mpegurl"
#: Bytes of a piece that are more than a child has otherwise.
LARGE = 150 << 20
WAIT = page("Please wait", body="<p>A moment</p>" * 20).encode()
FOREIGN = "<html><title>Подождите</title>".encode("cp1251") + b"<p>." * 200


@pytest.fixture
def bring(sloppy, engine, tmp_path):
    sloppy.folder(files.folder() / "hls")

    async def bring(lists, *second):
        """The film of a list, whose second piece is answered so."""
        sloppy.replies["/film.m3u8"] = [Reply(lists, kind=HLS)]
        sloppy.replies["/muxed1.ts"] = list(second) or [Reply(hls("muxed1.ts"))]
        place = tmp_path / str(len(sloppy.starts))
        place.mkdir()
        order = Order(sloppy.url("/film.m3u8"), allowed_networks=LOOPBACK)
        async with engine.open(order, place) as one:
            await one.probe()
            (name,) = (await one.fetch(lambda done, total, rate: None)).files
        return (place / name).read_bytes()

    return bring


@pytest.mark.parametrize(
    "reply",
    [
        Reply(WAIT, kind="text/html"),
        Reply(WAIT),
        Reply(WAIT, kind="video/mp2t", coding="gzip"),
        Reply(FOREIGN, kind="text/html; charset=windows-1251"),
        Reply(b'{"error": "wait"}', kind="application/json"),
        Reply(b"Please wait", kind="text/plain"),
    ],
    ids=["page", "untyped", "packed", "foreign", "json", "words"],
)
async def test_a_page_in_the_place_of_a_piece_is_asked_for_again(bring, sloppy, reply):
    body = await bring(hls("muxed.m3u8"), reply, Reply(hls("muxed1.ts")))
    assert sloppy.asked["/muxed1.ts"] == 2
    assert body == await bring(hls("muxed.m3u8"))


@pytest.mark.long  # yt-dlp asks ten times, each a little later
async def test_a_site_that_has_a_page_for_a_piece_has_no_film(bring):
    with pytest.raises(errors.BrokenOff):
        await bring(hls("muxed.m3u8"), Reply(WAIT, kind="text/html"))


@pytest.mark.parametrize("kind", ["text/html", "application/javascript", "image/png"])
async def test_a_piece_that_is_called_a_page_is_taken(bring, sloppy, kind):
    body = await bring(hls("muxed.m3u8"), Reply(hls("muxed1.ts"), kind=kind))
    assert sloppy.asked["/muxed1.ts"] == 1
    assert body == await bring(hls("muxed.m3u8"))


KEY = '#EXT-X-KEY:METHOD=AES-128,URI="k"'
VECTOR = f"{KEY},IV=0x{'00' * 16}"


def with_line(line):
    """The list of the film, with one line more in front of its first piece."""
    return hls("muxed.m3u8").replace(b"#EXTINF", f"{line}\n#EXTINF".encode(), 1)


@pytest.mark.parametrize(
    "key",
    [
        Reply(b"<html>sign in</html>"),
        Reply(b"fifteen bytes.."),
        Reply(b""),
        Reply(b"one of 16 bytes."),
    ],
    ids=["page", "short", "empty", "another"],
)
async def test_a_key_that_is_none_is_missing(bring, sloppy, key):
    sloppy.replies["/k"] = [key]
    with pytest.raises(errors.PartMissing):
        await bring(with_line(VECTOR))


@pytest.mark.parametrize(
    "line",
    [
        f"{KEY},IV=0xzz",
        f"{KEY},IV=0x{'00' * 20}",
        '#EXT-X-KEY:URI="k"',
        "#EXT-X-KEY:METHOD=AES-128",
        "#EXT-X-BYTERANGE:abc",
        "#EXT-X-MEDIA-SEQUENCE:zz",
        f"{KEY}\n#EXT-X-MEDIA-SEQUENCE:{1 << 70}",
        "#EXT-X-MAP:BYTERANGE=1@2",
        '#EXT-X-MAP:URI="m",BYTERANGE="x@y"',
        'muxed0.ts\n#EXT-X-MAP:URI="m"',
    ],
)
async def test_a_list_that_nobody_can_read_is_the_fault_of_the_site(bring, sloppy, line):
    sloppy.replies |= {"/k": [Reply(bytes(16))], "/m": [Reply(hls("muxed0.ts"))]}
    with pytest.raises(errors.Unsupported):
        await bring(with_line(line))


async def test_the_pieces_of_subtitles_are_words(sloppy, engine, tmp_path):
    said = [f"WEBVTT\n\n00:0{n}.000 --> 00:0{n}.900\nLine {n}\n".encode() for n in range(3)]
    pieces = "".join(f"#EXTINF:2,\nline{n}.vtt\n" for n in range(3))
    media = 'TYPE=SUBTITLES,GROUP-ID="s",NAME="English",LANGUAGE="en",URI="words.m3u8"'
    film = '#EXT-X-STREAM-INF:BANDWIDTH=700000,SUBTITLES="s"\nmuxed.m3u8\n'
    sloppy.replies |= {f"/line{n}.vtt": [Reply(text)] for n, text in enumerate(said)}
    lists = {
        "words": f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n{pieces}#EXT-X-ENDLIST\n",
        "all": f"#EXTM3U\n#EXT-X-MEDIA:{media}\n{film}",
    }
    for name, text in lists.items():
        sloppy.replies[f"/{name}.m3u8"] = [Reply(text.encode(), kind=HLS)]
    order = Order(sloppy.url("/all.m3u8"), "subs:en", allowed_networks=LOOPBACK)
    async with engine.open(order, tmp_path) as one:
        await one.probe()
        (name,) = (await one.fetch(lambda done, total, rate: None)).files
    assert all(f"Line {n}" in (tmp_path / name).read_text() for n in range(3))


async def test_a_large_piece_is_not_read_into_memory(sloppy, engine, tmp_path):
    sloppy.folder(files.folder() / "hls")
    packet = b"\x47\x1f\xff\x10" + b"\xff" * 184  # of nothing
    large = hls("muxed1.ts") + packet * (LARGE // len(packet))
    sloppy.replies["/muxed1.ts"] = [Reply(large)]
    order = Order(sloppy.url("/muxed.m3u8"), allowed_networks=LOOPBACK)
    async with engine.open(order, tmp_path) as one:
        await one.probe()
        assert (await one.fetch(lambda done, total, rate: None)).files
    assert one.ended.peak < LARGE
