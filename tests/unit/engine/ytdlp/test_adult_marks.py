"""What a site marks as for adults, through whatever an extractor or gallery-dl says."""

import pytest

from procs.engine.child import gallerydl
from procs.engine.ytdlp import media_info


@pytest.mark.parametrize(
    ("info", "adult"),
    [
        ({"age_limit": 18}, True),
        ({"age_limit": 21}, True),
        ({"age_limit": 18.0}, True),
        ({"age_limit": 16}, False),
        ({"age_limit": 0}, False),
        ({"age_limit": None}, False),
        ({"age_limit": "18"}, False),
        ({}, False),
    ],
)
def test_the_youngest_age_tells_what_is_for_adults(info, adult):
    assert media_info.is_adult(info) is adult


@pytest.mark.parametrize(
    ("facts", "adult"),
    [
        ({"over_18": True}, True),
        ({"sensitive": True}, True),
        ({"rating": "R-18"}, True),
        ({"rating": "e"}, True),
        ({"rating": "g"}, False),
        ({"rating": None, "nsfw": "no"}, False),
        ({}, False),
    ],
)
def test_a_gallery_says_what_is_for_adults_in_its_own_words(facts, adult):
    assert gallerydl.is_adult(facts) is adult
