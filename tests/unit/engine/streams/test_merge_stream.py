"""Films in two streams that are made while they come: the real engine, ffmpeg and Telegram."""

import asyncio
import os
from functools import partial

import psutil
import pytest

from procs import media
from procs.engine.protocol.messages import MERGED
from procs.records.job import File
from procs.telegram.delivery.courier import UploadOptions
from tests.sandbox.films import (
    FASTER,
    FILM,
    FOLDER,
    MIB,
    SLOW,
    apart,
    beginning,
    begins,
    comes,
    found,
    heard,
    packets,
    size_of,
    was_made_at_once,
)
from tests.unit.engine.ytdlp.test_clips import told
from tests.unit.telegram.delivery.test_courier import send

__all__ = ["comes", "found"]
pytest_plugins = ["tests.sandbox.site.fixtures"]
CHAPTERS = [
    {"start_time": 0, "end_time": 20, "title": "One = first"},
    {"start_time": 20, "end_time": 30, "title": "دو"},
]


@pytest.mark.parametrize("path", [FILM, "/hls/master.m3u8"], ids=["files", "pieces"])
async def test_a_film_in_two_streams_is_the_same_whether_it_is_made_at_once_or_later(comes, path):
    at_once, begun = await comes(path=path)
    assert (begun, was_made_at_once(at_once)) == (1, True)
    later, begun = await comes(path=path, stream_from=0)
    assert (begun, was_made_at_once(later)) == (0, False)
    assert packets(at_once) == packets(later)


def in_pieces(site):
    """The short film's streams as a manifest gives them: how long it lasts only its pieces say."""

    def stream(number, seen, sound):
        names = [f"chunk-stream{number}-{piece:05d}.m4s" for piece in (1, 2, 3)]
        pieces = [{"path": name, "duration": 2} for name in names]
        return {
            "format_id": str(number),
            "url": site.url("/dash/manifest.mpd"),
            "protocol": "http_dash_segments",
            "fragment_base_url": site.url("/dash/"),
            "fragments": [{"path": f"init-stream{number}.m4s"}, *pieces],
            "ext": "m4a" if seen == "none" else "mp4",
            "vcodec": seen,
            "acodec": sound,
            "filesize": 700_000,
        }

    formats = [stream(0, "avc1", "none"), stream(1, "none", "mp4a")]
    return {**apart(site, duration=None), "formats": formats}


async def test_the_pieces_of_a_film_say_how_much_room_its_index_needs(comes, site):
    film, begun = await comes(in_pieces(site))
    assert (begun, was_made_at_once(film)) == (1, True)
    assert packets(film) == packets(site.files / "clip.mp4")


@pytest.fixture
def arrives(found, site, tg, courier, ali, tmp_path):
    """Fetch a film, have it go up meanwhile, and send it. Returns its path, that of what came, the
    stream, and the bytes of the picture that had come down when some of it had gone up."""

    async def goes_up(head):
        stream = courier.stream(tmp_path / MERGED, await begins(tmp_path, head), head=head)
        await tg.called("upload.saveBigFilePart", times=4, timeout=30)
        return stream, site.bytes(f"{FOLDER}/picture.mp4")

    async def arrives(info):
        going = []
        async with found(info) as child:
            fetched = await child.fetch(heard, on_merge=beginning(going, goes_up))
        film = tmp_path / fetched.files[0]
        stream, came_down = await going[0]
        known = File(str(film), "document", "film.mp4", "video/mp4", film.stat().st_size)
        reference = await courier.upload(known, heard, UploadOptions(early=stream))
        await stream.close()
        await send(tg, courier, ali, reference)
        came = await ali.receives_file(await ali.sees("Title"), tmp_path / "ali")
        return film, came, stream, came_down

    return arrives


async def test_a_film_in_two_streams_goes_up_while_it_comes_down(arrives, site):
    film, came, stream, came_down = await arrives(apart(site, SLOW))
    assert came.read_bytes() == film.read_bytes()
    assert media.mp4_boxes.is_streamable(came)
    assert came_down < size_of(site, SLOW) / 2
    assert stream.ahead > 3 * MIB


async def test_a_film_that_is_made_anew_after_parts_of_it_left_arrives_whole(arrives, site):
    film, came, stream, _ = await arrives(apart(site, SLOW, duration=0.1))
    assert came.read_bytes() == film.read_bytes()
    assert packets(film) == packets(site.files / "long.mp4")
    assert (stream.ahead, len(stream.sums) > 3) == (0, True)


@pytest.mark.parametrize(
    ("picture", "duration", "why"),
    [
        (f"{FOLDER}/picture.mp4", 0.1, "moov_size is too small"),
        (f"{FOLDER}/late.mp4", 30.0, "partial file"),
        ("/anew/apart/long/picture.mp4?rate=10000000", 30.0, "began anew"),
    ],
    ids=["room", "late index", "began anew"],
)
async def test_what_cannot_be_made_at_once_is_made_later(
    found, site, tmp_path, picture, duration, why
):
    async with found(apart(site, picture, duration=duration)) as child:
        fetched = await child.fetch(heard)
    film = tmp_path / fetched.files[0]
    assert not was_made_at_once(film)
    assert packets(film) == packets(site.files / "long.mp4")
    assert why in fetched.warnings[0]


async def test_what_is_thrown_away_holds_no_room_whoever_has_it_open(found, site, tmp_path):
    going = []
    async with found(apart(site, FASTER, duration=0.1)) as child:
        await child.fetch(heard, on_merge=beginning(going, partial(begins, tmp_path)))
    file = await going[0]
    assert os.fstat(file).st_blocks == 0
    os.close(file)


async def test_a_film_that_needs_its_room_under_the_limit_is_made_later(comes, site):
    info = apart(site)
    film, _ = await comes(info, stream_from=0)
    film, begun = await comes(info, max_file_size=film.stat().st_size + MIB // 16)
    assert (begun, was_made_at_once(film)) == (0, False)


@pytest.mark.parametrize(
    ("facts", "more"),
    [
        ({"codec": "vp9"}, {}),
        ({"stretched_ratio": 2}, {}),
        ({"duration": 0}, {}),
        ({}, {"stream_from": 8 * MIB}),
        ({}, {"variant": "mp3"}),
    ],
    ids=["codec", "stretched", "duration", "small", "sound"],
)
async def test_what_would_be_changed_or_nobody_knows_is_not_made_at_once(comes, site, facts, more):
    _, begun = await comes(apart(site, **facts), **more)
    assert begun == 0


async def test_chapters_are_in_a_film_that_is_made_at_once(comes, site):
    film, begun = await comes(apart(site, chapters=CHAPTERS))
    assert (begun, was_made_at_once(film)) == (1, True)
    assert told(film)[1] == [(0.0, "One = first"), (20.0, "دو")]


async def test_what_sponsors_paid_for_is_left_out_of_a_film_that_is_made_later(comes, site):
    film, begun = await comes(apart(site), variant="best~")
    assert begun == 0
    assert told(film)[0] == pytest.approx(20, abs=0.5)


async def test_a_job_that_is_cancelled_leaves_no_program(found, site, tmp_path):
    going = []
    async with found(apart(site, SLOW)) as child:
        begin = beginning(going, partial(begins, tmp_path))
        fetching = asyncio.create_task(child.fetch(heard, on_merge=begin))
        await site.until(f"{FOLDER}/picture.mp4", sent=MIB)
        os.close(await going[0])
        programs = psutil.Process(child.pid).children(recursive=True)
        fetching.cancel()
    assert [one.name() for one in programs if one.is_running()] == []
    assert len(programs) == 1


async def test_a_film_whose_program_was_killed_is_made_later(found, site, tmp_path):
    async def kill(head):
        os.close(await begins(tmp_path, head))
        psutil.Process(child.pid).children(recursive=True)[0].kill()

    going = []
    async with found(apart(site, FASTER)) as child:
        fetched = await child.fetch(heard, on_merge=beginning(going, kill))
    await going[0]
    assert not was_made_at_once(tmp_path / fetched.files[0])
    assert "exit -9" in fetched.warnings[0]
