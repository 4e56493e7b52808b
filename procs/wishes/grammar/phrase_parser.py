"""Parses the tokens of a line into pieces of a wish, from left to right."""

from collections.abc import Callable, Iterator, Sequence

from procs.wishes import picks
from procs.wishes.grammar import clip_times
from procs.wishes.grammar.language_names import LANGUAGE_BY_NAME, LANGUAGE_WORDS, SPELLED, language
from procs.wishes.grammar.pieces import HD, Piece, Reader
from procs.wishes.grammar.tokenizer import Token, is_year
from procs.wishes.grammar.vocabulary import AFTER_VERBS
from procs.wishes.variant import HEIGHTS

TALK = Piece("talk")
HEIGHT_FORMS = {HD, *(f"{height}p" for height in HEIGHTS)}
#: Entries of a post, when a number follows.
PICTURE_WORDS = frozenset(
    ["photo", "pic", "picture", "image", "slide", "عکس", "تصویر", "اسلاید", "aks"]
)
#: A lone number from this one up is not an entry of a list.
MANY = 100
#: Words for the film itself, and for `too`.
FILM = "video vid film movie clip vidio vidyo ویدیو ویدیوش ویدیوشو ویدیوی فیلم فیلمش فیلمشو"
FILMS = frozenset(FILM.split())
TOO = ("هم", "ham", "too", "also")
#: Words that may stand between two words of one phrase.
LOOSE = ("fill", "stop", "with")
#: The meaning of single words, used when no longer phrase matches.
SILENT = "comma stop dash thing list with from to and only for fill"
IDLE = "begin end onward unit ads dotted lasts entry cut talk"
ALONE = dict.fromkeys(SILENT.split(), "fill") | dict.fromkeys(IDLE.split(), "talk")


def pieces(tokens: Sequence[Token]) -> list[Piece]:
    """All pieces of a line, in order."""
    return list(read(Reader(tokens)))


def read(reader: Reader) -> Iterator[Piece]:
    """The pieces of a line one by one: the longest phrase that fits, else what one token says
    alone."""
    while not reader.over:
        yield longest(reader) or alone(reader)


def longest(reader: Reader) -> Piece | None:
    """Parse the first phrase of PHRASES that matches here; None when none does."""
    for phrase in PHRASES:
        place = reader.place
        found = phrase(reader)
        if found is not None:
            return found
        reader.place = place
    return None


# --- the phrases


def refused(reader: Reader) -> Piece | None:
    """Parse an exclusion: sponsored segments can be cut out, and subtitles left out that a person
    wants of every film."""
    place = reader.place
    word = reader.took("without", "not", "cut")
    if word is None:
        first = reader.took("ads", "form", "subs", "height")
        reader.skip("fill", "asks")
        if first is None or not reader.took("not", *(["cut"] if first.kind == "ads" else [])):
            return None
        kind = {"ads": "clean", "subs": "wordless"}.get(first.kind, "odd")
        return Piece(kind, "", reader.since(place), strong=kind != "wordless")
    reader.skip("fill", "asks")
    if word.kind != "cut" and without_words(reader):
        return Piece("wordless", "", reader.since(place))
    what = reader.took("ads", "subs", "form", "height", "file", "look", "clean")
    if what is None:
        return None
    if what.kind in ("ads", "clean"):
        return Piece("clean", "", reader.since(place), strong=True)
    return Piece("odd", "", reader.since(place), strong=True)


def without_words(reader: Reader) -> bool:
    """Take the subtitles that are not wanted, of whatever language."""
    place = reader.place
    reader.place += bool(language(reader.peek().word))
    if reader.took("subs") is None:
        reader.place = place
        return False
    reader.place += bool(language(reader.peek().word, behind=True))
    return True


def subtitles(reader: Reader) -> Piece | None:
    """Parse subtitles, with the language before or after the word; `with` puts them into the
    film."""
    place = reader.place
    within = reader.took("with", "inside") is not None
    coded = reader.peek(1).kind == "subs" and reader.peek().word in LANGUAGE_WORDS
    named = reader.peek().word if coded else language(reader.peek().word)
    before = "" if within and reader.peek(-1).kind == "inside" else named
    reader.place += bool(before)
    word = reader.peek(-1) if reader.peek(-1).kind == "inside" and within else reader.took("subs")
    if word is None:
        return None
    if reader.peek().word in ("srt", "vtt"):
        reader.place += 1  # what they come as
    after = reader.place
    reader.skip("fill", "stop", "dash")
    code = before or language(reader.peek().word, behind=True)
    reader.place = after if before or not code else reader.place + 1
    kind = "inside" if within else "subs"
    return Piece(kind, code or word.value, reader.since(place), strong=bool(code) or within)


def quality(reader: Reader) -> Piece | None:
    """Parse a quality by number or word, before or after `quality`; `with quality` is the best."""
    place = reader.place
    within = reader.took("with") is not None
    before = (
        reader.took("adjective", "height", "number") if reader.peek(1).kind == "quality" else None
    )
    word = reader.took("quality")
    if word is None:
        return None
    after = reader.place
    if before is None and "form" in (reader.peek(-2).kind, reader.peek().kind):
        return Piece("fill", "", word.text)  # the quality of the sound
    reader.skip(*LOOSE)
    value = before or reader.took("height", "number", "adjective")
    if value is None:
        odd = reader.took("odd", "last", "first")
        reader.place = reader.place if odd else after
        if odd:
            return Piece("odd", "", reader.since(place), strong=True)
        return (
            Piece("form", "best", reader.since(place)) if within else Piece("look", "", word.text)
        )
    if value is before:
        reader.place = after
    named = form_of(value)
    kind = "form" if named else "odd"
    return Piece(kind, named, reader.since(place), strong=True)


def form_of(token: Token) -> str:
    """The form that a number or word names after `quality`; None when it names none."""
    named = f"{token.value}p" if token.kind == "number" else str(token.value)
    return named if named in HEIGHT_FORMS or token.kind == "adjective" else ""


def both(reader: Reader) -> Piece | None:
    """Parse a wish for sound and film together, which is unclear: one wish brings one of them."""
    place = reader.place
    first = reader.took("form") or film(reader)
    reader.skip("fill")
    if first is None or not (reader.took("and") or reader.peek(-1).word in TOO):
        return None
    second = film(reader) if first.kind == "form" else reader.took("form")
    return Piece("odd", "conflict", reader.since(place), strong=True) if second else None


def film(reader: Reader) -> Token | None:
    """A word for a film, if it comes next."""
    return reader.take() if reader.peek().word in FILMS else None


def only_sound(reader: Reader) -> Piece | None:
    """`only` and a form, as in `only the sound`; None when that does not come next."""
    place = reader.place
    if not reader.took("only"):
        return None
    reader.skip("fill", "with")
    form = reader.took("form")
    return Piece("form", form.value, reader.since(place), strong=True) if form else None


def pages(reader: Reader) -> Piece | None:
    """A page of a list, as in `page 2`; None when that does not come next, or is a range."""
    place = reader.place
    word = reader.took("page", "look")
    reader.skip("fill", "stop")
    number = reader.took("number", "ordinal")
    again = reader.peek().kind in ("dash", "to", "comma")
    if word is None or number is None or number.value >= MANY or number.value < 1 or again:
        return None
    return Piece("look", str(number.value), reader.since(place))


def several(reader: Reader) -> Piece | None:
    """Parse the first N entries, in either order of words: `first 5`, `۵ تای اول`."""
    place = reader.place
    word = reader.took("first", "last")
    number = reader.took("number")
    if number is None:
        return None
    reader.skip("to", "fill", "thing", "list")
    word = word or reader.took("first", "last")
    if word is None or not 0 < number.value <= picks.LAST:
        return None
    if word.kind == "last":
        return Piece("odd", "", reader.since(place))
    return Piece(
        "pick", picks.normal(f"1-{number.value}" if number.value > 1 else "1"), reader.since(place)
    )


def entries(reader: Reader) -> Piece | None:
    """Parse entries of a list: `1-5`, `۱ تا ۵`, `2`, `قسمت ۳`, `all of it`."""
    place = reader.place
    if reader.took("all"):
        reader.skip("fill", "entry", "list", "thing")
        return Piece("pick", picks.EVERYTHING, reader.since(place))
    picture = reader.peek().word in PICTURE_WORDS and reader.peek(1).kind in ("number", "ordinal")
    named = reader.took("entry", *([reader.peek().kind] if picture else [])) is not None
    reader.took("from")
    reader.skip("entry", "stop" if named else "entry")
    first = reader.took("number", *(["ordinal"] if named else []))
    if first is None:
        return None
    last = first
    if joint := reader.took("to", "dash"):
        reader.skip("entry")
        last = reader.took("number") or first
        if last is first:  # «۵ تا»: so many, but of what?
            kind = "fill" if first.word in SPELLED else "odd"
            return Piece(kind, "", reader.since(place)) if joint.kind == "to" else None
    return ranged(reader, place, first.value, last.value, named=named)


def ranged(reader: Reader, place: int, first: int, last: int, *, named: bool) -> Piece | None:
    """What two numbers (or twice the same) say, `named` where a word tells that they are places.
    None for an order of places that is no pick."""
    words = reader.since(place)
    if first == last and not named:
        if first in HEIGHTS:
            return Piece("form", f"{first}p", words)
        if is_year(first):
            return Piece("talk", "", words)
        if first >= MANY or not first:
            return Piece("odd", "", words)
    if first in HEIGHTS and last in HEIGHTS:
        return Piece("odd", "", words)
    if not first:
        return Piece("odd", "time", words)
    pick = picks.normal(f"{first}-{last}" if first != last else str(first))
    return Piece("pick", pick, words) if pick else Piece("backwards", "", words)


#: The parsers of phrases; the first that matches wins.
PHRASES: tuple[Callable[[Reader], Piece | None], ...] = (
    refused, subtitles, quality, both, only_sound, clip_times.part, pages, several, entries,
)  # fmt: skip


# --- single words


def alone(reader: Reader) -> Piece:
    """What one token says with nothing around it."""
    token = reader.take()
    match token.kind:
        case "form" | "clean" | "anew" | "look":
            strong = token.kind == "clean" or token.value in ("mp3", "m4a", "opus")
            return Piece(token.kind, token.value, token.text, strong=strong)
        case "height":
            known = token.value in HEIGHT_FORMS
            sure = token.word.endswith("p") and token.word[:1].isdigit()
            return Piece(
                "form" if known else "odd", token.value if known else "", token.text, strong=sure
            )
        case "adjective":
            return Piece("form", token.value, token.text)
        case "file":
            return Piece("form", f"file{token.value and ' as'}", token.text)
        case "time":
            return Piece("odd", "time", token.text)
        case "odd":
            return Piece("odd", "", token.text)
        case "without" | "not":
            return Piece("talk", "", token.text)
        case "page" | "inside":
            return Piece("talk", "", token.text)
        case "first" | "last":
            return (
                Piece("pick", "1", token.text)
                if token.kind == "first"
                else Piece("odd", "", token.text)
            )
    if token.kind == "number":
        return ranged(reader, reader.place - 1, token.value, token.value, named=False) or TALK
    if token.word in LANGUAGE_BY_NAME:
        return Piece("odd", "", token.text)
    if token.word in AFTER_VERBS.split():
        return Piece("fill" if reader.follows_verb else "talk", "", token.text)
    if token.kind == "ordinal":
        return Piece("pick", picks.normal(str(token.value)) or "1", token.text)
    return Piece(ALONE.get(token.kind, token.kind), "", token.text)
