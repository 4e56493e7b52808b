"""What a look found, in both languages."""

import pytest

from procs.core import codec
from procs.wishes import look_text

LIST = {
    "kind": "list", "title": "A feed", "count": 23, "more": True, "most": 50, "page": 2,
    "entries": [
        {"place": 11, "title": "قسمت یازدهم", "url": "https://a.example/11", "duration": 61.0},
        {"place": 12, "title": "", "url": "https://a.example/12", "duration": 0},
    ],
}  # fmt: skip
FILM = {
    "kind": "video", "title": "A film", "duration": 3600.0, "size": 3 << 30, "ready": ["720p"],
    "choices": [
        {"variant": "1080p", "size": 3 << 30, "codecs": "avc1+mp4a", "parts": 2},
        {"variant": "720p", "size": 1 << 30, "codecs": "avc1+mp4a", "parts": 1},
        {"variant": "mp3", "size": None, "codecs": "mp4a", "parts": 1},
    ],
    "subtitles": ["fa", "en"], "captions": 90,
}  # fmt: skip


def said(language, told):
    return look_text.lines(language, codec.dump(told)).splitlines()


def test_a_page_of_a_list_says_how_to_choose_and_how_to_go_on():
    lines = said("en", LIST)
    assert lines[0] == "📃 A feed (23 entries)"
    assert lines[2:4] == ["11. قسمت یازدهم · 1:01", "12. https://a.example/12"]
    assert "at most 50" in lines[5]
    assert "list 3" in lines[6]


def test_a_persian_list_has_persian_digits_and_keeps_foreign_words_apart():
    lines = said("fa", LIST)
    assert lines[2] == "۱۱. \u2068قسمت یازدهم\u2069 · ۱:۰۱"
    assert "صفحه ۳" in lines[6]


def test_the_last_page_does_not_go_on():
    assert len(said("en", {**LIST, "more": False})) == len(said("en", LIST)) - 1


def test_forms_with_their_sizes_and_what_becomes_of_them():
    lines = said("en", FILM)
    assert lines[0] == "🎬 A film · 1:00:00"
    assert lines[2:5] == ["1080p · 3 GB ✂️×2", "720p · 1 GB ⚡", "mp3"]
    assert lines[5] == "Subtitles: fa en"
    assert lines[7:9] == [
        "⚡ means that it is ready, and comes at once.",
        "✂️ means that it comes in several parts.",
    ]


def test_marks_that_no_line_has_are_not_explained():
    lines = said("en", {**FILM, "ready": []})
    assert not [line for line in lines if "⚡" in line]


def test_a_film_that_is_there_in_one_form_stands_first_with_its_size():
    """A plain file tells no height: only the sounds that can be made of it were listed."""
    sounds = FILM["choices"][2:]
    lines = said("en", {**FILM, "choices": sounds, "ready": ["best"]})
    assert lines[0] == "🎬 A film · 1:00:00"
    assert lines[2:4] == ["best · 3 GB ⚡", "mp3"]
    assert said("fa", {**FILM, "choices": sounds})[2] == "بهترین · ۳ گیگابایت"


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"subtitles": []}, "Subtitles: only automatic ones"),
        ({"choices": [], "kind": "file"}, "🎬 A film · 1:00:00 · 3 GB"),
    ],
)
def test_what_is_there_instead(changed, line):
    assert line in said("en", {**FILM, **changed})
