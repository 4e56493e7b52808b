"""The bytes of parts and of chosen films are those that others got of the same film."""

import pytest

from tests.chaos.media_bytes import Came, altered
from tests.sandbox.person import Message


def came(name: str, *sums: str, link: str = "http://site/clip.mp4?film=1", form="best") -> Came:
    facts = {"mine": False, "sender": "bot", "at": 0.0, "text": ""}
    parts = [Message(id=n, media={"sha256": one}, **facts) for n, one in enumerate(sums)]
    return Came(name, link, form, parts[::-1])


def test_a_part_of_other_bytes_than_others_got_is_altered():
    most = [came("Ann", "a", "b"), came("Ben", "a", "b", link="http://site/clip.mp4?film=3")]
    assert altered(most) == []
    assert altered([*most, came("Cid", "a", "x")]) == ["Cid"]
    assert altered([*most, came("Cid", "b", "a")]) == ["Cid"]


@pytest.mark.parametrize(
    "other",
    [
        {"link": "http://site/clip.mp4?pad=5&n=1"},
        {"link": "http://site/page/hls.html?n=1"},
        {"form": "480p"},
    ],
)
def test_another_film_or_another_form_has_bytes_of_its_own(other):
    assert altered([came("Ann", "a"), came("Ben", "x", **other)]) == []


def test_media_that_are_not_whole_are_compared_with_none_that_are():
    assert altered([came("Ann", "a", "b"), came("Ben", "a")]) == []
