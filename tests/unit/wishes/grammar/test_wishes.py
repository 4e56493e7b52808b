"""What people write, and what it means: a table of examples, and what holds for any text."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procs.wishes.grammar import link, wish_reader
from procs.wishes.grammar.vocabulary import VOCABULARY
from procs.wishes.grammar.wish_reader import Unclear
from procs.wishes.variant import Variant, parse

#: Made addresses, one for each LINK of an example.
ADDRESS = "https://example.org/{}"
TABLE = Path(__file__).with_name("wishes.tsv").read_text("utf-8").splitlines()
ROWS = [row.split("\t") for row in TABLE if "\t" in row]


def told(wish: Variant | Unclear | None) -> str:
    return "-" if wish is None else f"?{wish.kind}" if isinstance(wish, Unclear) else str(wish)


def meaning(text: str) -> str:
    """What an example means, in the words of the table."""
    gaps = text.replace("\\n", "\n").split("LINK")
    wished = wish_reader.around(gaps) if len(gaps) > 1 else [wish_reader.alone(gaps[0])]
    return " ".join(map(told, wished))


@pytest.mark.parametrize(("text", "means"), ROWS)
def test_what_people_write(text, means):
    assert meaning(text) == means


def test_the_table_is_long_and_half_of_it_is_how_people_talk():
    spoken = [text for text, _ in ROWS if len(text.replace("LINK", "").split()) > 1]
    assert len(ROWS) > 600
    assert len(spoken) > len(ROWS) / 2
    assert len({text for text, _ in ROWS}) == len(ROWS)


@pytest.mark.parametrize(("text", "means"), [row for row in ROWS if row[0].count("LINK") == 1])
def test_a_link_in_the_example_gets_the_wish(text, means):
    parsed = link.parse(text.replace("\\n", "\n").replace("LINK", ADDRESS.format(1)))
    asked = [f"?{question.about.kind}" for question in parsed.questions]
    mine = [found for found in parsed.links if found.url == ADDRESS.format(1)]
    assert [found.variant for found in mine] + asked == [means]


WORDS = st.lists(st.sampled_from(sorted(VOCABULARY)) | st.text(max_size=3), max_size=12)
NUMBERS = st.text("0123456789:-.,،تا p\n", max_size=24)
TEXTS = st.text(max_size=200) | WORDS.map(" ".join) | NUMBERS


@given(TEXTS, TEXTS)
def test_whatever_people_write_is_a_wish_or_a_question(before, behind):
    for wish in wish_reader.around([before, behind]):
        if isinstance(wish, Variant):
            assert parse(str(wish)) == wish
        else:
            assert wish.kind in ("unknown", "conflict", "backwards", "time", "last")
            assert wish.words


@given(st.lists(TEXTS, min_size=2, max_size=5))
def test_every_link_has_its_wish(gaps):
    assert len(wish_reader.around(gaps)) == len(gaps) - 1


@given(TEXTS)
def test_an_answer_is_a_wish_a_question_or_talk(text):
    assert wish_reader.alone(text) is None or isinstance(wish_reader.alone(text), Variant | Unclear)


@pytest.mark.parametrize(
    ("words", "wish"),
    [
        ("mp3 1-5", "mp3#1-5"),
        ("720 1:20-2:05", "720p@80-125"),
        ("best@80-125!", "best@80-125!"),
        ("avi", "?unknown"),
        ("mp3 720", "?conflict"),
        ("hello", "-"),
        ("", "-"),
    ],
)
def test_the_words_of_a_command(words, wish):
    assert told(wish_reader.whole(words)) == wish


def test_a_long_text_is_read_in_a_moment():
    parsed = link.parse("mp3 720 از ۱:۲۰ تا " * 2000 + ADDRESS.format(1))
    assert len(parsed.links) + len(parsed.questions) == 1
