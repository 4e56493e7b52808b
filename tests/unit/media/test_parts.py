"""Files over the limit are cut into parts by the real programs."""

import shutil
from pathlib import Path

import av
import pytest

from procs import errors, media
from procs.media.mp4_boxes import is_streamable
from tests.sandbox.originals import MIB, facts, originals

__all__ = ["originals"]
pytest_plugins = ["tests.sandbox.site.fixtures"]


@pytest.fixture
def cut(media_tools, originals, tmp_path):
    """Prepare one of the site's files that is larger than its limit."""

    async def cut(name, *, limit, parts=9, variant="best", title="A title"):
        shutil.copy(originals / name, tmp_path)
        ready = await media.prepare(
            media_tools, tmp_path, [name], variant=variant, title=title, max_file_size=limit,
            parts=parts,
        )  # fmt: skip
        assert all(file.size == Path(file.path).stat().st_size <= limit for file in ready)
        return ready

    return cut


async def test_a_film_over_the_limit_is_cut_into_parts_that_play(cut):
    ready = await cut("long.mp4", limit=3 * MIB)
    assert [file.name for file in ready] == [f"A title ({n} of 3).mp4" for n in (1, 2, 3)]
    assert [file.title for file in ready] == [f"A title ({n} of 3)" for n in (1, 2, 3)]
    assert sum(file.duration for file in ready) == pytest.approx(30, abs=0.5)
    for file in ready:
        assert (file.kind, file.width, facts(file)[0]) == ("video", 640, ["h264", "aac"])
        assert is_streamable(Path(file.path))
        assert Path(file.thumbnail).is_file()


async def test_every_part_begins_with_a_picture_and_lasts_as_long_as_it_says(cut):
    for file in await cut("long.mp4", limit=2 * MIB):
        with av.open(file.path) as opened:
            frames = list(opened.decode(opened.streams.video[0]))
        assert frames[0].key_frame
        assert frames[0].time < 0.2
        assert len(frames) / 25 == pytest.approx(file.duration, abs=0.3)


@pytest.mark.parametrize(
    ("name", "variant", "kind"),
    [
        ("clip.mkv", "best", "video"),
        ("clip.webm", "best", "document"),
        ("film.mkv", "best", "document"),
        ("clip.mp4", "file", "document"),
        ("long.mp4", "mp3", "audio"),
        ("long.mp4", "m4a", "audio"),
    ],
)
async def test_other_files_over_the_limit(cut, originals, name, variant, kind):
    size = (originals / name).stat().st_size
    ready = await cut(name, variant=variant, limit=100_000 if kind == "audio" else size * 9 // 10)
    assert {file.kind for file in ready} == {kind}
    assert len(ready) > 1
    whole = 30 if name == "long.mp4" else 6
    lasted = []
    for file in ready:
        with av.open(file.path) as opened:
            lasted.append(opened.duration / av.time_base)
    assert sum(lasted) == pytest.approx(whole, abs=0.6)


async def test_no_more_parts_than_the_operator_wants(cut):
    with pytest.raises(errors.TooLarge, match="3 parts, limit 2"):
        await cut("long.mp4", limit=3 * MIB, parts=2)


async def test_what_has_too_few_key_frames_is_not_cut(cut):
    """Parts of a tenth of a second cannot be had from two seconds between key frames."""
    with pytest.raises(errors.TooLarge):
        await cut("clip.mp4", limit=20_000, parts=99)


async def test_the_number_stays_however_long_the_title_is(cut):
    ready = await cut("long.mp4", limit=3 * MIB, title="دراز " * 60)
    assert all(f"({n} of 3).mp4" in file.name for n, file in enumerate(ready, 1))


async def test_an_archive_is_not_cut(cut):
    with pytest.raises(errors.TooLarge):
        await cut("archive.zip", limit=100)
