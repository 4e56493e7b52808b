"""Wishes: their one text, and the words by which people say them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procs import wishes
from procs.variant import FORMS, LATEST, BadVariant, Clip, Variant, parse

LANGUAGES = st.sampled_from(["fa", "en", "zh-hans", "fil", "pt-br"])
CLIPS = st.tuples(st.integers(0, LATEST), st.integers(0, LATEST)).filter(lambda p: p[0] != p[1])


PICKS = st.sampled_from(["", "", "all", "3", "1-5", "2,4,7-9999"])


@st.composite
def variants(draw):
    form, pick, flags = draw(st.sampled_from(FORMS)), draw(PICKS), st.booleans()
    if form == "look":
        return Variant(form, pick=draw(st.sampled_from(["", "2"])))
    if form == "subs":
        return Variant(form, None, draw(LANGUAGES), pick=pick)
    clip = Clip(*sorted(draw(CLIPS))) if draw(st.booleans()) else None
    bare = Variant(form, clip)
    anew, inside = (bare.takes_words and draw(flags) for _ in range(2))
    clean = bare.takes_cuts and draw(flags)
    words = draw(LANGUAGES) if inside else ""
    return Variant(form, clip, words, anew=anew, clean=clean, pick=pick)


@given(variants())
def test_a_wish_and_its_text_are_one(variant):
    assert parse(str(variant)) == variant
    assert wishes.whole(str(variant)) == str(variant)


@given(st.text(max_size=30) | st.text("best720p@-+:subsfa0123456789", max_size=20))
def test_a_wish_has_no_second_spelling(text):
    with suppress(BadVariant):
        assert str(parse(text)) == text


@given(st.text(max_size=200))
def test_whatever_people_write_is_a_wish(text):
    parse(wishes.after(text))


@pytest.mark.parametrize(
    "text",
    ["", "avi", "721p", "subs", "subs:fa@1-2", "best@5-5", "best@9-5", "best@05-9", "mp3+subs:fa",
     "file+subs:fa", "best:fa", "best@1-999999", "720", "BEST", "mp3!", "best@1-2~", "look#1-2",
     "look@1-2", "best#0", "best#5-1", "best#2,1", "best#1,2", "best#", "best~!", "subs:fa~"],
)  # fmt: skip
def test_what_is_no_wish(text):
    with pytest.raises(BadVariant):
        parse(text)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("1:20-2:05", "best@80-125"),
        ("۱:۲۰ تا ۲:۰۵", "best@80-125"),
        ("1:02:03 – 1:02:10 720", "720p@3723-3730"),
        ("720 1:20-2:05 subs fa", "720p@80-125+subs:fa"),
        ("mp3 1:20-2:05", "mp3@80-125"),
        ("2:05-1:20", "best"),
        ("subs fa", "subs:fa"),
        ("subs", "subs:en"),
        ("زیرنویس", "subs:fa"),
        ("زیرنویس en", "subs:en"),
        ("زیر‌نویس", "subs:fa"),
        ("زیرنویس انگلیسی", "subs:en"),
        ("best subs fa", "best+subs:fa"),
        ("subs 720", "720p+subs:en"),
        ("mp3 subs fa", "mp3"),
        ("opus", "opus"),
        ("file", "file"),
        ("فایل", "file"),
        ("mp3 720", "mp3"),
        ("please send mp3", "mp3"),
        ("it is so very long mp3", "best"),
        ("1-5", "best#1-5"),
        ("۱ تا ۵ mp3", "mp3#1-5"),
        ("2, 4 و ۷", "best#2,4,7"),
        ("7 1-3 2,4 720", "720p#1-4,7"),
        ("همه", "best#all"),
        ("subs fa all", "subs:fa#all"),
        ("list", "look"),
        ("صفحه ۲", "look#2"),
        ("کیفیت‌ها", "look"),
        ("1:20-2:05 exact", "best@80-125!"),
        ("1:20 تا 2:05 دقیق", "best@80-125!"),
        ("mp3 exact", "mp3"),
        ("convert 720", "720p!"),
        ("nosponsor", "best~"),
        ("1:20-2:05 nosponsor", "best@80-125"),
        ("of 2024", "best"),
        ("180p", "180p"),
        ("180", "best"),
    ],
)
def test_what_people_write(words, text):
    assert wishes.after(words) == text


@pytest.mark.parametrize("words", ["", "avi", "mp3 avi", "721", "2:05-1:20"])
def test_a_command_takes_no_word_without_a_meaning(words):
    assert wishes.whole(words) is None
