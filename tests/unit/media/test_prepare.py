"""Real files of the site, made ready for the chat by the real programs."""

import shutil
from pathlib import Path

import av
import pytest

from procs import errors, media
from procs.core.ffmpeg import tools
from procs.media.mp4_boxes import is_streamable
from procs.media.pictures import photo_size
from tests.sandbox.originals import MIB, facts, originals

__all__ = ["originals"]
pytest_plugins = ["tests.sandbox.site.fixtures"]


@pytest.fixture
def prepare(media_tools, originals, tmp_path):
    """Prepare a copy of one of the site's files, or a file with `body`."""

    async def prepare(name, *, body=None, variant="best", title="A title", cover="", **more):
        (tmp_path / name).write_bytes(body or (originals / name).read_bytes())
        if cover:
            shutil.copy(originals / cover, tmp_path)
        wanted = {"performer": "", "max_file_size": 100 * MIB, **more}
        (file,) = await media.prepare(
            media_tools, tmp_path, [name], variant=variant, title=title, cover=cover, **wanted
        )
        assert Path(file.path).parent == tmp_path
        assert Path(file.path).stat().st_size == file.size
        return file

    return prepare


@pytest.mark.parametrize(
    ("name", "size", "silent"),
    [
        ("clip.mp4", (640, 360), False),
        ("clip.mkv", (640, 360), False),
        ("rotated.mp4", (360, 640), False),
        ("squeezed.mp4", (640, 480), False),
        ("silent.mp4", (640, 360), True),
        ("small.mp4", (320, 180), False),
    ],
)
async def test_films_play_while_they_arrive(prepare, name, size, silent):
    file = await prepare(name)
    assert (file.kind, file.name, file.mime) == ("video", "A title.mp4", "video/mp4")
    assert ((file.width, file.height), file.silent) == (size, silent)
    assert file.duration == pytest.approx(6, abs=0.1)
    assert is_streamable(Path(file.path))
    assert facts(file)[0] == (["h264"] if silent else ["h264", "aac"])


@pytest.mark.parametrize("name", ["clip.mp4", "rotated.mp4", "squeezed.mp4"])
async def test_thumbnails_have_the_films_shape(prepare, name):
    file = await prepare(name)
    with av.open(file.thumbnail) as opened:
        picture = opened.streams.video[0]
        width, height = picture.width, picture.height
    assert max(width, height) == 320
    assert width / height == pytest.approx(file.width / file.height, abs=0.02)
    assert Path(file.thumbnail).stat().st_size < 200_000


async def test_fragments_are_put_together(prepare, originals, tmp_path):
    hls = originals / "hls"
    parts = [hls / "fmp4-init.mp4", *sorted(hls.glob("fmp4*.m4s"))]
    body = b"".join(part.read_bytes() for part in parts)
    (tmp_path / "before.mp4").write_bytes(body)
    assert not is_streamable(tmp_path / "before.mp4")
    assert is_streamable(Path((await prepare("parts.mp4", body=body)).path))


@pytest.mark.parametrize(
    ("name", "mime"),
    [
        ("clip.webm", "video/webm"),
        ("film.mkv", "video/x-matroska"),
        ("archive.zip", "application/zip"),
        ("paper.pdf", "application/pdf"),
        ("wide.jpg", "image/jpeg"),
    ],
)
async def test_what_would_not_play_goes_out_as_it_is(prepare, originals, name, mime):
    file = await prepare(name)
    assert (file.kind, file.name, file.mime) == ("document", name, mime)
    assert Path(file.path).read_bytes() == (originals / name).read_bytes()


@pytest.mark.parametrize(("name", "size"), [("photo.jpg", (800, 600)), ("photo.png", (320, 240))])
async def test_photos(prepare, name, size):
    file = await prepare(name)
    assert (file.kind, file.name, (file.width, file.height)) == ("photo", name, size)


@pytest.mark.parametrize(
    ("name", "variant", "suffix", "codec"),
    [
        ("song.m4a", "mp3", ".mp3", "mp3"),
        ("song.m4a", "m4a", ".m4a", "aac"),
        ("song.opus", "audio", ".m4a", "aac"),
        ("clip.mp4", "mp3", ".mp3", "mp3"),
    ],
)
async def test_songs_with_title_artist_and_cover(prepare, name, variant, suffix, codec):
    file = await prepare(
        name, variant=variant, title="آهنگ", performer="Someone", cover="cover.jpg"
    )
    codecs, tags = facts(file)
    assert (file.kind, file.name) == ("audio", f"آهنگ{suffix}")
    assert (file.title, file.performer) == ("آهنگ", "Someone")
    assert (codecs, tags["title"], tags["artist"]) == ([codec, "mjpeg"], "آهنگ", "Someone")
    assert Path(file.thumbnail).stat().st_size > 0


async def test_an_opus_song_carries_its_cover_as_a_tag(prepare):
    file = await prepare(
        "song.opus", variant="opus", title="آهنگ", performer="Someone", cover="cover.jpg"
    )
    with av.open(file.path) as opened:
        codecs = [one.codec_context.name for one in opened.streams]
        tags = {**opened.metadata, **opened.streams.audio[0].metadata}
    assert (file.name, file.mime, file.kind) == ("آهنگ.opus", "audio/ogg", "audio")
    assert (codecs, tags["title"], tags["artist"]) == (["opus", "mjpeg"], "آهنگ", "Someone")


async def test_a_film_wanted_as_a_file_is_a_document(prepare, originals):
    file = await prepare("clip.mp4", variant="file")
    assert (file.kind, file.name) == ("document", "clip.mp4")
    assert Path(file.path).read_bytes() == (originals / "clip.mp4").read_bytes()


async def test_a_photo_wanted_as_a_file_is_not_made_smaller(prepare):
    assert (await prepare("photo.jpg", variant="file")).kind == "document"


async def test_a_copied_sound_is_the_same_sound(prepare, originals):
    made = Path((await prepare("song.m4a", variant="audio")).path)
    assert sounds(made) == sounds(originals / "song.m4a")


def sounds(path):
    with av.open(str(path)) as opened:
        return [bytes(packet) for packet in opened.demux(opened.streams.audio[0])]


async def test_a_song_that_knows_its_own_name(prepare):
    file = await prepare("song.mp3", title="song")
    assert (file.name, file.title, file.performer) == ("Sine.mp3", "Sine", "Osc")


async def test_the_site_knows_better_than_the_file(prepare):
    file = await prepare("song.mp3", title="True name", performer="True artist")
    assert (file.name, file.performer) == ("True name.mp3", "True artist")


async def test_sound_of_a_silent_film(prepare):
    with pytest.raises(errors.NoSuchVariant):
        await prepare("silent.mp4", variant="mp3")


async def test_a_film_shorter_than_promised_is_no_success(prepare):
    with pytest.raises(errors.CutShort, match="6.0 s of 60.0 s"):
        await prepare("clip.mp4", durations=[60.0])


async def test_a_film_as_long_as_promised(prepare):
    assert (await prepare("clip.mp4", durations=[6.9])).kind == "video"


async def test_too_large_for_the_chat(prepare):
    with pytest.raises(errors.TooLarge):
        await prepare("clip.mp4", max_file_size=1 * MIB)


@pytest.mark.parametrize("name", ["clip.mp4", "hd.mp4", "apart/long/picture.mp4", "song.m4a"])
async def test_a_film_without_its_end_is_no_success(prepare, originals, name):
    """The index of some is gone with it; that of others tells how long the whole was."""
    body = (originals / name).read_bytes()
    with pytest.raises(errors.CutShort):
        await prepare("half.mp4", body=body[: len(body) // 2])


@pytest.mark.parametrize("name", ["clip.mp4", "hd.mp4"])
async def test_a_film_that_lacks_a_few_bytes_is_a_film(prepare, originals, name):
    body = (originals / name).read_bytes()
    cut = body[:-8] if name == "hd.mp4" else body + bytes(5)
    assert (await prepare("nearly.mp4", body=cut)).duration == pytest.approx(6, abs=0.2)


async def test_a_playlist_that_calls_itself_a_film_is_not_opened(prepare, site):
    trap = f"#EXTM3U\n#EXTINF:6,\n{site.url('/hls/muxed0.ts')}\n#EXT-X-ENDLIST\n"
    with pytest.raises(errors.ProcessingFailed):
        await prepare("trap.mp4", body=trap.encode())
    assert site.hits("/hls/muxed0.ts") == 0


async def test_unknown_bytes_are_a_document(prepare):
    file = await prepare("نامه.qqq", body=b"what is this")
    assert (file.kind, file.name, file.mime) == ("document", "نامه.qqq", "application/octet-stream")


async def test_names_that_programs_could_misread(media_tools, originals, tmp_path):
    name = "-i %03d 'quoted'.mp4"
    shutil.copy(originals / "clip.mp4", tmp_path / name)
    (file,) = await media.prepare(
        media_tools, tmp_path, [name], variant="best", title=name, max_file_size=100 * MIB
    )
    assert (file.kind, file.name) == ("video", "i %03d 'quoted'.mp4.mp4")


async def test_several_files_of_one_job(media_tools, originals, tmp_path):
    for name in ("clip.mp4", "photo.jpg"):
        shutil.copy(originals / name, tmp_path)
    ready = await media.prepare(
        media_tools, tmp_path, ["clip.mp4", "photo.jpg"], variant="best", title="x",
        max_file_size=100 * MIB,
    )  # fmt: skip
    assert [file.kind for file in ready] == ["video", "photo"]


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xe0\x00\x00" * 9,
        b"\x89PNG\r\n\x1a\n" + bytes(16),
        b"\xff\xd8\xff\xc0\x00\x11\x08\x00\x00\x00\x00",
    ],
)
def test_a_damaged_picture_is_no_photo(tmp_path, head):
    (tmp_path / "x.jpg").write_bytes(head)
    assert photo_size(tmp_path / "x.jpg") is None


@pytest.mark.parametrize(
    "body", [b"", b"\0\0\0\x08moov", b"\0\0\0\0mdat", b"\0\0\0\x01free", b"ab"]
)
def test_a_damaged_film_is_not_streamable(tmp_path, body):
    (tmp_path / "x.mp4").write_bytes(body)
    assert not is_streamable(tmp_path / "x.mp4")


def test_there_is_an_ffmpeg():
    assert Path(tools().ffmpeg).is_file()
