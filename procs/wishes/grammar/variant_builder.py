"""What pieces say together: one variant, or why there is none."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from procs.wishes import picks
from procs.wishes.grammar.pieces import HD, Piece
from procs.wishes.variant import AUDIO, FORMS, Variant

#: Letters of somebody's words that are said back.
QUOTED_LENGTH = 60
#: A file as such, which a mere word for one is not.
AS_FILE = "file as"
#: Heights, and those that are HD as well.
HEIGHTS = {form for form in FORMS if form[:-1].isdecimal()}
FINER = {"720p", "1080p", "1440p", "2160p"}
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Unclear:
    """Why a wish cannot be done as it was said: `unknown` words, a `conflict` of several, a part
    that ends before it begins (`backwards`), a `time` or `last` part without its two ends."""

    kind: str
    words: str


def understood(said: Sequence[Piece]) -> Variant | Unclear:
    """The variant that pieces ask for together."""
    odd = [piece for piece in said if piece.unmet]
    if odd:
        kind = "backwards" if odd[0].kind == "backwards" else str(odd[0].value or "unknown")
        return Unclear(kind, quoted(odd[:1]))
    try:
        return together(said)
    except Conflict:
        return Unclear("conflict", quoted(said))


class Conflict(ValueError):
    """Wishes that exclude each other."""


def together(said: Sequence[Piece]) -> Variant:
    """Raises Conflict."""
    form = one(forms(said))
    looks = [piece.value for piece in said if piece.kind == "look"]
    clip = one({piece.value for piece in said if piece.kind == "clip"})
    words = one({piece.value for piece in said if piece.kind in ("subs", "inside")}) or ""
    inside = any(piece.kind == "inside" for piece in said)
    anew, clean = (any(piece.kind == kind for piece in said) for kind in ("anew", "clean"))
    pick = picked(said)
    if looks and not (pick and not any(looks)):
        if form not in (None, "best") or clip or words or anew or clean or pick:
            raise Conflict
        return Variant("look", pick=one({page for page in looks if page}) or "")
    wordless = any(piece.kind == "wordless" for piece in said)
    if wordless and words:
        raise Conflict
    if words and not (form or clip or inside or anew or clean):
        return Variant("subs", None, words, pick=pick)
    bare = Variant(form or "best", clip)
    document = bool(bare.height) and any(piece.value == AS_FILE for piece in said)
    if (words and not bare.takes_words) or (clean and not bare.takes_cuts):
        raise Conflict
    if anew and not bare.takes_words and not bare.sound:
        raise Conflict
    anew = anew and bare.takes_words
    wordless = bare.can_be_wordless and wordless
    return Variant(
        *(bare.form, clip, words, anew, clean), pick=pick, document=document, wordless=wordless
    )


def forms(said: Sequence[Piece]) -> set[str]:
    """The forms that exclude each other: `best` goes with any, `audio` with every kind of it, the
    file of a sound is just that, and that of a height a form of it."""
    found = {str(piece.value) for piece in said if piece.kind == "form"}
    if HD in found:
        found = found - {HD} if found & FINER else (found - {HD}) | {"720p"}
    sounds = found & set(AUDIO)
    if len(found) > 1:
        found -= {"best", "file"} | ({AS_FILE} if sounds or found & HEIGHTS else set())
    if len(sounds) > 1:
        found -= {"audio"}
    return {"file" if form == AS_FILE else form for form in found}


def one(found: Iterable[T]) -> T | None:
    """The only one of several that are alike; None of none. Raises Conflict."""
    different = list(found)
    if len(different) > 1:
        raise Conflict
    return different[0] if different else None


def picked(said: Sequence[Piece]) -> str:
    """All picks as one; everything where one of them wants everything."""
    chosen = [piece.value for piece in said if piece.kind == "pick"]
    if picks.EVERYTHING in chosen:
        return picks.EVERYTHING
    return picks.normal(",".join(chosen))


def quoted(said: Sequence[Piece]) -> str:
    """The words of some pieces, shortened for an answer that quotes them."""
    words = " ".join(piece.words for piece in said)
    return words if len(words) <= QUOTED_LENGTH else words[: QUOTED_LENGTH - 1].rstrip() + "…"
