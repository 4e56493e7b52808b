"""Files whole and cut, by what their containers say of their end."""

import pytest

from procs.engine.endings.file_end import judged
from procs.engine.endings.verdict import Ending
from tests.sandbox import made_media
from tests.sandbox.site import files

#: Those whose container tells how much there should be, or which page is the last; and those of
#: which only the last piece can be odd.
SURE = (
    *("xing.mp3", "song.ogg", "song.opus", "song.flac", "song.wav", "song.m4a", "film.webm"),
    *("piped.webm", "live.webm", "film.mkv", "film.avi", "moving.gif"),
    *("front.mp4", "behind.mp4", "pieces.mp4"),
)
ODD = ("bare.mp3", "song.aac", "film.ts", "film.flv")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    return {name: made_media.make(folder, name) for name in (*SURE, *ODD)}


@pytest.fixture
def ending(tmp_path):
    def ending(body):
        (tmp_path / "file").write_bytes(body)
        return judged(tmp_path / "file")

    return ending


def parts(body):
    """Most of what can be left of a file, on odd and even places."""
    return [body[: len(body) * tenths // 10 - odd] for tenths in (2, 4, 5, 8) for odd in (0, 1, 7)]


@pytest.mark.parametrize("name", [*SURE, *ODD])
def test_a_whole_file_is_whole(made, ending, name):
    assert ending(made[name]) is Ending.WHOLE


@pytest.mark.parametrize("name", SURE)
def test_a_file_of_which_a_fifth_is_missing_is_cut(made, ending, name):
    assert {ending(part) for part in parts(made[name])} == {Ending.CUT}


@pytest.mark.parametrize("name", ODD)
def test_a_file_that_ends_within_its_last_piece_is_odd(made, ending, name):
    assert Ending.ODD in {ending(part) for part in parts(made[name])}


@pytest.mark.parametrize("name", [*SURE, *ODD])
def test_a_beginning_of_any_length_is_judged(made, ending, name):
    for size in range(64):
        assert ending(made[name][:size]) in Ending


def test_what_follows_a_film_is_no_part_of_it(made, ending):
    for name in ("live.webm", "film.webm", "front.mp4", "xing.mp3"):
        assert ending(made[name] + bytes(100)) is Ending.WHOLE


def test_the_last_bytes_of_an_index_are_odd(made, ending):
    assert ending(made["film.webm"][:-5]) is Ending.ODD


def test_each_plain_file_of_the_site_is_whole(ending):
    plain = [path for path in files.folder().rglob("*") if path.is_file()]
    assert [path for path in plain if ending(path.read_bytes()) is not Ending.WHOLE] == []


@pytest.mark.parametrize("name", ["photo.png", "archive.zip"])
def test_a_picture_or_an_archive_without_its_end_is_cut(ending, name):
    body = (files.folder() / name).read_bytes()
    assert ending(body[: len(body) // 2]) is Ending.CUT


@pytest.mark.parametrize("name", ["photo.jpg", "paper.pdf"])
def test_a_photo_or_a_paper_without_its_end_is_odd(ending, name):
    body = (files.folder() / name).read_bytes()
    assert ending(body[: len(body) // 2]) is Ending.ODD
