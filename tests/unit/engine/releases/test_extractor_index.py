"""The index of extractors finds what asking all of them would find."""

import inspect
import re

import pytest
from yt_dlp.extractor import _extractors

from procs.engine.releases.extractor_index import ExtractorIndex, needed

#: Extractors that judge by more than their patterns, or by patterns that say nothing: each is asked
#: for every address, and costs its pages of memory.
MOST_ASKED = 200


@pytest.fixture(scope="module")
def extractors():
    """As the nursery has them, which takes none of yt-dlp's lazy ones; the generic one is last."""
    found = [one for name, one in inspect.getmembers(_extractors) if name.endswith("IE")]
    found.sort(key=lambda one: one is _extractors.GenericIE)
    return {one.ie_key(): one for one in found}


@pytest.fixture(scope="module")
def index(extractors):
    return ExtractorIndex(extractors.items())


def test_every_extractor_is_among_the_candidates_of_every_address_that_it_knows(extractors, index):
    tried = [
        (key, url)
        for key, extractor in extractors.items()
        for case in extractor.get_testcases(include_onlymatching=True)
        for url in (case["url"], case["url"].upper())
        if url.isascii() and extractor.suitable(url)
    ]
    assert len(tried) > 5000
    assert [(key, url) for key, url in tried if key not in set(index.candidates(url))] == []


def test_few_are_asked_and_the_order_is_the_loaders_own(extractors, index):
    keys = list(index.candidates("https://media.example/film.mp4"))
    assert len(keys) < MOST_ASKED
    assert keys == [key for key in extractors if key in set(keys)]
    assert keys[-1] == "Generic"


def test_all_are_asked_where_letters_are_beyond_ascii(index):
    assert index.candidates("https://www.youtube.com/watch?v=\u212a") is None


@pytest.mark.parametrize(
    ("pattern", "needs"),
    [
        (r"https?://(?:www\.)?tube\.example/(?P<id>\d+)", {"tube.example/"}),
        (r"(?i)https?://TUBE\.example/", {"tube.example/"}),
        (r"https?://(?:first\.example|second\.example)/\w+", {"first.example", "second.example"}),
        (r"https?://(?:first\.example|\w+)/\d", None),
        (r"https?://(?:tube\.example)?/\d", None),
        (r"https?://\w+(?:\.example){2}", {".example"}),
        (r"https?://(?!tube\.example)\w+/", None),
        (r"https?://[a-z]+\.tv/", None),
    ],
)
def test_what_an_address_must_hold_to_fit_a_pattern(pattern, needs):
    found = needed(pattern)
    assert found == (None if needs is None else frozenset(needs))
    assert needed(re.compile(pattern)) == found
