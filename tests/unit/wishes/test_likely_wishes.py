"""What unclear words may mean."""

import pytest

from procs.wishes.likely_wishes import FEW, likely
from procs.wishes.variant import parse

MEANT = [
    ("conflict", "720 or 1080", ("720p", "1080p")),
    ("conflict", "۷۲۰ یا ۱۰۸۰", ("720p", "1080p")),
    ("conflict", "mp3 720", ("mp3", "720p")),
    ("unknown", "540p", ("480p", "720p")),
    ("unknown", "8k", ("2160p",)),
    ("unknown", "9999", ("best",)),
    ("unknown", "gif", ("best",)),
    ("unknown", "متوسط", ("best",)),
    ("backwards", "2:05-1:20", ("best@80-125",)),
    ("backwards", "۲:۰۵ تا ۱:۲۰", ("best@80-125",)),
    ("time", "0-30", ("best@0-30", "best@0-1800")),
    ("time", "دقیقه ۳", ("best",)),
    ("backwards", "5-5", ("best",)),
    ("conflict", "144 240 360 480 720", ("144p", "240p", "360p", "480p")),
]


@pytest.mark.parametrize(("kind", "words", "meant"), MEANT)
def test_unclear_words_have_a_few_likely_meanings(kind, words, meant):
    assert likely(kind, words) == meant


@pytest.mark.parametrize("words", ["", "99999-1", "1:99:99-0", "9" * 60, "k", "4k 8k 2k mp3 m4a"])
@pytest.mark.parametrize("kind", ["unknown", "conflict", "backwards", "time", "last"])
def test_every_likely_meaning_can_be_asked_for(kind, words):
    found = likely(kind, words)
    assert 0 < len(found) <= FEW
    assert [str(parse(one)) for one in found] == list(found)
