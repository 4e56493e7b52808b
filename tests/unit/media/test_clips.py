"""Parts of a film, and its words: made by the real programs from the site's real files."""

import shutil
from pathlib import Path

import av
import pytest

from procs import errors, media
from procs.media.media_plan import MediaPlan, plan
from procs.wishes.variant import Clip, Variant
from tests.sandbox.site import files
from tests.unit.media.test_plan import MKV, film, song

pytest_plugins = ["tests.sandbox.site.fixtures"]

MIB = 1024**2


@pytest.fixture
def prepare(media_tools, tmp_path):
    """Prepare a copy of one of the site's files, with words beside it."""

    async def prepare(name, variant, *, words="", limit=100 * MIB, encode=60.0):
        for one in filter(None, (name, words)):
            shutil.copy(files.folder() / one, tmp_path)
        return await media.prepare(
            media_tools, tmp_path, [Path(name).name], variant=variant, title="A title",
            subtitles=Path(words).name, max_file_size=limit, parts=9, encode=encode,
        )  # fmt: skip

    return prepare


def told(path):
    """Codecs of a file, and its seconds."""
    with av.open(str(path)) as opened:
        names = [one.codec_context.name.removesuffix("float") for one in opened.streams]
        return names, opened.duration / av.time_base


@pytest.mark.parametrize(
    ("name", "variant", "lasts", "codecs"),
    [
        ("long.mp4", "best@3-8!", 5, ["h264", "aac"]),
        ("clip.webm", "best@1-4!", 3, ["h264", "aac"]),
        ("silent.mp4", "best@1-4!", 3, ["h264"]),
        ("long.mp4", "mp3@3-8", 5, ["mp3"]),
        ("long.mp4", "m4a@3-8", 5, ["aac"]),
        ("song.opus", "opus@1-4", 3, ["opus"]),
        ("clip.mp4", "best@4-60!", 2, ["h264", "aac"]),
    ],
)
async def test_a_clip_is_exact_where_that_was_wished(prepare, name, variant, lasts, codecs):
    (file,) = await prepare(name, variant)
    assert told(file.path)[0] == codecs
    assert told(file.path)[1] == pytest.approx(lasts, abs=0.2)
    assert file.duration == pytest.approx(lasts, abs=0.2)


async def test_a_clip_begins_with_the_frame_that_was_wished_for(prepare):
    """The third second lies between two key frames, at 2 and 4."""
    (file,) = await prepare("long.mp4", "best@3-8!")
    first = shades(file.path, 0)
    wished, key = (shades(files.folder() / "long.mp4", at) for at in (3, 2))
    assert difference(first, wished) < 3 < difference(first, key)


def shades(path, at):
    """The grey of each pixel at a second."""
    with av.open(str(path)) as opened:
        frames = opened.decode(opened.streams.video[0])
        frame = next(frame for frame in frames if frame.time >= at)
        return bytes(frame.reformat(format="gray").planes[0])


def difference(one, other):
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) / len(one)


async def test_a_fast_clip_begins_with_the_key_frame_before_it(prepare):
    (file,) = await prepare("long.mp4", "best@3-8", encode=0)
    codecs, lasts = told(file.path)
    assert (codecs, file.kind) == (["h264", "aac"], "video")
    assert lasts == pytest.approx(6, abs=0.3)
    assert difference(shades(file.path, 0), shades(files.folder() / "long.mp4", 2)) < 3


async def test_a_film_that_would_not_play_is_encoded_anew_where_that_was_wished(prepare):
    (file,) = await prepare("clip.webm", "best!")
    assert (file.kind, told(file.path)[0]) == ("video", ["h264", "aac"])


@pytest.mark.parametrize("variant", ["best!", "best@1-4!"])
async def test_nothing_is_encoded_anew_beyond_what_the_operator_allows(prepare, variant):
    with pytest.raises(errors.NotEncoded):
        await prepare("clip.webm", variant, encode=2.0)


async def test_a_film_that_plays_is_only_copied(prepare):
    (file,) = await prepare("clip.mp4", "best!", encode=0)
    assert told(file.path)[0] == ["h264", "aac"]


async def test_a_clip_as_a_file_is_copied(prepare):
    (file,) = await prepare("long.mp4", "file@4-10")
    assert file.kind == "document"
    assert told(file.path)[1] == pytest.approx(6, abs=2.1)


@pytest.mark.parametrize("variant", ["best@30-40", "mp3@30-40"])
async def test_a_clip_behind_the_end(prepare, variant):
    with pytest.raises(errors.NoSuchVariant):
        await prepare("long.mp4", variant)


LONG = Variant("best", Clip(0, 600))


@pytest.mark.parametrize(
    ("facts", "wanted"),
    [
        (film(), MediaPlan("video", ".mp4", picture="copy", sound="copy")),
        (film(MKV, "vp9", "opus"), MediaPlan("document", ".mkv", picture="copy", sound="copy")),
        (song("mp3", "mp3"), MediaPlan("audio", ".mp3", sound="copy")),
    ],
)
def test_a_clip_is_not_encoded_anew_unless_that_was_wished(facts, wanted):
    assert plan(facts, wish=LONG, streamable=True) == wanted


async def test_words_alone_are_srt(prepare):
    (file,) = await prepare("subs/fa.vtt", "subs:fa")
    assert (file.kind, file.name) == ("document", "A title.fa.srt")
    text = Path(file.path).read_text(encoding="utf-8")
    assert "00:00:01,000 --> 00:00:02,500\nسلام دنیا" in text


async def test_words_inside_a_film_can_be_switched_on(prepare):
    (file,) = await prepare("clip.mp4", "best+subs:fa", words="subs/fa.vtt")
    with av.open(file.path) as opened:
        (words,) = opened.streams.subtitles
        assert (words.codec_context.name, words.language) == ("mov_text", "fas")
        assert len(opened.streams.video) == len(opened.streams.audio) == 1
    assert file.kind == "video"


async def test_words_inside_a_clip(prepare):
    (file,) = await prepare("clip.mp4", "best@3-6+subs:en", words="subs/en.vtt")
    assert told(file.path)[0] == ["h264", "aac", "mov_text"]


@pytest.mark.parametrize(("name", "limit"), [("clip.webm", 100 * MIB), ("clip.mp4", MIB)])
async def test_words_go_beside_what_has_no_place_for_them(prepare, name, limit):
    *films, words = await prepare(name, "best+subs:fa", words="subs/fa.vtt", limit=limit)
    assert words.name == "A title.fa.srt"
    assert len(films) == (1 if name == "clip.webm" else 2)


async def test_words_that_are_wanted_beside_a_film_leave_it_as_it_is(prepare):
    film, words = await prepare("clip.mp4", "best+srt:fa", words="subs/fa.vtt")
    assert (film.kind, words.kind, words.name) == ("video", "document", "A title.fa.srt")
    with av.open(film.path) as opened:
        assert not opened.streams.subtitles


async def test_a_height_as_a_file_is_a_document_as_it_came(prepare):
    (file,) = await prepare("clip.mp4", "720p+file")
    assert file.kind == "document"


async def test_words_that_are_none(prepare):
    with pytest.raises(errors.ProcessingFailed):
        await prepare("paper.pdf", "subs:fa")
