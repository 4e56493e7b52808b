"""The frame that a thumbnail shows, and what is decoded for it."""

import av
import pytest

from procs.engine.libav.still_frame import found
from tests.sandbox.originals import originals

__all__ = ["originals"]


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        pytest.param(0.6, 2.0, id="the key frame behind it: there is one every two seconds"),
        pytest.param(2.0, 2.0, id="a key frame itself"),
        pytest.param(5.0, 5.0, id="the frame itself, behind the last key frame"),
        pytest.param(0.0, 0.0, id="the first"),
        pytest.param(60.0, 5.96, id="the last, behind the end"),
    ],
)
def test_a_thumbnail_shows_the_first_key_frame_or_else_the_frame_of_its_time(originals, at, shown):
    with av.open(str(originals / "clip.mp4")) as media:
        assert round(found(media, at).time, 2) == shown


@pytest.mark.parametrize("name", ["clip.mkv", "clip.webm"])
def test_other_containers_have_one_too(originals, name):
    with av.open(str(originals / name)) as media:
        assert found(media, 0.6).time >= 0.6
