"""The real engine on a site whose files break off: nothing but their connection ends them, or the
site sends less than it was asked for."""

import pytest

from procs import errors
from procs.engine.protocol.messages import Order
from tests.sandbox import made_media
from tests.sandbox.site import files
from tests.sandbox.site.server import LOOPBACK
from tests.sandbox.sloppy_site import Reply

pytest_plugins = ["tests.sandbox.site.fixtures"]

TYPES = {
    "xing.mp3": "audio/mpeg",
    "bare.mp3": "audio/mpeg",
    "song.opus": "audio/ogg",
    "song.flac": "audio/flac",
    "song.wav": "audio/x-wav",
    "film.webm": "video/webm",
    "piped.webm": "video/webm",
    "film.mkv": "video/x-matroska",
    "clip.mkv": "video/x-matroska",
    "moving.gif": "image/gif",
    "front.mp4": "video/mp4",
    "pieces.mp4": "video/mp4",
    "film.ts": "video/mp2t",
}
SURE = [name for name in TYPES if name not in ("bare.mp3", "film.ts")]
#: One of several of the pieces in which a download is read: what came before is kept.
LARGE = "clip.mkv"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    return {name: made_media.make(folder, name) for name in TYPES if name != LARGE} | {
        LARGE: (files.folder() / LARGE).read_bytes()
    }


@pytest.fixture
def bring(sloppy, engine, tmp_path):
    async def bring(name, *replies, by=""):
        """The file that comes of these replies; the first is also read by the probe."""
        sloppy.replies[f"/{name}"] = [replies[0], *replies]
        order = Order(sloppy.url(f"/{name}"), allowed_networks=LOOPBACK, impersonate=by)
        async with engine.open(order, tmp_path) as one:
            await one.probe()
            (file,) = (await one.fetch(lambda done, total, rate: None)).files
        return (tmp_path / file).read_bytes()

    return bring


def open_ended(name, body, left=0, **more):
    return Reply(body, "", left=left, kind=TYPES[name], version="1.0", **more)


def ranged(body, name, *, most=1 << 30, shift=0, **more):
    """A reply to each range: at most so many bytes, from another place by `shift`."""

    def reply(start, end):
        if start is None:
            return Reply(body, left=len(body) // 2, kind=TYPES[name], **more)
        begin = max(0, start + shift)
        part = body[begin : begin + most][: None if end is None else end + 1 - begin]
        said = f"Content-Range: bytes {begin}-{begin + len(part) - 1}/{len(body)}"
        fields = (said, *more.get("fields", ()))
        return Reply(part, kind=TYPES[name], status="206 Partial Content", fields=fields)

    return reply


@pytest.mark.parametrize("name", TYPES)
async def test_a_whole_file_without_a_length_comes_once(bring, made, sloppy, name):
    body = made[name]
    assert await bring(name, open_ended(name, body)) == body
    assert sloppy.asked[f"/{name}"] == 2  # by the probe, and by the download


@pytest.mark.parametrize("name", SURE)
async def test_a_file_that_always_ends_in_its_middle_is_no_success(bring, made, name):
    with pytest.raises(errors.BrokenOff):
        await bring(name, open_ended(name, made[name], left=len(made[name]) // 2))


@pytest.mark.parametrize("name", ["film.webm", "bare.mp3", "song.opus"])
async def test_a_file_that_broke_off_once_comes_whole(bring, made, name):
    body = made[name]
    cut = open_ended(name, body, left=len(body) // 2 - 7)
    assert await bring(name, cut, open_ended(name, body)) == body


async def test_the_rest_of_a_file_is_asked_for_where_the_site_gives_it(bring, made, sloppy):
    body, tag = made[LARGE], 'ETag: "one"'
    cut = open_ended(LARGE, body, left=len(body) // 2 - 7, fields=(tag,))
    assert await bring(LARGE, cut, ranged(body, LARGE, fields=(tag,))) == body
    assert sloppy.starts == [None, None, len(body) - len(body) // 2 + 6]


@pytest.mark.parametrize("name", ["bare.mp3", "film.ts"])
async def test_a_recording_that_ends_anywhere_is_what_the_site_has(bring, made, name):
    body = made[name][:-50]
    assert await bring(name, open_ended(name, body)) == body


@pytest.mark.parametrize("name", ["bare.mp3", "film.ts"])
async def test_a_recording_that_ends_earlier_the_second_time_is_no_success(bring, made, name):
    first = open_ended(name, made[name], left=3000)
    with pytest.raises(errors.BrokenOff):
        await bring(name, first, open_ended(name, made[name], left=5000))


async def test_a_packed_film_that_libcurl_unpacks_is_no_half_one(bring, made):
    cut = open_ended(LARGE, made[LARGE], left=len(made[LARGE]) // 2, coding="gzip")
    with pytest.raises(errors.BrokenOff):
        await bring(LARGE, cut, by="chrome")


async def test_a_packed_film_that_libcurl_unpacks_is_whole(bring, made):
    whole = open_ended(LARGE, made[LARGE], coding="gzip")
    assert await bring(LARGE, whole, by="chrome") == made[LARGE]


async def test_a_site_that_gives_less_than_the_rest_is_asked_again(bring, made, sloppy):
    body = made[LARGE]
    cut = Reply(body, left=len(body) // 2, kind=TYPES[LARGE])
    assert await bring(LARGE, cut, ranged(body, LARGE, most=len(body) // 5)) == body
    assert len(sloppy.starts) > 4


@pytest.mark.long  # yt-dlp asks ten times, each a little later
async def test_a_site_that_never_gives_the_last_bytes_is_no_success(bring, made):
    body = made[LARGE]
    cut = Reply(body, left=len(body) // 2, kind=TYPES[LARGE])

    def reply(start, end):
        if start is None:  # it begins anew
            return cut
        return ranged(body, LARGE, most=min(1000, len(body) - 100 - start))(start, end)

    with pytest.raises((errors.BrokenOff, errors.Empty)):
        await bring(LARGE, cut, reply)


REFUSED = Reply(b"", status="416 Range Not Satisfiable")


@pytest.mark.parametrize(
    "bend", [{"shift": -100}, {"shift": 100}, {"fields": ("Content-Encoding: gzip",)}, None]
)
async def test_a_part_that_does_not_fit_is_not_taken(bring, made, sloppy, bend):
    body = made[LARGE]
    cut, whole = (Reply(body, left=left, kind=TYPES[LARGE]) for left in (400_000, 0))
    part = ranged(body, LARGE, **bend) if bend else REFUSED
    assert await bring(LARGE, cut, part, whole) == body
    assert sloppy.starts[2:] == [sloppy.starts[2], None]
