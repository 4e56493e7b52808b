"""Distinguishes a wish from talk: titles, jokes and greetings come with links too.

A line of which every word has a meaning for us is a wish. In a line with other words only that is
one for which somebody asks (`بفرست`, `I want`), or what stands beside the link, as its own sentence
or right behind it, and is said by nobody in passing (`mp3`, `720p`, two times).
"""

import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby

from procs.wishes.grammar.phrase_parser import pieces
from procs.wishes.grammar.pieces import Piece
from procs.wishes.grammar.tokenizer import Token, tokens
from procs.wishes.grammar.vocabulary import KNOWN
from procs.wishes.variant import LATEST

#: Words without a meaning beside what nobody says in passing, right behind a link.
FEW = 2
#: How alike a misspelled word is to the one that was meant.
ALIKE = 0.8


def wished(text: str, *, behind: bool = False, before: bool = False) -> list[Piece]:
    """What one line asks for; nothing when it is talk. `behind` a link, or `before` one."""
    if not text.strip():
        return []  # a link alone, as most are
    words = tokens(text)
    if before:
        words = unnumbered(words)
    said = suspected(pieces(words), lone=not before)
    if not any(piece.kind == "talk" for piece in said):
        return [] if idle(said) or (before and counted(said)) else kept(said)
    if behind and any(map(sure, said)):
        if sure(said[0]):
            return kept(until_talk(said))
        if sum(piece.kind == "talk" for piece in said) <= FEW:
            return [piece for piece in said if sure(piece) and piece.wishes]
    return requested(said) or beside(words, behind=behind, before=before)


def sure(piece: Piece) -> bool:
    """Whether nobody says this in passing. A part with one end only is said of watching, too:
    `to the end`, `from 3:00 on`."""
    one_end = piece.kind == "clip" and (not piece.value.start or piece.value.end == LATEST)
    return piece.strong and not one_end


def kept(said: Iterable[Piece]) -> list[Piece]:
    """The pieces that want something, whether there is such a thing or not."""
    return [piece for piece in said if piece.wishes or piece.unmet]


def idle(said: Sequence[Piece]) -> bool:
    """Whether it is a word that means something of a part only, and no part was named."""
    there = kept(said)
    return len(there) == 1 and there[0].words.lower() in ("exact", "exactly", "دقیق", "دقیقا")


def counted(said: Sequence[Piece]) -> bool:
    """Whether it is only the number that a list of links gives to one, or a film's name."""
    there = kept(said)
    if len(there) != 1 or any(piece.kind == "asks" for piece in said):
        return False
    bare = there[0].kind == "pick" and there[0].words.strip().isdecimal()
    return bare or (
        there[0].kind == "odd" and there[0].value == "time" and ":" not in there[0].words
    )


def unnumbered(words: list[Token]) -> list[Token]:
    """Without the `1.` or `2)` of a line in a list of links."""
    numbered = len(words) > 1 and words[0].kind == "number" and words[1].kind in ("stop", "dash")
    return words[2:] if numbered and (len(words) == 2 or words[2].kind != "number") else words


def suspected(said: list[Piece], *, lone: bool) -> list[Piece]:
    """One word that we do not know, where only a wish can stand: behind `quality` and `subs`, or
    alone and almost like a word for a form."""
    strange = [place for place, piece in enumerate(said) if piece.kind == "talk"]
    if len(strange) != 1:
        return said
    place = strange[0]
    before = said[place - 1] if place else None
    if before and opens(before) and (lone or before.kind != "look"):
        odd = Piece("odd", "", f"{before.words} {said[place].words}", strong=True)
        return [*said[: place - 1], odd, *said[place + 1 :]]
    alone = not kept(said)
    if alone and lone and difflib.get_close_matches(said[place].words.lower(), KNOWN, 1, ALIKE):
        return [*said[:place], replace(said[place], kind="odd"), *said[place + 1 :]]
    return said


def opens(piece: Piece) -> bool:
    """Whether a word behind it says which: a quality, or a language."""
    kinds = [token.kind for token in tokens(piece.words)]
    own = piece.words.endswith(("ش", "sh"))  # «کیفیتش خوبه» praises, and asks for nothing
    return piece.kind in ("subs", "inside") or (
        piece.kind == "look" and kinds == ["quality"] and not own
    )


def until_talk(said: Sequence[Piece]) -> Iterator[Piece]:
    """The pieces before the first talk."""
    for piece in said:
        if piece.kind == "talk":
            return
        yield piece


def requested(said: Sequence[Piece]) -> list[Piece]:
    """What is asked for in so many words, amid others."""
    found: list[Piece] = []
    for talk, run in groupby(said, lambda piece: piece.kind == "talk"):
        part = [] if talk else list(run)
        if any(piece.kind == "asks" for piece in part):
            found += [piece for piece in kept(part) if piece.kind != "pick" or piece.strong]
    return found


def beside(words: Sequence[Token], *, behind: bool, before: bool) -> list[Piece]:
    """A sentence of its own, next to the link, of nothing but what nobody says in passing."""
    ends = partial(is_end, comma=behind)
    parts = [list(run) for end, run in groupby(words, ends) if not end]
    if not parts or not (behind or before):
        return []
    said = pieces(parts[0] if behind else parts[-1])
    pure = not any(piece.kind == "talk" for piece in said)
    return kept(said) if pure and any(piece.strong for piece in said) else []


def is_end(token: Token, *, comma: bool) -> bool:
    """Whether a sentence ends here; titles have commas and colons in them."""
    return (token.kind == "stop" and ":" not in token.word) or (comma and token.kind == "comma")
