"""What people wish for, as variants: the words around a link, an answer, or those of a command.

Its parts are the other modules of this room; tests/unit/wishes/grammar/wishes.tsv shows what
people write and what it means.
"""

from collections.abc import Sequence
from contextlib import suppress

from procs.wishes.grammar import link_words
from procs.wishes.grammar.variant_builder import Unclear, understood
from procs.wishes.grammar.wish_detector import wished
from procs.wishes.variant import BadVariant, Variant, parse

__all__ = ["Unclear", "alone", "around", "whole"]


def around(gaps: Sequence[str]) -> list[Variant | Unclear]:
    """The wish for each link of a text: `gaps` are what stands before the first, between two, and
    behind the last. Talk is no wish: then the best there is is meant."""
    return [Variant()] * (len(gaps) - 1) if are_blank(gaps) else link_words.each(gaps)


def have_wish(gaps: Sequence[str]) -> list[bool]:
    """Whether each link has a wish."""
    return [False] * (len(gaps) - 1) if are_blank(gaps) else link_words.have_wish(gaps)


def are_blank(gaps: Sequence[str]) -> bool:
    """Whether nothing is said: most people send a link alone."""
    return not any(gap.strip() for gap in gaps)


def alone(text: str) -> Variant | Unclear | None:
    """The wish of a text without a link; None when the text is no wish."""
    said = [piece for line in text.split("\n") for piece in wished(line)]
    return understood(said) if said else None


def whole(text: str) -> Variant | Unclear | None:
    """What the words of a command ask for, or the variant whose own text they are; None when they
    ask for nothing."""
    with suppress(BadVariant):
        return parse(text)
    return alone(text)
