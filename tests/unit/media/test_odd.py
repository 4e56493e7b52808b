"""Files whose form, or whose size, is not what a chat needs: newer pictures, padded films."""

from pathlib import Path

import pytest

from procs import media
from procs.media.mp4_boxes import is_streamable
from procs.media.pictures import photo_size
from tests.sandbox.foreign import files as foreign
from tests.sandbox.originals import MIB, originals

__all__ = ["originals"]
pytest_plugins = ["tests.sandbox.site.fixtures"]


@pytest.fixture
def made(media_tools, tmp_path):
    """The files that a body of this name becomes."""

    async def made(name, body, *, variant="best", limit=100 * MIB, parts=9):
        (tmp_path / name).write_bytes(body)
        ready = await media.prepare(
            media_tools,
            tmp_path,
            [name],
            variant=variant,
            title="A title",
            max_file_size=limit,
            parts=parts,
        )
        assert all(file.size == Path(file.path).stat().st_size <= limit for file in ready)
        return ready

    return made


@pytest.mark.parametrize("name", ["four.webp", "five.avif"])
async def test_a_picture_in_a_newer_form_is_shown_as_a_photo(made, name):
    """A chat shows a WebP that comes as a file as a sticker."""
    body = (foreign.folder() / name).read_bytes()
    (file,) = await made(name, body)
    assert (file.kind, file.name) == ("photo", Path(name).stem + ".jpg")
    assert (file.width, file.height) == (640, 480)
    assert photo_size(Path(file.path)) == (640, 480)
    assert not Path(file.path).with_name(name).exists()


async def test_a_picture_comes_as_it_is_where_a_file_was_wished_or_nothing_can_read_it(made):
    body = (foreign.folder() / "four.webp").read_bytes()
    for variant, one in (("file", body), ("best", body[:60])):
        (file,) = await made("four.webp", one, variant=variant)
        assert (file.kind, file.name, file.size) == ("document", "four.webp", len(one))


async def test_a_film_that_no_mp4_may_hold_comes_as_it_is(made):
    body = (foreign.folder() / "film.mov").read_bytes()
    (file,) = await made("film.mov", body)
    assert (file.kind, file.name, file.size) == ("document", "film.mov", len(body))


def padded(size):
    """A box that players skip (ISO/IEC 14496-12, 8.1.2), of so many bytes."""
    return size.to_bytes(4, "big") + b"free" + bytes(size - 8)


@pytest.mark.parametrize("parts", [9, 2])
@pytest.mark.parametrize("size", [3 * MIB, 30 * MIB])
async def test_what_is_only_padded_beyond_the_limit_comes_in_one(made, originals, size, parts):
    """Once as it is repacked anyway (its index is behind), once as it comes; and as a document."""
    for name, variant in (("clip.mp4", "best"), ("small.mp4", "best"), ("small.mp4", "file")):
        body = (originals / name).read_bytes() + padded(size)
        (file,) = await made(name, body, variant=variant, limit=2 * MIB, parts=parts)
        assert (file.name, round(file.duration)) == ("A title.mp4", 6 if variant == "best" else 0)
        assert is_streamable(Path(file.path))
        Path(file.path).unlink()


async def test_a_padded_film_is_cut_into_no_more_parts_than_it_needs(made, originals):
    whole = (originals / "long.mp4").read_bytes()
    body = whole + padded(len(whole) * 3)
    ready = await made("long.mp4", body, limit=round(len(whole) / 1.8))
    assert [file.title for file in ready] == ["A title (1 of 2)", "A title (2 of 2)"]
