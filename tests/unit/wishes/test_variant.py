"""Wishes: their one text."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procs.wishes.grammar import wish_reader
from procs.wishes.variant import FORMS, LATEST, BadVariant, Clip, Variant, parse

LANGUAGES = st.sampled_from(["fa", "en", "zh-hans", "fil", "pt-br"])
CLIPS = st.tuples(st.integers(0, LATEST), st.integers(0, LATEST)).filter(lambda p: p[0] != p[1])


PICKS = st.sampled_from(["", "", "all", "3", "1-5", "2,4,7-9999"])


@st.composite
def variants(draw):
    form, pick, flags = draw(st.sampled_from(FORMS)), draw(PICKS), st.booleans()
    if form == "look":
        return Variant(form, pick=draw(st.sampled_from(["", "2"])))
    if form == "zip":
        return Variant(form, pick=pick)
    if form == "subs":
        return Variant(form, None, draw(LANGUAGES), pick=pick)
    clip = Clip(*sorted(draw(CLIPS))) if draw(st.booleans()) else None
    bare = Variant(form, clip)
    anew, inside = (bare.takes_words and draw(flags) for _ in range(2))
    clean = bare.takes_cuts and draw(flags)
    beside = bare.takes_words_beside and draw(flags)
    words = draw(LANGUAGES) if inside or beside else ""
    document = bool(bare.height) and draw(flags)
    wordless = bare.can_be_wordless and not words and draw(flags)
    facts = {"beside": beside, "document": document, "wordless": wordless}
    return Variant(form, clip, words, anew, clean, pick, **facts)


@given(variants())
def test_a_wish_and_its_text_are_one(variant):
    assert parse(str(variant)) == variant
    assert wish_reader.whole(str(variant)) == variant


@given(st.text(max_size=30) | st.text("best720p@-+:subsfa0123456789", max_size=20))
def test_a_wish_has_no_second_spelling(text):
    with suppress(BadVariant):
        assert str(parse(text)) == text


@pytest.mark.parametrize(
    "text",
    ["", "avi", "721p", "subs", "subs:fa@1-2", "best@5-5", "best@9-5", "best@05-9", "mp3+subs:fa",
     "file+subs:fa", "best:fa", "best@1-999999", "720", "BEST", "mp3!", "best@1-2~", "look#1-2",
     "look@1-2", "best#0", "best#5-1", "best#2,1", "best#1,2", "best#", "best~!", "subs:fa~",
     "best+file", "mp3+srt:fa", "720p@1-2+srt:fa", "file+file", "720p+srt:fa+file"],
)  # fmt: skip
def test_what_is_no_wish(text):
    with pytest.raises(BadVariant):
        parse(text)


@pytest.mark.parametrize(
    ("plain", "document"),
    [("720p", "720p+file"), ("720p@1-9", "720p@1-9+file"), ("best", "file"), ("mp3", "mp3"),
     ("best+subs:fa", "file+srt:fa"), ("best!", "best!"), ("best~", "file~")],
)  # fmt: skip
def test_a_film_as_a_document(plain, document):
    assert str(parse(plain).as_document) == document


def test_the_next_smaller_of_a_document_is_one_too():
    assert str(parse("720p+file").smaller) == "480p+file"
    assert str(parse("file").smaller) == "480p+file"
