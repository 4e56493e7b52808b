"""Finds the extractor of an address without asking all 1,800 of them.

To ask one is to touch its class and its pattern: memory that a forked child shares until then. So
the nursery works out beforehand which texts an address must hold, one at least, to fit each
pattern; a child asks only those whose text is there, and those of which nothing is known, in
yt-dlp's own order. What is found is what asking all of them would find.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from yt_dlp.extractor.common import InfoExtractor

# The parser of patterns has no public name; Python 3.11 moved it.
from re import _parser as parser  # type: ignore[attr-defined]  # isort: skip

#: Letters of a text that is looked up; a shorter one says too little.
GRAM = 5
#: Texts that nearly every pattern has.
COMMON = ("https://", "http://", "https", "://www.", "://", "www.")
#: More alternatives than that make a pattern one of which nothing is known.
ALTERNATIVES = 64

#: Texts of which an address must hold at least one; None when nothing is known.
Needs = frozenset[str] | None


class ExtractorIndex:
    """Which extractors may know an address; each is one that `suitable` is asked of."""

    def __init__(self, extractors: Iterable[tuple[str, Any]]) -> None:
        self.by_gram: dict[str, list[tuple[int, str]]] = {}
        self.unknown: list[tuple[int, str]] = []
        for place, (key, extractor) in enumerate(extractors):
            if (needs := needs_of(extractor)) is None:
                self.unknown.append((place, key))
            for text in needs or ():
                self.by_gram.setdefault(text[:GRAM], []).append((place, key))

    def candidates(self, url: str) -> Iterator[str] | None:
        """The keys of extractors that may know an address, in their order; None where all may: of
        letters beyond ASCII nobody says here which are the same in another case."""
        if not url.isascii():
            return None
        return (key for _, key in sorted({*self.unknown, *self.named(url)}))

    def named(self, url: str) -> set[tuple[int, str]]:
        """The extractors, by place and key, that an address of ASCII letters holds a text of."""
        small, found = url.lower(), set[tuple[int, str]]()
        for place in range(len(small) - GRAM + 1):
            found.update(self.by_gram.get(small[place : place + GRAM], ()))
        return found


def needs_of(extractor: Any) -> Needs:
    """What an address must hold for an extractor that judges by its patterns alone."""
    if extractor.suitable.__func__ is not InfoExtractor.suitable.__func__:
        return None
    patterns = extractor._VALID_URL
    if not patterns:
        return frozenset()
    patterns = (patterns,) if isinstance(patterns, str | re.Pattern) else tuple(patterns)
    return either(needed(one) for one in patterns)


def needed(pattern: Any) -> Needs:
    """The same of one pattern."""
    text, flags = (pattern, 0) if isinstance(pattern, str) else (pattern.pattern, pattern.flags)
    return in_order(parser.parse(text, flags & ~re.UNICODE))


def either(choices: Iterable[Needs]) -> Needs:
    """What is needed where one of several will do."""
    texts: set[str] = set()
    for one in choices:
        if one is None:
            return None
        texts |= one
    return frozenset(texts) if len(texts) <= ALTERNATIVES else None


def in_order(steps: Any) -> Needs:
    """What is needed where one step follows another: the most telling need of all."""
    best: Needs = None
    run = ""
    for step, what in [*steps, (None, None)]:
        if step is parser.LITERAL and what < 128:
            run += chr(what).lower()
            continue
        best = better(best, of_text(run))
        run = ""
        best = better(best, inner(step, what))
    return best


def of_text(text: str) -> Needs:
    """A text that every match holds, without what is common."""
    for common in COMMON:
        text = text.removeprefix(common)
    return frozenset({text}) if len(text) >= GRAM else None


def inner(step: Any, what: Any) -> Needs:
    """What a step needs that has others within: a group, a choice, something that is repeated."""
    if step is parser.SUBPATTERN:
        return in_order(what[3])
    if step is parser.BRANCH:
        return either(in_order(one) for one in what[1])
    if step in (parser.MAX_REPEAT, parser.MIN_REPEAT) and what[0] > 0:
        return in_order(what[2])
    return None


def better(one: Needs, other: Needs) -> Needs:
    """The need that fewer addresses fulfil: of fewer texts, then of longer ones."""
    if one is None or other is None:
        return other if one is None else one
    return min(one, other, key=lambda need: (len(need), -min(map(len, need), default=0)))
