"""The real engine on a site that sends other parts of files than it was asked for."""

import random
from functools import cache

import pytest

from procs import errors
from procs.engine.protocol.messages import Order
from tests.sandbox.site import files
from tests.sandbox.site.files import hls
from tests.sandbox.site.server import LOOPBACK
from tests.sandbox.sloppy_site import Reply

pytest_plugins = ["tests.sandbox.site.fixtures"]

HLS, MP4 = "application/vnd.apple.mpegurl", "video/mp4"
ONE, TWO = 'ETag: "one"', 'ETag: "two"'
MONDAY, FRIDAY = (f"Last-Modified: {day} Nov 2026 00:00:00 GMT" for day in ("Mon, 23", "Fri, 27"))
PARTLY = "206 Partial Content"
FILE, PIECE = "ranges15.ts", "muxed1.ts"


@pytest.fixture
def bring(sloppy, engine, tmp_path):
    async def bring(path, folder="1"):
        """The bytes of what lies behind a path of the site."""
        place = tmp_path / folder
        place.mkdir()
        async with engine.open(Order(sloppy.url(path), allowed_networks=LOOPBACK), place) as one:
            await one.probe()
            (name,) = (await one.fetch(lambda done, total, rate: None)).files
        return (place / name).read_bytes()

    return bring


@cache
def other(name):
    """The same length, and other packets."""
    changed = bytearray(hls(name))
    for place in range(0, len(changed), 188):
        changed[place + 100] ^= 0x55
    return bytes(changed)


def part(body, start, end=None, *, total=None, extra=b"", fields=(), **more):
    """The part of a file from one byte to another, with so many bytes too many."""
    end = len(body) - 1 if end is None else end
    said = f"Content-Range: bytes {start}-{end}/{len(body) if total is None else total}"
    kept = body[start : end + 1] + extra
    return Reply(kept, status=PARTLY, fields=(said, *fields), kind=MP4, **more)


# A list of parts of one file


@pytest.fixture
def ranges(sloppy, bring):
    """The film of a list of parts, by the reply to each range of its file."""
    sloppy.replies["/ranges15.m3u8"] = [Reply(hls("ranges15.m3u8"), kind=HLS)]

    async def ranges(*replies):
        sloppy.replies["/ranges15.ts"] = list(replies)
        return await bring("/ranges15.m3u8", str(len(sloppy.starts)))

    return ranges


def exact(start, end):
    return part(hls(FILE), start, end, fields=(ONE, MONDAY))


@pytest.mark.parametrize(
    "reply",
    [
        lambda start, end: Reply(hls(FILE)),
        lambda start, end: Reply(hls(FILE), "Transfer-Encoding"),
        lambda start, end: part(hls(FILE), 0, end - start),
        lambda start, end: part(hls(FILE), start, end - 188),
        lambda start, end: part(hls(FILE), start, min(end + 188, len(hls(FILE)) - 1)),
        lambda start, end: part(hls(FILE), start, end, extra=b"more"),
        lambda start, end: part(hls(FILE), start, end, extra=b"more", framed="Transfer-Encoding"),
        lambda start, end: Reply(hls(FILE)[start : end + 1], status=PARTLY),
    ],
    ids=["whole", "chunks", "elsewhere", "shorter", "longer", "more", "more-in-chunks", "silent"],
)
async def test_other_bytes_than_a_list_names_are_no_film(ranges, reply):
    with pytest.raises(errors.BrokenOff):
        await ranges(reply)


@pytest.mark.parametrize(
    "replies",
    [
        [exact, lambda start, end: part(other(FILE), start, end, fields=(TWO, FRIDAY))],
        [exact, lambda start, end: part(other(FILE) + b"more", start, end, fields=(ONE, MONDAY))],
    ],
    ids=["version", "length"],
)
async def test_parts_of_two_versions_of_a_file_are_no_film(ranges, replies):
    with pytest.raises(errors.BrokenOff):
        await ranges(*replies)


@pytest.mark.parametrize(
    "replies",
    [
        [lambda start, end: part(hls(FILE), start, end, total="*")],
        [lambda start, end: part(hls(FILE), start, end, framed="Transfer-Encoding")],
        [lambda start, end: part(hls(FILE), start, end, framed="", version="1.0")],
        [exact, lambda start, end: part(hls(FILE), start, end, fields=(TWO, MONDAY))],
        [exact, lambda start, end: part(hls(FILE), start, end)],
    ],
    ids=["no-total", "chunks", "no-length", "a-tag-of-each-server", "no-tag"],
)
async def test_the_bytes_that_a_list_names_are_taken(ranges, replies):
    assert await ranges(*replies) == await ranges(exact)


# A piece that breaks off


@pytest.fixture
def broken(sloppy, bring):
    """The film of a list, whose second piece is answered so."""
    sloppy.folder(files.folder() / "hls")
    sloppy.replies["/muxed.m3u8"] = [Reply(hls("muxed.m3u8"), kind=HLS)]

    async def broken(*replies):
        sloppy.replies["/muxed1.ts"] = list(replies)
        return await bring("/muxed.m3u8", str(len(sloppy.starts)))

    return broken


def cut(start, end):
    return Reply(hls(PIECE), left=len(hls(PIECE)) // 2, fields=(ONE,))


def whole(start, end):
    return Reply(hls(PIECE), fields=(ONE,))


def newer(start, end):
    return Reply(other(PIECE), fields=(TWO,))


@pytest.mark.parametrize(
    "rest",
    [
        lambda start, end: part(hls(PIECE), start - 188, fields=(ONE,)),
        lambda start, end: part(hls(PIECE), start, start + 187, fields=(ONE,)),
        lambda start, end: part(hls(PIECE), start, fields=(ONE,), extra=b"more"),
        lambda start, end: part(other(PIECE), start, fields=(TWO,)),
        *(Reply(b"", status=f"{status} No") for status in (400, 403, 416, 500, 501)),
    ],
    ids=["elsewhere", "shorter", "more", "version", "400", "403", "416", "500", "501"],
)
async def test_a_piece_whose_rest_does_not_fit_comes_whole(broken, sloppy, rest):
    assert await broken(cut, rest, whole) == await broken(whole)
    assert sloppy.asked["/muxed1.ts"] == 4


async def test_a_piece_that_changes_while_it_comes_is_the_new_one(broken):
    rest = [lambda start, end: part(other(PIECE), start, fields=(TWO,))]
    assert await broken(cut, *rest, newer) == await broken(newer)


async def test_the_rest_of_a_piece_is_asked_for_alone(broken, sloppy):
    rest = [lambda start, end: part(hls(PIECE), start, fields=(ONE,))]
    body = await broken(cut, *rest)
    assert sloppy.asked["/muxed1.ts"] == 2
    assert body == await broken(whole)


@pytest.mark.parametrize("span", [(0, 187), (188, None)], ids=["beginning", "end"])
async def test_a_part_in_the_place_of_a_piece_is_no_film(broken, span):
    with pytest.raises(errors.BrokenOff):
        await broken(lambda start, end: part(hls(PIECE), *span))


@pytest.mark.parametrize(
    "reply",
    [
        lambda start, end: Reply(hls(PIECE), coding="gzip"),
        lambda start, end: Reply(hls(PIECE), "Transfer-Encoding"),
        lambda start, end: Reply(hls(PIECE), "", version="1.0"),
        lambda start, end: Reply(hls(PIECE), status=PARTLY),
        lambda start, end: part(hls(PIECE), 0),
    ],
    ids=["packed", "chunks", "no-length", "a-part-that-is-whole", "a-named-part-that-is-whole"],
)
async def test_a_whole_piece_is_taken_however_it_comes(broken, reply):
    assert await broken(reply) == await broken(whole)


# A plain file that breaks off


@pytest.fixture
def plain(sloppy, bring):
    async def plain(*replies):
        """The file of these replies; the first is also read by the probe."""
        sloppy.replies["/clip.mp4"] = [replies[0], *replies]
        return await bring("/clip.mp4")

    return plain


BODY = bytes(4) + random.Random(1).randbytes(1_000_000)
BROKEN, FULL = (Reply(BODY, left=left, kind=MP4, fields=(ONE,)) for left in (len(BODY) // 2, 0))


@pytest.mark.parametrize(
    "rest",
    [
        lambda start, end: part(BODY, start, fields=(ONE,), extra=b"more"),
        lambda start, end: part(BODY, start, start + 99, fields=(ONE,), extra=b"more"),
        *(Reply(b"", status=f"{status} No") for status in (400, 403, 500, 501)),
    ],
    ids=["more", "more-than-said", "400", "403", "500", "501"],
)
async def test_a_file_whose_rest_does_not_fit_comes_whole(plain, sloppy, rest):
    assert await plain(BROKEN, rest, FULL) == BODY
    assert [start is None for start in sloppy.starts] == [True, True, False, True]


@pytest.mark.parametrize(
    "replies",
    [
        [part(BODY, len(BODY) // 2, fields=(ONE,))],
        [BROKEN, part(BODY, 100, fields=(TWO,))],
        [part(BODY, 0, fields=(ONE,), total=len(BODY) - 9)],
        [part(BODY, 0, 999, extra=b"more", framed="Transfer-Encoding")],
    ],
    ids=["end", "end-again", "more-than-all", "more-in-chunks"],
)
async def test_another_part_of_a_file_is_no_file(sloppy, bring, replies):
    sloppy.replies["/clip.mp4"] = [FULL, *replies]
    with pytest.raises(errors.BrokenOff):
        await bring("/clip.mp4")


async def test_a_site_that_asks_to_wait_is_not_asked_for_all_at_once(plain, sloppy):
    busy = Reply(b"", status="503 Busy")
    rest = [lambda start, end: part(BODY, start, fields=(ONE,))]
    assert await plain(BROKEN, busy, *rest) == BODY
    assert [start is None for start in sloppy.starts] == [True, True, False, False]


CHANGED = bytes(4) + random.Random(2).randbytes(1_000_000)
UNTAGGED = Reply(BODY, left=len(BODY) // 2, kind=MP4)


def either(body, fields=()):
    """A site that serves ranges of a file, and the whole of it."""

    def reply(start, end):
        if start is None:
            return Reply(body, kind=MP4, fields=fields)
        return part(body, start, end, fields=fields)

    return reply


@pytest.mark.parametrize("fields", [(), (ONE,), (MONDAY,)], ids=["length", "tag", "time"])
async def test_another_file_of_the_same_length_comes_whole(plain, sloppy, fields):
    assert await plain(UNTAGGED, either(CHANGED, fields)) == CHANGED
    assert sloppy.starts[-1] is None


async def test_a_file_that_says_what_it_is_only_later_comes_whole(plain, sloppy):
    assert await plain(UNTAGGED, either(BODY, (ONE,))) == BODY
    assert sloppy.starts[-1] is None


async def test_the_rest_of_a_file_of_known_length_is_asked_for_when_its_end_is_the_same(
    plain, sloppy
):
    assert await plain(UNTAGGED, either(BODY)) == BODY
    *_, compared, rest = sloppy.starts
    assert 0 < rest - compared <= 64 * 1024


@pytest.mark.parametrize("status", ["403 No", "416 No", "500 No"])
async def test_a_site_that_gives_no_end_to_compare_sends_the_whole_file(plain, sloppy, status):
    assert await plain(UNTAGGED, Reply(b"", status=status), FULL) == BODY
    assert [start is None for start in sloppy.starts] == [True, True, False, True]
