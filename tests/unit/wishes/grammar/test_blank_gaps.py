"""Links about which nothing is said are what the grammar makes of them, without asking it."""

import pytest

from procs.wishes.grammar import link_words, wish_reader

BLANK = [["", ""], [" ", "\n"], ["", "  \n\n ", "\u00a0"]]


@pytest.mark.parametrize("gaps", BLANK)
def test_blank_words_mean_what_the_grammar_says_of_them(gaps, monkeypatch):
    known = link_words.each(gaps), link_words.have_wish(gaps)
    monkeypatch.setattr(link_words, "lines", None)
    assert (wish_reader.around(gaps), wish_reader.have_wish(gaps)) == known
