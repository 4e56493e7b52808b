"""A part that the product neither planned nor sent is missing all the same."""

import pytest

from tests.chaos.media_bytes import Came
from tests.chaos.whole_films import duration, not_whole
from tests.sandbox.person import Message

CLIP = "/clip.mp4"


def came(name: str, *seconds: float | None, link: str = f"http://site{CLIP}?film=1") -> Came:
    facts = {"mine": False, "sender": "bot", "at": 0.0, "text": ""}
    media = [{"kind": "video", "duration": one} for one in seconds]
    parts = [Message(id=n, media=one, **facts) for n, one in enumerate(media)]
    return Came(name, link, "best", parts)


def test_a_film_of_which_the_last_part_came_to_nobody_is_not_whole():
    half = duration(CLIP) / 2

    assert not_whole([came("Ann", half, half)]) == []
    assert not_whole([came("Ann", half), came("Ben", half)]) == ["Ann", "Ben"]
    assert not_whole([came("Ann", half, half, half)]) == ["Ann"]


@pytest.mark.parametrize("link", ["http://site/page/hls.html?n=1", f"http://site{CLIP}?film=3"])
def test_who_got_fewer_parts_than_most_is_named(link):
    full = [came(name, None, None, link=link) for name in ("Ann", "Ben")]

    assert not_whole(full) == []
    assert not_whole([*full, came("Cid", None, link=link)]) == ["Cid"]


def test_what_is_no_file_of_the_site_or_has_no_duration_is_not_measured():
    assert not_whole([came("Ann", 3.0, link="http://site/page/hls.html?n=1")]) == []
    assert not_whole([came("Ann", None)]) == []
